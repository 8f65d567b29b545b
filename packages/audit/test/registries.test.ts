/** Clients in the settings of an authorization server: which shapes are told from others, at which line, and what rules make of them. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { registriesIn } from '../src/registry/registries.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
type Mutation = { readonly find: string; readonly replace: string }
const mutations = JSON.parse(readFileSync(new URL('fixtures/mutations.json', import.meta.url), 'utf8')) as Record<
  string,
  { readonly settings?: Mutation[] }
>
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

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

async function defectsIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const found = judge(RULES, subjectOf(await readProject(new Map(Object.entries(files)))))
  return found.filter(({ verdict }) => verdict === 'violates').map(({ rule, place, severity }) => `${rule} ${place?.line} ${severity}`)
}

/** In order. */
const REGISTRY = fixture('clients.yml')
const changed = (from: string, to: string) => {
  expect(REGISTRY).toContain(from)
  return REGISTRY.replace(from, to)
}

describe('a rule finds in a registry', () => {
  test('nothing when it is in order, whatever other clients may', async () => {
    expect(await defectsIn({ 'clients.yml': REGISTRY })).toEqual([])
    // A map of its own is about something else.
    expect(await defectsIn({ 'clients.yml': `upstream: { access_token_ttl: 90000, device_code_ttl: 9000 }\n${REGISTRY}` })).toEqual([])
  })

  test.each(Object.entries(mutations).filter(([, { settings }]) => settings !== undefined))(
    '%s, as its page shows',
    async (id, { settings }) => {
      const bad = (settings ?? []).reduce((text, { find, replace }) => {
        expect(text).toContain(find)
        return text.replace(find, () => replace)
      }, REGISTRY)
      expect((await defectsIn({ 'clients.yml': bad })).map((told) => told.split(' ')[0])).toEqual([id])
    },
  )

  test.each([
    ['DF-S11', '[urn:ietf:params:oauth:grant-type:device_code, refresh_token]', "['*']", 'DF-S11 6 low'],
    ['DF-S03', '10m', '30m', 'DF-S03 3 medium'],
    ['DF-S20', '1h', '2h30m', 'DF-S20 2 medium'],
    ['DF-S20', '1h', '7d', 'DF-S20 2 high'],
    ['DF-S17', 'rotate_refresh_tokens: true', 'rotate_refresh_tokens: false', 'DF-S17 4 high'],
    ['DF-C20', '[notes:read]', '"openid *"', 'DF-C20 8 low'],
    ['DF-C12', 'public: true', 'client_secret: k3J9sPq02LmZx7Vb', 'DF-C12 7 medium'],
    ['DF-C12', 'public: true', "client_secret: '$plaintext$k3J9sPq02LmZx7Vb'", 'DF-C12 7 medium'],
  ])('%s (%s)', async (_, from, to, expected) => {
    expect(await defectsIn({ 'clients.yml': changed(from, to) })).toEqual([expected])
  })

  test.each([
    ['a hash', "'$pbkdf2-sha512$310000$c8p78n7pUMln0jzvd4aK4Q$JNRBzwAo0ek5qKn50cFzzvE9RXV88h1wJn5KGiHrD0Y'"],
    ['another hash', "'{bcrypt}$2a$10$k3J9sPq02LmZx7Vbk3J9sPq02LmZx7Vb'"],
    ['the hash of a byte string', 'K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols='],
    ['a variable', '${TV_CLIENT_SECRET_V2}'],
    ['a tag', '!secret tv_client_secret_2'],
    ['a vault', 'vault:oauth/tv#client_secret_2'],
    ['a word', 'ChangeMePlease42'],
    ['stars', "'**************'"],
  ])('no secret in %s', async (_, secret) => {
    expect(await defectsIn({ 'clients.yml': changed('public: true', `client_secret: ${secret}`) })).toEqual([])
  })

  test('a secret that a program here cannot keep', async () => {
    const found = judge(
      RULES,
      subjectOf(
        await readProject(
          new Map([
            ['client.ts', fixture('client.ts')],
            ['clients.yml', changed('client_id: tv\n    public: true', 'client_id: notes-cli\n    client_secret: k3J9sPq02LmZx7Vb')],
          ]),
        ),
      ),
    ).find(({ rule, verdict }) => rule === 'DF-C12' && verdict === 'violates')
    expect(found).toMatchObject({
      severity: 'high',
      unit: 'clients.yml#notes-cli',
      place: { file: 'clients.yml', line: 7 },
      evidence: [{}, { note: 'A program here calls itself by this client id.', place: { file: 'client.ts' } }],
    })
  })

  test('what a realm says for all of its clients', async () => {
    const realm = (settings: string, attributes = '') => `{
      "realm": "shop",
      ${settings}
      "clients": [{ "clientId": "tv", "publicClient": true,
        "attributes": { "oauth2.device.authorization.grant.enabled": "true"${attributes} } }]
    }`
    const settings = '"revokeRefreshToken": false, "accessTokenLifespan": 300,\n "oauth2DeviceCodeLifespan": 1800,'
    expect(await defectsIn({ 'realm.json': realm(settings) })).toEqual(['DF-S03 4 medium', 'DF-S17 3 high'])
    expect(await defectsIn({ 'realm.json': realm(settings, ', "dpop.bound.access.tokens": "true"') })).toEqual(['DF-S03 4 medium'])
    // What the client says of itself comes first.
    const own = ', "oauth2.device.code.lifespan": "600", "access.token.lifespan": "86400"'
    expect(await defectsIn({ 'realm.json': realm('"accessTokenLifespan": 300, "oauth2DeviceCodeLifespan": 1800,', own) })).toEqual([
      'DF-S20 5 medium',
    ])
  })

  test('what stands beside the registration of a client', async () => {
    const server = (settings: string) => `authorizationserver:
  client:
    tv:
      registration:
        client-id: tv-app
        client-authentication-methods: [none]
        authorization-grant-types: ["${GRANT}"]
      token: { ${settings} }
`
    expect(
      await defectsIn({ 'a.yml': server('access-token-time-to-live: PT1H, device-code-time-to-live: 5m, reuse-refresh-tokens: false') }),
    ).toEqual([])
    expect(
      await defectsIn({
        'a.yml': server('access-token-time-to-live: P1DT1H, device-code-time-to-live: PT20M, reuse-refresh-tokens: true'),
      }),
    ).toEqual(['DF-S03 8 medium', 'DF-S17 8 high', 'DF-S20 8 high'])
  })

  test('what a table says of the last client before it', async () => {
    const tables = `rotate_refresh_tokens = false
[[clients]]
id = "web"
grant_types = ["authorization_code"]
[[clients]]
id = "tv"
public = true
grant_types = ["device_code"]
[clients.lifespans]
access_token = "2h"
`
    expect(await defectsIn({ 'auth.toml': tables })).toEqual(['DF-S17 1 high', 'DF-S20 10 medium'])
    expect(await defectsIn({ 'auth.toml': tables.replace('true', 'false') })).toEqual(['DF-S20 10 medium'])
  })

  test('what dex says for all of its clients, and of one', async () => {
    const dex = (settings: string, client: string) => `expiry:
  deviceRequests: ${settings}
staticClients:
  - id: cli
    ${client}
    redirectURIs: [/device/callback]
`
    expect(await defectsIn({ 'dex.yaml': dex('5m\n  refreshTokens: { disableRotation: false }', 'public: true') })).toEqual([])
    expect(await defectsIn({ 'dex.yaml': dex('1h\n  refreshTokens: { disableRotation: true }', 'public: true') })).toEqual([
      'DF-S03 2 medium',
      'DF-S17 3 high',
    ])
    expect(await defectsIn({ 'dex.yaml': dex('5m', 'secret: k3J9sPq02LmZx7Vb') })).toEqual(['DF-C12 5 medium'])
    expect(await defectsIn({ 'dex.yaml': dex('5m', 'secrets: ["$2a$10$k3J9sPq02LmZx7Vb", k3J9sPq02LmZx7Vb]') })).toEqual([
      'DF-C12 5 medium',
    ])
  })

  test('a public client whose refresh tokens are used again', async () => {
    const client = (members: string) =>
      `{ "Clients": [{ "ClientId": "tv", "RequireClientSecret": false, ${members}\n"AllowedGrantTypes": ["device_code"] }] }`
    expect(await defectsIn({ 'a.json': client('"RefreshTokenUsage": "ReUse",') })).toEqual(['DF-S17 1 high'])
    expect(await defectsIn({ 'a.json': client('"RefreshTokenUsage": 0,') })).toEqual(['DF-S17 1 high'])
    expect(await defectsIn({ 'a.json': client('"RefreshTokenUsage": "OneTimeOnly",') })).toEqual([])
    expect(await defectsIn({ 'a.json': client('"refresh_token": { "rotation_type": "non-rotating" },') })).toEqual(['DF-S17 1 high'])
    expect(await defectsIn({ 'a.json': client('"RefreshTokenUsage": "ReUse",').replace('false', 'true') })).toEqual([])
  })
})

describe('DF-S11 names the registry', () => {
  const evidenceOf = async (server: string) => {
    const project = await readProject(
      new Map([
        ['server.ts', server],
        ['clients.yml', REGISTRY],
      ]),
    )
    const [found] = judge(
      RULES.filter(({ id }) => id === 'DF-S11'),
      subjectOf(project),
    )
    return { verdict: found?.verdict, evidence: found?.evidence.map(({ note, place }) => [place?.file, place?.line, note]).at(-1) }
  }
  const listed = ['clients.yml', 6, 'The grants of tv are listed here.']
  const check =
    "  if (!client.grant_types.includes('urn:ietf:params:oauth:grant-type:device_code')) return res.status(400).json({ error: 'unauthorized_client' })\n"

  test('when the server keeps to it', async () => {
    expect(await evidenceOf(fixture('server.ts'))).toEqual({ verdict: 'satisfies', evidence: listed })
  })

  test('when nothing asks for it', async () => {
    expect(fixture('server.ts')).toContain(check)
    expect(await evidenceOf(fixture('server.ts').replaceAll(check, ''))).toEqual({ verdict: 'violates', evidence: listed })
  })
})
