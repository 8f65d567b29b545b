import { addClient, createAuthority, type Settings } from '@countersign/authority'
import { publicOf } from '@countersign/proof'
import { AUTHORIZATION_CODE, DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ISSUER, MASTER_KEY, openHouse } from '../house.ts'
import { decide } from '../person.ts'
import { APP_URL, deviceDocument, openWeb } from '../web.ts'

async function opened(settings: Partial<Settings> = { clientDocuments: 'any' }) {
  const web = openWeb()
  const house = await openHouse({ settings: { approvalPolicy: 'open', ...settings }, fetchDocument: web.fetchDocument })
  const start = async (url = APP_URL) => (await house.device('none', url)).start()
  return { web, house, start }
}

async function metadataOf(house: Awaited<ReturnType<typeof openHouse>>) {
  return JSON.parse((await house.send('GET', '/.well-known/oauth-authorization-server')).body)
}

test('a program nobody registered signs in under the address of its document', async () => {
  const { web, house } = await opened()
  web.put(APP_URL, deviceDocument())
  const device = await house.device('ES256', APP_URL)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json, status } = await device.poll(deviceCode)
  expect([status, json['token_type']]).toEqual([200, 'DPoP'])
  expect((await device.refresh(json['refresh_token'])).status).toBe(200)
  // One fetch served all of it.
  expect(web.fetched).toEqual([APP_URL])
})

verifies('cimd-4.1-client-id-match', 'the client_id in the document is the address, character by character', async () => {
  const others = [
    'https://APP.example/client.json',
    'https://app.example/client.json/',
    'https://app.example:443/client.json',
    'https://app.example/client%2Ejson',
    'https://app.example/Client.json',
    'https://app.example/client.json?',
    ' https://app.example/client.json',
    undefined,
    7,
    [APP_URL],
  ]
  for (const client_id of others) {
    const { web, start } = await opened()
    web.put(APP_URL, deviceDocument({ client_id }))
    const { status, json } = await start()
    expect([client_id, status, json['error']]).toEqual([client_id, 401, 'invalid_client'])
  }
})

verifies('cimd-4-no-redirects-200-only', 'anything but 200 ends the request, and is not kept', async () => {
  for (const status of [301, 302, 303, 307, 308, 201, 204, 206, 304, 404, 500]) {
    const { web, house, start } = await opened()
    web.put(APP_URL, deviceDocument(), { status })
    const refused = await start()
    expect([status, refused.status, refused.json['error'], refused.userCode]).toEqual([status, 401, 'invalid_client', 'undefined'])
    web.put(APP_URL, deviceDocument())
    expect((await start()).status, String(status)).toBe(200)
    expect(web.fetched).toEqual([APP_URL, APP_URL])
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'client.document_refused', url: APP_URL }))
  }
})

verifies('cimd-4.1-no-shared-secrets', 'a secret that everybody can read is none', async () => {
  const faults = [
    ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'tls_client_auth', 7].map((token_endpoint_auth_method) => ({
      token_endpoint_auth_method,
    })),
    { client_secret: 'hush' },
    { client_secret: '' },
    { client_secret_expires_at: 0 },
  ]
  for (const fault of faults) {
    const { web, start } = await opened()
    web.put(APP_URL, deviceDocument(fault))
    const { json } = await start()
    expect([fault, json['error']]).toEqual([fault, 'invalid_client'])
    expect(json['error_description']).toMatch(/token_endpoint_auth_method|holds a secret/)
  }
})

verifies('cimd-4.3-fetch-failure-aborts', 'without a good document there are no codes, and the network is not described', async () => {
  const { web, house, start } = await opened()
  const faults: readonly (() => void)[] = [
    () => web.breakDown(APP_URL),
    () => web.put(APP_URL, deviceDocument(), { contentType: 'text/html' }),
    () => web.put(APP_URL, deviceDocument(), { contentType: '' }),
    () => web.put(APP_URL, deviceDocument(), { contentType: 'text/plain; note=application/json' }),
    () => web.put(APP_URL, '{"client_id":'),
    () => web.put(APP_URL, [deviceDocument()]),
    () => web.put(APP_URL, 'null'),
    () => web.put(APP_URL, deviceDocument({ grant_types: 'device' })),
    () => web.put(APP_URL, deviceDocument({ client_name: 'a\nb' })),
  ]
  for (const fault of faults) {
    fault()
    const { status, json } = await start()
    expect([status, json['error'], json['device_code']]).toEqual([401, 'invalid_client', undefined])
    expect(String(json['error_description'])).not.toMatch(/10\.0\.0\.7|nothing answers/)
  }
  expect(house.events.filter(({ type }) => type === 'device.opened')).toEqual([])
  for (const contentType of ['application/json', 'Application/JSON; charset=utf-8', 'application/oauth-client+json']) {
    web.put(APP_URL, deviceDocument(), { contentType })
    expect((await start()).status, contentType).toBe(200)
    house.clock.advance(86_401)
  }
})

verifies('cimd-4.4-caching', 'a good document is kept as its headers say, between five minutes and a day; a bad one never', async () => {
  const keeps: readonly [string, number][] = [
    ['', 300],
    ['no-store', 300],
    ['max-age=10', 300],
    ['public, max-age=3600', 3600],
    ['Max-Age="3600"', 3600],
    ['max-age=60, s-maxage=7200', 7200],
    ['private, max-age=7200', 300],
    ['max-age=9999999', 86_400],
    ['max-age=-5', 300],
    ['max-age=abc', 300],
  ]
  for (const [cacheControl, seconds] of keeps) {
    const { web, house, start } = await opened()
    web.put(APP_URL, deviceDocument(), { cacheControl })
    await start()
    house.clock.advance(seconds - 1)
    await start()
    expect([cacheControl, web.fetched.length]).toEqual([cacheControl, 1])
    house.clock.advance(1)
    await start()
    expect([cacheControl, web.fetched.length]).toEqual([cacheControl, 2])
  }
  const { web, start } = await opened()
  web.put(APP_URL, deviceDocument({ client_id: 'other' }), { cacheControl: 'max-age=3600' })
  expect((await start()).status).toBe(401)
  web.put(APP_URL, deviceDocument())
  expect((await start()).status).toBe(200)
})

test('many requests at once make one fetch', async () => {
  const { web, start } = await opened()
  web.put(APP_URL, deviceDocument())
  const answers = await Promise.all(Array.from({ length: 20 }, () => start()))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(web.fetched).toEqual([APP_URL])
})

verifies('cimd-device-grant-opt-in', 'the device grant is for documents that list it, and they need no redirect URIs', async () => {
  const { web, start } = await opened()
  const redirect_uris = ['https://app.example/callback']
  const documents: readonly [object, number, string | undefined][] = [
    [{ grant_types: undefined, response_types: undefined, redirect_uris }, 400, 'unauthorized_client'],
    [{ grant_types: [AUTHORIZATION_CODE, 'refresh_token'], response_types: ['code'], redirect_uris }, 400, 'unauthorized_client'],
    [{ grant_types: [DEVICE_CODE] }, 200, undefined],
    [{ grant_types: [DEVICE_CODE, AUTHORIZATION_CODE], response_types: ['code'], redirect_uris }, 200, undefined],
    [{ grant_types: [DEVICE_CODE, AUTHORIZATION_CODE], response_types: ['code'] }, 401, 'invalid_client'],
    [{ grant_types: ['refresh_token'] }, 401, 'invalid_client'],
  ]
  for (const [index, [document, status, error]] of documents.entries()) {
    const url = `https://app.example/${index}`
    web.put(url, deviceDocument(document, url))
    const answer = await start(url)
    expect([index, answer.status, answer.json['error']]).toEqual([index, status, error])
  }
})

verifies('cimd-5-metadata-flag', 'the flag is there when documents are read, and only then', async () => {
  for (const clientDocuments of ['any', ['app.example']] as const) {
    expect(await metadataOf((await opened({ clientDocuments })).house)).toMatchObject({ client_id_metadata_document_supported: true })
  }
  const { web, house, start } = await opened({})
  expect(await metadataOf(house)).not.toHaveProperty('client_id_metadata_document_supported')
  web.put(APP_URL, deviceDocument())
  expect((await start()).json['error']).toBe('invalid_client')
  expect(web.fetched).toEqual([])
})

verifies('cimd-6.2-private-key-jwt', 'a document that promises signatures is held to them everywhere', async () => {
  const { web, house } = await opened()
  const key = await house.suite.generateKey('ES256')
  const jwks = { keys: [{ kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA' }, publicOf(key)] }
  const signing = { token_endpoint_auth_method: 'private_key_jwt' }
  const sign = await house.suite.signer(key)
  let count = 0
  const assertion = async (url: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await sign(
      '{"alg":"ES256"}',
      JSON.stringify({ iss: url, sub: url, aud: ISSUER, exp: house.clock.now() / 1000 + 60, jti: `j${count++}` }),
    ),
  })
  web.put('https://keys.example/', jwks)
  for (const [url, keys] of [
    ['https://app.example/inline', { jwks }],
    ['https://app.example/linked', { jwks_uri: 'https://keys.example/' }],
  ] as const) {
    web.put(url, deviceDocument({ ...signing, ...keys }, url))
    const device = await house.device('none', url)
    expect((await device.start()).json['error']).toBe('invalid_client')
    const { deviceCode, userCode } = await device.start(await assertion(url))
    await decide(house, userCode, 'approve')
    for (const path of ['/token', '/revoke', '/par', '/introspect']) {
      const { json } = await house.post(path, { client_id: url, token: 'x', grant_type: DEVICE_CODE, device_code: deviceCode })
      expect([path, json['error']]).toEqual([path, 'invalid_client'])
    }
    const other = await (await house.suite.signer(await house.suite.generateKey('ES256')))('{"alg":"ES256"}', JSON.stringify({ sub: url }))
    expect((await device.poll(deviceCode, { ...(await assertion(url)), client_assertion: other })).json['error']).toBe('invalid_client')
    expect((await device.poll(deviceCode, await assertion(url))).status).toBe(200)
  }
  expect(web.fetched.filter((url) => url === 'https://keys.example/')).toHaveLength(1)
  // No key, a private one, two places, a bad place.
  for (const [index, keys] of [
    {},
    { jwks: { keys: [key] } },
    { jwks: { keys: [] } },
    { jwks, jwks_uri: 'https://keys.example/' },
    { jwks_uri: 'http://keys.example/' },
  ].entries()) {
    const url = `https://app.example/bad/${index}`
    web.put(url, deviceDocument({ ...signing, ...keys }, url))
    expect([index, (await (await house.device('none', url)).start(await assertion(url))).json['error']]).toEqual([index, 'invalid_client'])
  }
})

test('keys that cannot be fetched or read authenticate nobody', async () => {
  const { web, house } = await opened()
  const key = await house.suite.generateKey('ES256')
  const assertion = await (await house.suite.signer(key))(
    '{"alg":"ES256"}',
    JSON.stringify({ iss: APP_URL, sub: APP_URL, aud: ISSUER, exp: house.clock.now() / 1000 + 60, jti: 'j' }),
  )
  web.put(APP_URL, deviceDocument({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://keys.example/' }))
  const ask = () =>
    house.post('/device_authorization', {
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
  expect((await ask()).json['error']).toBe('invalid_client')
  web.put('https://keys.example/', { keys: [key] })
  expect((await ask()).json['error']).toBe('invalid_client')
})

test('only the listed hosts are asked', async () => {
  const { web, start } = await opened({ clientDocuments: ['app.example', 'other.example:8443'] })
  for (const [url, status] of [
    [APP_URL, 200],
    ['https://other.example:8443/c', 200],
    ['https://other.example/c', 401],
    ['https://sub.app.example/c', 401],
    ['https://app.example.evil.example/c', 401],
  ] as const) {
    web.put(url, deviceDocument({}, url))
    expect([url, (await start(url)).status]).toEqual([url, status])
  }
  expect(web.fetched).toEqual([APP_URL, 'https://other.example:8443/c'])
})

test('who is registered under an address needs no document, and is not changed by one', async () => {
  const { web, house, start } = await opened()
  await addClient(house, { id: APP_URL, name: 'Known here' })
  web.put(APP_URL, deviceDocument({ grant_types: [AUTHORIZATION_CODE] }))
  expect((await start()).status).toBe(200)
  expect(web.fetched).toEqual([])
})

test('a server that can fetch nothing does not promise to, and a list of hosts holds hosts', async () => {
  const { house, web } = await opened({})
  const options = {
    issuer: 'https://auth.example',
    ...house,
    masterKey: MASTER_KEY,
    identity: { hasher: house.hasher },
    events: () => undefined,
  }
  await expect(createAuthority({ ...options, settings: { clientDocuments: 'any' } })).rejects.toThrow('fetchDocument')
  for (const host of ['https://app.example', 'App.example', 'app.example/x', '', '*']) {
    const settings = { clientDocuments: [host] }
    await expect(createAuthority({ ...options, settings, fetchDocument: web.fetchDocument }), host).rejects.toThrow('clientDocuments')
  }
})

test('a login ends when the document no longer allows it', async () => {
  const { web, house } = await opened({ clientDocuments: 'any', codeLife: 600, decideWithin: 600 })
  web.put(APP_URL, deviceDocument())
  const device = await house.device('none', APP_URL)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  web.put(APP_URL, deviceDocument({ grant_types: [AUTHORIZATION_CODE], response_types: ['code'], redirect_uris: ['https://app.example/'] }))
  house.clock.advance(301)
  expect((await device.poll(deviceCode)).json['error']).toBe('unauthorized_client')
})

test('tokens of a client whose host is no longer accepted are worth nothing, and nobody is asked about it', async () => {
  const { web, house } = await opened()
  web.put(APP_URL, deviceDocument())
  const device = await house.device('none', APP_URL)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  const bearer = { headers: { authorization: `Bearer ${String(json['access_token'])}` } }
  expect((await house.send('GET', '/userinfo', bearer)).status).toBe(200)
  const { store, suite, clock, hasher } = house
  const options = { issuer: ISSUER, store, suite, clock, masterKey: MASTER_KEY, identity: { hasher }, fetchDocument: web.fetchDocument }
  const stricter = await createAuthority({ ...options, settings: { clientDocuments: ['other.example'] } })
  const exchange = { method: 'GET', path: '/userinfo', query: '', body: '', remoteAddress: '203.0.113.7', ...bearer }
  expect((await stricter.handle(exchange)).status).toBe(401)
  // Nothing has ended: the operator may change the setting back.
  expect((await house.send('GET', '/userinfo', bearer)).status).toBe(200)
  expect(web.fetched).toEqual([APP_URL])
})

test('without the code grant a document cannot ask for it', async () => {
  const { web, start } = await opened({ clientDocuments: 'any', codeGrant: 'off' })
  const redirect_uris = ['https://app.example/']
  web.put(APP_URL, deviceDocument({ grant_types: undefined, response_types: undefined, redirect_uris }))
  expect((await start()).json['error']).toBe('invalid_client')
  web.put(APP_URL, deviceDocument({ grant_types: [DEVICE_CODE, AUTHORIZATION_CODE], response_types: ['code'] }))
  expect((await start()).status).toBe(200)
})

test('a new address is no new allowance of codes', async () => {
  const { web, house, start } = await opened({ clientDocuments: 'any', codesPerMinute: 3 })
  const statuses: number[] = []
  for (let index = 0; index < 5; index++) {
    const url = `https://app.example/${index}`
    web.put(url, deviceDocument({}, url))
    statuses.push((await start(url)).status)
  }
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  expect((await (await house.device()).start()).status).toBe(200)
})
