/** Clients in the settings of an authorization server: which shapes are told from others, and at which line. */
import { expect, test } from 'vitest'
import { registriesIn } from '../src/registry/registries.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** `id` for a client without the device grant, `id+` for one with it, `id*` for one with every grant; and the line. */
function clientsOf(path: string, text: string): string[] {
  return registriesIn(new Map([[path, text]])).registries.flatMap(({ clients }) =>
    clients.map(({ id, record, hasDeviceGrant, hasEveryGrant, isPublic }) => {
      const sign = hasEveryGrant ? '*' : hasDeviceGrant ? '+' : ''
      return `${id}${sign} ${isPublic ? 'public ' : ''}${record.line}`
    }),
  )
}

const SHAPES: readonly (readonly [name: string, path: string, text: string, expected: readonly string[]])[] = [
  [
    'a list of clients',
    'configuration.yml',
    `identity_providers:
  oidc:
    clients:
      - client_id: tv
        public: true
        grant_types:
          - ${GRANT}
          - refresh_token
      - client_id: web
        grant_types: [authorization_code]
`,
    ['tv+ public 4', 'web 9'],
  ],
  [
    'clients by their names, with the grants in one text',
    'uaa.yml',
    `oauth:
  clients:
    tv:
      authorized-grant-types: ${GRANT},refresh_token
      token_endpoint_auth_method: none
    batch:
      authorized-grant-types: client_credentials
`,
    ['tv+ public 4', 'batch 7'],
  ],
  [
    'clients by their names, with the registration one level down',
    'application.yaml',
    `authorizationserver:
  client:
    tv:
      registration:
        client-id: tv-app
        client-secret: "{noop}x"
        client-authentication-methods: [none]
        authorization-grant-types: ["${GRANT}"]
`,
    ['tv-app+ public 5'],
  ],
  [
    'a realm with a switch for each client',
    'realm.json',
    `{
  "realm": "shop",
  "clients": [
    {
      "clientId": "tv", "publicClient": true,
      "attributes": { "oauth2.device.authorization.grant.enabled": "true" }
    },
    { "clientId": "web", "attributes": { "oauth2.device.authorization.grant.enabled": "false" } }
  ]
}`,
    ['tv+ public 4', 'web 8'],
  ],
  [
    'settings of .NET, with comments',
    'appsettings.json',
    `{
  // who may sign in
  "IdentityServer": {
    "Clients": [ /* the first */
      { "ClientId": "tv", "AllowedGrantTypes": ["${GRANT}"], "RequireClientSecret": false, "ClientUri": "https://tv.example//x", },
    ],
  },
}`,
    ['tv+ public 5'],
  ],
  [
    'a list of its own',
    'bootstrap.json',
    `[
  { "id": "tv", "client_uri": "https://tv.example", "redirect_uris": ["https://tv.example"],
    "flows_enabled": ["${GRANT}"] },
  { "id": "nobody", "grants": ["device_code"] }
]`,
    ['tv+ 2'],
  ],
  ['one client on its own', 'client.json', `{"client_id":"tv","grant_types":["${GRANT}"]}`, ['tv+ 1']],
  [
    'permissions, as a text of JSON',
    'openiddict.json',
    `{ "Applications": [{ "ClientId": "tv", "ClientType": "public",
  "Permissions": "[ \\"ept:token\\", \\"gt:${GRANT}\\" ]" }] }`,
    ['tv+ public 1'],
  ],
  [
    'lists with the name of their class in front',
    'service-1.json',
    `{ "@class": "OidcRegisteredService", "clientId": "tv",
  "supportedGrantTypes": ["java.util.HashSet", ["${GRANT}"]] }`,
    ['tv+ 1'],
  ],
  [
    'flows that are enabled',
    'clients.json',
    `{ "clients": [
  { "id": "tv", "confidential": false, "flows_enabled": ["authorization_code", "${GRANT}"] }
] }`,
    ['tv+ public 2'],
  ],
  [
    'a map of files in a document of Kubernetes',
    'deploy.yaml',
    `kind: Service
---
kind: ConfigMap
data:
  other: x
  clients.yaml: |
    # by hand
    clients:

      - id: tv
        grant_types: [device_code]
  clients.json: "{\\"clients\\": [{\\"id\\": \\"box\\", \\"grants\\": [\\"device_code\\"]}]}"
`,
    ['tv+ 10', 'box+ 12'],
  ],
  [
    'a configuration inside of a composition',
    'compose.yaml',
    `services:
  auth: { image: auth }
configs:
  clients:
    content: |-
      clients:
        - client_id: tv
          grant_types: [device_code]
`,
    ['tv+ 7'],
  ],
  [
    'members that are merged',
    'clients.yml',
    `common: &common
  public: true
  grant_types: &grants [device_code]
clients:
  - <<: *common
    client_id: tv
  - <<: [*common]
    client_id: web
    grant_types: [authorization_code]
  - client_id: box
    grant_types: *grants
`,
    ['tv+ public 5', 'web public 7', 'box+ 10'],
  ],
  [
    'rows of a seed',
    'seed.sql',
    `CREATE TABLE oauth_clients (id text, grant_types text[]);
INSERT INTO users (id, name) VALUES (1, 'client_id grants device_code');
insert into "public"."oauth_clients" (client_id, name, grant_types, created, is_public)
VALUES
  ('tv', 'Ada''s TV, (old)', ARRAY['${GRANT}','refresh_token'], now(), true),
  ('web', NULL, '{authorization_code}', to_timestamp('1', 2), false)
INSERT INTO oauth_clients (client_id, name, grant_types, created, is_public) VALUES
  ('bo''x', 'x', '["device_code"]', now(), false);
`,
    ['tv+ public 5', 'web 6', "bo'x+ 8"],
  ],
  [
    'one client to a document, by a switch',
    'clients.yaml',
    `kind: Client
spec:
  forProvider: { clientId: tv, accessType: PUBLIC, oauth2DeviceAuthorizationGrantEnabled: true }
---
kind: Client
spec: { forProvider: { clientId: web, accessType: CONFIDENTIAL, oauth2DeviceAuthorizationGrantEnabled: false } }
`,
    ['tv+ public 3', 'web 6'],
  ],
  [
    'redirects to the page of the device flow',
    'dex.yaml',
    `staticClients:
  - id: cli
    public: true
    redirectURIs: [http://127.0.0.1:8000, /device/callback]
  - id: web
    redirectURIs: ['https://app.example/callback']
  - id: box
    redirectURIs: ['https://issuer.example/dex/device/callback']
`,
    ['cli+ public 2', 'box+ 7'],
  ],
  [
    'tables',
    'auth.toml',
    `# clients
title = "a \\"quoted\\" # text"
[server."listen.on"]
ports = [ 8_000, # the first
  8001,
]
started = 2026-01-02T03:04:05Z
[[clients]]   # the first
id = 'tv'
public = true
allowed_grant_types = ["${GRANT}",
  "refresh_token",]
[clients.tokens]
life = "1h"

[[clients]]
client_id = "web"
text = '''
it's
[[clients]]
'''
more = """
escaped \\"\\"\\" two: "" three: """
allowed_grant_types = ["authorization_code"]
[oauth]
clients.box = { grant_types = "device_code", scopes = ["a", "b"] }
`,
    ['tv+ public 8', 'web 16', 'box+ 26'],
  ],
  ['every grant', 'clients.yaml', `clients:\n  - id: tv\n    grant_types: ['*']\n`, ['tv* 2']],
]

test.each(SHAPES)('%s', (_, path, text, expected) => {
  expect(clientsOf(path, text)).toEqual(expected)
})

test.each([
  ['what a server supports', 'metadata.json', `{"issuer":"https://a.example","client_id":"x","grant_types_supported":["${GRANT}"]}`],
  ['a list of nobody', 'schemes.yml', `schemes:\n  - name: client auth\n    grant_types: [${GRANT}]\n`],
  [
    'a client without the grant',
    'clients.yml',
    `# device_code is for nobody\nclients:\n  - client_id: a\n    grant_types: [authorization_code]\n`,
  ],
  [
    'a switch that is off',
    'realm.json',
    `{"clients":[{"clientId":"a","attributes":{"oauth2.device.authorization.grant.enabled":"false"}}]}`,
  ],
  ['a request', 'request.json', `{"client_id":"x","grant_type":"${GRANT}","device_code":"y"}`],
  ['what is no TOML', 'clients.toml', `[[clients]]\nid = tv = box\ngrant_types = ["${GRANT}"]\n`],
  ['two members in one line', 'clients.toml', `[[clients]]\nid = "tv" grant_types = ["${GRANT}"]\n`],
  [
    'a schema',
    'schema.json',
    `{"properties":{"client_id":{"type":"string"},"grant_types":{"type":"array","items":{"enum":["${GRANT}"]}}}}`,
  ],
  [
    'a template',
    'values.yaml',
    `clients:\n  {{- range .Values.clients }}\n  - client_id: {{ .id }}\n    grant_types: [${GRANT}]\n  {{- end }}\n`,
  ],
  ['a test', 'tests/clients.yml', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n`],
  ['a translation', 'frontend/messages/en.yml', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n`],
  ['an example', 'examples/clients.yml', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n`],
  ['what is on a machine of a developer', 'docker/dev-realm.yml', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n`],
  ['another ending', 'clients.md', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n`],
])('%s is no registry', (_, path, text) => {
  expect(clientsOf(path, text)).toEqual([])
})

test('a report says what was read, and what could not be', () => {
  const { notes } = registriesIn(
    new Map([
      ['a.yml', `clients:\n  - client_id: a\n    grant_types: [${GRANT}]\n  - client_id: b\n    grant_types: [x]\n`],
      ['b.yml', `clients: [\n  - client_id: {{ .id }}\n    grant_types: ${GRANT}\n`],
    ]),
  )
  expect(notes).toEqual([
    'a.yml registers 2 clients, 1 of them with the device grant.',
    'b.yml may register clients and could not be read: it is not in the form that its name says.',
  ])
})
