/** What the rules make of clients in the settings of an authorization server. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
type Mutation = { readonly find: string; readonly replace: string }
const mutations = JSON.parse(readFileSync(new URL('fixtures/mutations.json', import.meta.url), 'utf8')) as Record<
  string,
  { readonly settings?: Mutation[] }
>
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

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

  test('secrets in lists and maps', async () => {
    const client = (secrets: string) =>
      `{ "Clients": [{ "ClientId": "tv", "AllowedGrantTypes": ["device_code"],\n"ClientSecrets": ${secrets} }] }`
    const plain = 'k3J9sPq02LmZx7Vb'
    expect(await defectsIn({ 'a.json': client(`[{ "Description": "x", "Value": "${plain}" }]`) })).toEqual(['DF-C12 2 medium'])
    expect(await defectsIn({ 'a.json': client(`{ "Plain": "${plain}" }`) })).toEqual(['DF-C12 2 medium'])
    expect(
      await defectsIn({ 'a.json': client(`[{ "Value": "${'k3J9sPq02LmZx7Vb'.repeat(6).slice(0, 86)}==", "Type": "${plain}" }]`) }),
    ).toEqual([])
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
