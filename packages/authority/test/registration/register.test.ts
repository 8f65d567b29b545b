import { addInitialAccessToken, change, createAuthority, listInitialAccessTokens, removeInitialAccessToken } from '@countersign/authority'
import { AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ISSUER, MASTER_KEY, openHouse } from '../house.ts'
import { decide, openBrowser } from '../person.ts'
import { askRegistration, DEVICE_METADATA, registerClient } from '../registering.ts'
import { openWeb } from '../web.ts'

const open = (settings: object = {}) => openHouse({ settings: { registration: 'open', approvalPolicy: 'open', ...settings } })
const CALLBACK = 'https://app.example/callback'

async function documentOf(house: Awaited<ReturnType<typeof open>>) {
  return JSON.parse((await house.send('GET', '/.well-known/oauth-authorization-server')).body)
}

test('it is there when it is on, and only then', async () => {
  const off = await openHouse()
  expect(await documentOf(off)).not.toHaveProperty('registration_endpoint')
  expect((await askRegistration(off, 'POST', DEVICE_METADATA)).status).toBe(404)
  for (const registration of ['open', 'initial-access-token'] as const) {
    expect(await documentOf(await openHouse({ settings: { registration } }))).toMatchObject({ registration_endpoint: `${ISSUER}/register` })
  }
})

verifies('rfc7591-3.2.1-response', 'the answer is what was stored, with everything that goes along', async () => {
  const house = await open()
  const metadata = {
    ...DEVICE_METADATA,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: [DEVICE_CODE, 'refresh_token', AUTHORIZATION_CODE, 'implicit'],
    response_types: ['code'],
    redirect_uris: [CALLBACK, CALLBACK, 'http://127.0.0.1/callback'],
    scope: 'notes:read notes:read',
    dpop_bound_access_tokens: true,
    software_id: 'field-app',
  }
  const { status, headers, json } = await askRegistration(house, 'POST', metadata)
  expect([status, headers['cache-control'], headers['content-type']]).toEqual([201, 'no-store', 'application/json'])
  expect(json).toEqual({
    client_id: expect.stringMatching(/^[\w-]{22}$/),
    client_id_issued_at: house.clock.now() / 1000,
    client_secret: expect.stringMatching(/^[\w-]{43}$/),
    client_secret_expires_at: 0,
    registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
    registration_client_uri: `${ISSUER}/register?client_id=${String(json['client_id'])}`,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: [AUTHORIZATION_CODE, DEVICE_CODE, 'refresh_token'],
    response_types: ['code'],
    client_name: 'Field App',
    redirect_uris: [CALLBACK, 'http://127.0.0.1/callback'],
    scope: 'notes:read',
    dpop_bound_access_tokens: true,
  })
  const row = await house.store.read('client', String(json['client_id']))
  const stored = JSON.stringify(row?.value)
  expect(row?.value).toMatchObject({ redirectUris: [CALLBACK, 'http://127.0.0.1/callback'], scopes: ['notes:read'], dpopBound: true })
  // Secrets are told once and kept as digests.
  for (const secret of ['client_secret', 'registration_access_token']) expect(stored).not.toContain(String(json[secret]))
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'client.registered', clientId: json['client_id'] }))
  const without = await registerClient(house)
  expect(without.registered).not.toHaveProperty('client_secret')
  expect(without.registered).not.toHaveProperty('client_secret_expires_at')
})

verifies(
  ['rfc7591-2-ignore-unknown', 'rfc7591-2-grant-types-default'],
  'what is unknown is dropped, what contradicts itself is refused, and a device needs no redirect URI',
  async () => {
    const house = await open({ registrationsPerHour: 100 })
    const unknown = { ...DEVICE_METADATA, favourite_colour: 'green', logo_uri: 'https://a.example/l.png', tos_uri: 7, __proto__: { x: 1 } }
    const { registered, id } = await registerClient(house, unknown)
    expect(Object.keys(registered)).not.toEqual(expect.arrayContaining(['favourite_colour']))
    expect(registered).not.toHaveProperty('logo_uri')
    const device = await house.device('none', id)
    expect((await device.start()).status).toBe(200)
    // Nothing said: the code grant alone, with a secret.
    const plain = await registerClient(house, { redirect_uris: [CALLBACK] })
    expect(plain.registered).toMatchObject({
      grant_types: [AUTHORIZATION_CODE],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const form = { client_id: plain.id, client_secret: String(plain.secret) }
    expect((await house.post('/device_authorization', form)).json['error']).toBe('unauthorized_client')
    const codes: readonly [object, string][] = [
      [{ grant_types: [AUTHORIZATION_CODE], response_types: [], redirect_uris: [CALLBACK] }, 'invalid_client_metadata'],
      [{ response_types: ['token'], redirect_uris: [CALLBACK] }, 'invalid_client_metadata'],
      [{ grant_types: [DEVICE_CODE], response_types: ['code'] }, 'invalid_client_metadata'],
      [{ grant_types: ['implicit'] }, 'invalid_client_metadata'],
      [{ grant_types: ['refresh_token'] }, 'invalid_client_metadata'],
      [{ grant_types: [] }, 'invalid_client_metadata'],
      [{ grant_types: DEVICE_CODE }, 'invalid_client_metadata'],
      [{ grant_types: [7] }, 'invalid_client_metadata'],
      [{ grant_types: Array(21).fill(DEVICE_CODE) }, 'invalid_client_metadata'],
      [{}, 'invalid_redirect_uri'],
      [{ redirect_uris: [] }, 'invalid_redirect_uri'],
      ...['http://app.example/', 'javascript:alert(1)', 'https://a.example/#x', 'data:text/html,x', 'https://u@a.example/', 'notauri'].map(
        (uri): [object, string] => [{ redirect_uris: [CALLBACK, uri] }, 'invalid_redirect_uri'],
      ),
      [{ ...DEVICE_METADATA, token_endpoint_auth_method: 'client_secret_jwt' }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, client_name: 7 }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, client_name: 'a\u0000b' }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, client_name: 'x'.repeat(201) }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, scope: 7 }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, scope: 'a"b' }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, dpop_bound_access_tokens: 'yes' }, 'invalid_client_metadata'],
      [{ ...DEVICE_METADATA, client_secret: 'mine' }, 'invalid_client_metadata'],
      [[DEVICE_METADATA], 'invalid_client_metadata'],
    ]
    const rows = (await house.store.list('client', 'all', 100)).length
    for (const [metadata, error] of codes) {
      const { status, json } = await askRegistration(house, 'POST', metadata)
      expect([metadata, status, json['error']]).toEqual([metadata, 400, error])
    }
    expect((await house.store.list('client', 'all', 100)).length).toBe(rows)
  },
)

verifies('rfc7591-2-jwks-exclusive', 'keys are here or there, public, and usable', async () => {
  const web = openWeb()
  const house = await openHouse({ settings: { registration: 'open', registrationsPerHour: 100 }, fetchDocument: web.fetchDocument })
  const key = await house.suite.generateKey('ES256')
  const { kty, x, y } = key as { kty: string; x: string; y: string }
  const jwks = { keys: [{ kty, crv: 'P-256', x, y, kid: 'one', use: 'sig' }] }
  const signing = { ...DEVICE_METADATA, token_endpoint_auth_method: 'private_key_jwt' }
  const jwks_uri = 'https://app.example/keys'
  const refused = [
    { ...signing, jwks, jwks_uri },
    { ...DEVICE_METADATA, jwks, jwks_uri },
    signing,
    { ...signing, jwks: { keys: [key] } },
    { ...signing, jwks: { keys: [] } },
    { ...signing, jwks: { keys: Array(21).fill(jwks.keys[0]) } },
    { ...signing, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } },
    { ...signing, jwks: { keys: [{ ...jwks.keys[0], use: 'enc' }] } },
    { ...signing, jwks: jwks.keys },
    { ...signing, jwks_uri: 'http://app.example/keys' },
    { ...signing, jwks_uri: 7 },
  ]
  for (const [index, metadata] of refused.entries()) {
    const { status, json } = await askRegistration(house, 'POST', metadata)
    expect([index, status, json['error']]).toEqual([index, 400, 'invalid_client_metadata'])
  }
  web.put(jwks_uri, jwks)
  let count = 0
  for (const keys of [{ jwks }, { jwks_uri }]) {
    const { id, registered } = await registerClient(house, { ...signing, ...keys })
    expect(registered).toMatchObject('jwks' in keys ? { jwks: { keys: [{ kid: 'one' }] } } : { jwks_uri })
    const claims = { iss: id, sub: id, aud: ISSUER, exp: house.clock.now() / 1000 + 60, jti: `j${count++}` }
    const client_assertion = await (await house.suite.signer(key))('{"alg":"ES256","kid":"one"}', JSON.stringify(claims))
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    expect((await house.post('/device_authorization', { client_assertion, client_assertion_type: type })).status).toBe(200)
    expect((await house.post('/device_authorization', { client_id: id })).json['error']).toBe('invalid_client')
  }
  // Where nothing is fetched, an address of keys is no way to prove anything.
  const { json } = await askRegistration(await open(), 'POST', { ...signing, jwks_uri })
  expect([json['error'], json['error_description']]).toEqual(['invalid_client_metadata', expect.stringContaining("send 'jwks'")])
})

verifies('rfc7591-5-self-asserted', 'a name is a claim: marked as one, without logo or link, and only so many an hour', async () => {
  const house = await open({ registrationsPerHour: 3 })
  const links = { logo_uri: 'https://evil.example/logo.png', client_uri: 'https://bank.example', tos_uri: 'https://evil.example/tos' }
  const { id } = await registerClient(house, { ...DEVICE_METADATA, client_name: 'Bank <b>verified</b>', ...links })
  const { userCode } = await (await house.device('none', id)).start()
  const browser = openBrowser(house)
  await browser.signIn()
  const { body } = await browser.enter(userCode)
  expect(body).toContain('Bank &lt;b&gt;verified&lt;/b&gt;</bdi></b> <span class="tag">not verified</span>')
  expect(body).toContain('<dt>Registered</dt><dd>By itself. Nobody here has checked who made it.')
  expect(body).not.toMatch(/evil\.example|bank\.example/)
  const other = await (await house.device()).start()
  expect((await browser.enter(other.userCode)).body).not.toContain('By itself.')

  for (const metadata of [DEVICE_METADATA, {}]) await askRegistration(house, 'POST', metadata)
  const limited = await askRegistration(house, 'POST', DEVICE_METADATA)
  expect([limited.status, limited.headers['retry-after']]).toEqual([429, '3600'])
  // The next address of the same network is no way around it; another network is another customer.
  expect((await askRegistration(house, 'POST', DEVICE_METADATA, { address: '203.0.113.99' })).status).toBe(429)
  expect((await askRegistration(house, 'POST', DEVICE_METADATA, { address: '198.51.100.1' })).status).toBe(201)
  house.clock.advance(3601)
  expect((await askRegistration(house, 'POST', DEVICE_METADATA)).status).toBe(201)
})

test('an initial access token lets in as often as it says, for as long as it says', async () => {
  const house = await openHouse({ settings: { registration: 'initial-access-token', registrationsPerHour: 100 } })
  const refused = async (token?: string) => {
    const { status, json, headers } = await askRegistration(house, 'POST', DEVICE_METADATA, token === undefined ? {} : { token })
    expect([status, json['error'], headers['www-authenticate']]).toEqual([
      401,
      'invalid_token',
      'Bearer realm="registration", error="invalid_token"',
    ])
  }
  await refused()
  await refused('guessed')
  const { token, expiresAt } = await addInitialAccessToken(house, { registrations: 2, life: 3600 })
  expect(expiresAt).toBe(house.clock.now() + 3_600_000)
  // A registration that fails costs nothing.
  expect((await askRegistration(house, 'POST', { grant_types: [] }, { token })).status).toBe(400)
  const both = await Promise.all([1, 2, 3].map(() => askRegistration(house, 'POST', DEVICE_METADATA, { token })))
  expect(both.map(({ status }) => status).sort()).toEqual([201, 201, 401])
  await refused(token)
  expect((await askRegistration(house, 'POST', { grant_types: [] }, { token })).status).toBe(401)
  const late = await addInitialAccessToken(house, { life: 60 })
  house.clock.advance(61)
  await refused(late.token)
  expect(JSON.stringify(await house.store.read('initial_access_token', await house.digest('initial_access_token', token)))).not.toContain(
    token,
  )
  for (const access of [{ registrations: 0 }, { registrations: 1.5 }, { life: 0 }, { life: Number.NaN }]) {
    await expect(addInitialAccessToken(house, access)).rejects.toMatchObject({ code: 'usage' })
  }
})

test('initial access tokens are listed without the token, and taken back for good', async () => {
  const house = await openHouse({ settings: { registration: 'initial-access-token', registrationsPerHour: 100 } })
  const first = await addInitialAccessToken(house, { registrations: 3, life: 3600 })
  const second = await addInitialAccessToken(house, { life: 60 })
  expect((await askRegistration(house, 'POST', DEVICE_METADATA, { token: first.token })).status).toBe(201)
  const listed = await listInitialAccessTokens(house)
  expect(listed).toEqual([
    { id: first.id, remaining: 2, createdAt: house.clock.now(), expiresAt: house.clock.now() + 3_600_000 },
    { id: second.id, remaining: 1, createdAt: house.clock.now(), expiresAt: house.clock.now() + 60_000 },
  ])
  expect(JSON.stringify(listed)).not.toContain(first.token)
  house.clock.advance(61)
  expect((await listInitialAccessTokens(house)).map(({ id }) => id)).toEqual([first.id])
  await removeInitialAccessToken(house, first.id)
  expect(await listInitialAccessTokens(house)).toEqual([])
  expect((await askRegistration(house, 'POST', DEVICE_METADATA, { token: first.token })).status).toBe(401)
  for (const id of [first.id, second.id, first.token, '']) {
    await expect(removeInitialAccessToken(house, id)).rejects.toMatchObject({ code: 'usage' })
  }
})

test('a token that is spent at the moment it is taken back is taken back all the same', async () => {
  const house = await openHouse({ settings: { registration: 'initial-access-token' } })
  const { id } = await addInitialAccessToken(house, { registrations: 5 })
  let spent = 0
  const store: typeof house.store = {
    ...house.store,
    remove: async (kind, row, version) => {
      // Somebody registers between the look and the removal, once.
      if (spent++ === 0) await change(house.store, 'initial_access_token', id, (access) => ({ swapIn: access as never, answer: undefined }))
      return house.store.remove(kind, row, version)
    },
  }
  await removeInitialAccessToken({ store }, id)
  expect([spent, await listInitialAccessTokens(house)]).toEqual([2, []])
})

verifies('rfc9068-5-distinct-aud-sub', 'no client chooses its id or a subject, and none gets tokens without a person', async () => {
  const house = await open()
  const asked = {
    ...DEVICE_METADATA,
    client_id: house.subject,
    grant_types: [DEVICE_CODE, CLIENT_CREDENTIALS],
    token_endpoint_auth_method: 'client_secret_post',
  }
  const { id, secret, registered } = await registerClient(house, asked)
  expect(id).not.toBe(house.subject)
  expect(registered['grant_types']).toEqual([DEVICE_CODE])
  const credentials = { client_id: id, client_secret: String(secret) }
  expect((await house.post('/token', { grant_type: CLIENT_CREDENTIALS, ...credentials })).json['error']).toBe('unauthorized_client')
  const { json } = await house.post('/device_authorization', { ...credentials, sub: 'somebody', subject: 'somebody' })
  await decide(house, String(json['user_code']), 'approve')
  const device_code = String(json['device_code'])
  const tokens = await house.post('/token', { grant_type: DEVICE_CODE, ...credentials, device_code, sub: 'somebody', subject: 'somebody' })
  const [, payload = ''] = String(tokens.json['access_token']).split('.')
  expect(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))).toMatchObject({ sub: house.subject, client_id: id })
})

test('JSON and nothing else; other methods are refused by name', async () => {
  const house = await open({ registrationsPerHour: 100 })
  for (const contentType of ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
    const { status, json } = await askRegistration(house, 'POST', DEVICE_METADATA, { contentType })
    expect([contentType, status, json['error']]).toEqual([contentType, 400, 'invalid_request'])
  }
  expect((await askRegistration(house, 'POST', DEVICE_METADATA, { contentType: 'application/json; charset=utf-8' })).status).toBe(201)
  expect((await askRegistration(house, 'POST', '{"a":')).json['error']).toBe('invalid_client_metadata')
  expect((await askRegistration(house, 'POST', { ...DEVICE_METADATA, padding: 'x'.repeat(16_384) })).status).toBe(413)
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status, headers } = await askRegistration(house, method, undefined)
    expect([method, status, headers['allow']]).toEqual([method, 405, 'POST'])
  }
})

test('a client of open registration is forgotten when nobody uses it, and kept when somebody does', async () => {
  const house = await open()
  const day = 86_400
  const [used, unused] = [await registerClient(house), await registerClient(house)]
  const device = await house.device('none', used.id)
  for (let month = 0; month < 4; month++) {
    house.clock.advance(30 * day)
    expect((await device.start()).status).toBe(200)
  }
  expect((await (await house.device('none', unused.id)).start()).json['error']).toBe('invalid_client')
  // No more than one write a day.
  const before = await house.store.read('client', used.id)
  await device.start()
  expect((await house.store.read('client', used.id))?.version).toBe(before?.version)
  // Who was let in by the operator stays.
  const { store, suite, clock, hasher } = house
  const settings = { registration: 'initial-access-token' } as const
  const options = { issuer: ISSUER, store, suite, clock, masterKey: MASTER_KEY, identity: { hasher }, settings }
  const invited = { ...house, send: openHouseSend(await createAuthority(options)) }
  const { token } = await addInitialAccessToken(house)
  const kept = await registerClient(invited, DEVICE_METADATA, { token })
  house.clock.advance(1000 * day)
  expect(await house.store.read('client', kept.id)).toBeDefined()
  expect(await house.store.read('client', used.id)).toBeUndefined()
})

function openHouseSend(authority: Awaited<ReturnType<typeof createAuthority>>): Awaited<ReturnType<typeof open>>['send'] {
  return async (method, path, more) => {
    const [bare = path, query = ''] = path.split('?')
    return authority.handle({ method, path: bare, query, headers: {}, body: '', remoteAddress: '203.0.113.7', ...more })
  }
}
