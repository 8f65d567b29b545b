import { addClient } from '@countersign/authority'
import { webSuite } from '@countersign/proof/web'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { deviceRecordId } from '../src/records/device-record.ts'
import { CLIENT, ISSUER, NOTES, openHouse } from './house.ts'

const PATH = '/device_authorization'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

verifies(
  ['rfc8628-3.2-response-fields', 'rfc8628-3.2-no-store', 'rfc8628-3.3-code-not-in-uri'],
  'the answer holds everything a device needs, and is never kept',
  async () => {
    const house = await openHouse()
    const { status, headers, json } = await house.post(PATH, { client_id: CLIENT })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(json).toEqual({
      device_code: expect.stringMatching(/^[\w-]{46}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{3}(?:-[BCDFGHJKLMNPQRSTVWXZ]{3}){2}$/),
      verification_uri: `${ISSUER}/device`,
      verification_uri_complete: `${ISSUER}/device?user_code=${String(json['user_code'])}`,
      expires_in: 300,
      interval: 5,
    })
    expect(String(json['verification_uri']).length).toBeLessThanOrEqual(40)
  },
)

verifies(['rfc8628-3.1-post-form', 'rfc6749-3.2-post-only'], 'POST forms only, at both endpoints', async () => {
  const house = await openHouse()
  for (const path of [PATH, '/token']) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const reply = await house.send(method, path, { headers: form })
      expect([method, reply.status, reply.headers['allow']]).toEqual([method, 405, 'POST'])
    }
    for (const type of [
      undefined,
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/x-www-form-urlencoded; charset=utf-16',
    ]) {
      const reply = await house.send('POST', path, {
        headers: type === undefined ? {} : { 'content-type': type },
        body: `client_id=${CLIENT}`,
      })
      expect([type, reply.status, JSON.parse(reply.body).error]).toEqual([type, 400, 'invalid_request'])
    }
  }
  expect(
    (await house.post(PATH, { client_id: CLIENT }, { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' })).status,
  ).toBe(200)
})

verifies(['rfc8628-3.1-client-id', 'rfc8628-3.1-empty-as-omitted'], 'a missing or empty client_id opens nothing', async () => {
  const house = await openHouse()
  for (const body of ['', 'scope=notes:read', 'client_id=', 'client_id=&scope=notes:read']) {
    const { status, json } = await house.post(PATH, body)
    expect([status, json['error']]).toEqual([400, 'invalid_request'])
  }
  const { json } = await house.post(PATH, `client_id=${CLIENT}&scope=`)
  expect(json['device_code']).toBeTypeOf('string')
  expect(house.events.filter(({ type }) => type === 'device.opened')).toHaveLength(1)
})

verifies('rfc8628-3.1-ignore-unknown', 'unknown parameters change nothing', async () => {
  const house = await openHouse()
  const { status, json } = await house.post(PATH, { client_id: CLIENT, foo: 'bar', response_type: 'code', code_challenge: 'x' })
  expect(status).toBe(200)
  expect(Object.keys(json).sort()).toEqual([
    'device_code',
    'expires_in',
    'interval',
    'user_code',
    'verification_uri',
    'verification_uri_complete',
  ])
})

verifies('rfc8628-3.1-no-duplicates', 'a repeated parameter is refused at both endpoints, and no response member is repeated', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode } = await device.start()
  const bodies = [
    [PATH, `client_id=${CLIENT}&client_id=${CLIENT}`],
    [PATH, `client_id=${CLIENT}&scope=notes:read&scope=`],
    ['/token', `client_id=${CLIENT}&grant_type=${DEVICE_CODE}&device_code=${deviceCode}&device_code=${deviceCode}`],
  ] as const
  for (const [path, body] of bodies) {
    const { status, json } = await house.post(path, body)
    expect([status, json['error']]).toEqual([400, 'invalid_request'])
  }
  const { body } = await house.post(PATH, { client_id: CLIENT })
  const members = [...body.matchAll(/"(\w+)":/g)].map(([, name]) => name)
  expect(new Set(members).size).toBe(members.length)
})

verifies(
  ['rfc8628-3.1-client-auth', 'rfc6749-2.3.1-basic', 'oauth21-2.4.1-secret-post', 'rfc6749-5.2-invalid-client-401'],
  'a confidential client authenticates here as at the token endpoint',
  async () => {
    const house = await openHouse()
    const { secret } = await addClient(house, { id: 'back:office', name: 'Back office', confidential: true })
    // RFC 6749 section 2.3.1: the colon of the id is form-encoded before the two are joined.
    const basic = (id: string, password: string) => ({
      authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`)}`,
    })
    const bare = await house.post(PATH, { client_id: 'back:office' })
    expect([bare.status, bare.json['error']]).toEqual([401, 'invalid_client'])
    expect((await house.post(PATH, { client_id: 'back:office', client_secret: String(secret) })).status).toBe(200)
    expect((await house.post(PATH, {}, basic('back:office', String(secret)))).status).toBe(200)
    const wrong = await house.post(PATH, {}, basic('back:office', 'guess'))
    expect([wrong.status, wrong.json['error'], wrong.headers['www-authenticate']]).toEqual([
      401,
      'invalid_client',
      expect.stringMatching(/^Basic realm=/),
    ])
    const poll = await house.post('/token', { grant_type: DEVICE_CODE, device_code: 'x', client_id: 'back:office' })
    expect([poll.status, poll.json['error']]).toEqual([401, 'invalid_client'])
  },
)

verifies('rfc6749-2.3-single-auth-method', 'two ways of authenticating at once are refused', async () => {
  const house = await openHouse()
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true })
  const authorization = `Basic ${btoa(`office:${secret}`)}`
  const { status, json } = await house.post(PATH, { client_secret: String(secret) }, { authorization })
  expect([status, json['error']]).toEqual([400, 'invalid_request'])
  expect((await house.post(PATH, {}, { authorization: [authorization, authorization] })).json['error']).toBe('invalid_request')
})

verifies('rfc6749-2.3.1-brute-force', 'a client secret cannot be guessed at leisure', async () => {
  const house = await openHouse()
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true })
  for (let guess = 0; guess < 20; guess++) await house.post(PATH, { client_id: 'office', client_secret: `guess ${guess}` })
  expect((await house.post(PATH, { client_id: 'office', client_secret: String(secret) })).json['error']).toBe('invalid_client')
  house.clock.advance(601)
  expect((await house.post(PATH, { client_id: 'office', client_secret: String(secret) })).status).toBe(200)
})

verifies(
  ['rfc8628-3.2-error-format', 'seed-003-grant-type-opt-in', 'rfc7591-2-grant-types-default', 'rfc6749-5.2-unauthorized-client'],
  'errors have the token endpoint form',
  async () => {
    const house = await openHouse()
    await addClient(house, { id: 'web', name: 'Web', redirectUris: ['https://web.example/callback'] })
    const cases = [
      [{ client_id: 'nobody' }, 401, 'invalid_client'],
      [{ client_id: 'web' }, 400, 'unauthorized_client'],
      [{ client_id: CLIENT, scope: 'notes:burn' }, 400, 'invalid_scope'],
      [{ client_id: CLIENT, scope: 'notes:read "x"' }, 400, 'invalid_scope'],
      [{ client_id: CLIENT, resource: 'https://elsewhere.example/' }, 400, 'invalid_target'],
    ] as const
    for (const [body, status, error] of cases) {
      const reply = await house.post(PATH, body)
      expect([reply.status, reply.json['error'], reply.headers['cache-control']]).toEqual([status, error, 'no-store'])
      expect(reply.json['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  },
)

verifies('rfc8628-3.2-unique-codes', 'a user code that is taken is drawn again, and the other one stays as it was', async () => {
  const suite = webSuite()
  const repeated = suite.random(16)
  let repeats = 0
  // The first three draws of a user code give the same characters; every other random value is honest.
  const house = await openHouse({
    suite: { ...suite, random: (count) => (count === 16 && repeats++ < 6 ? repeated : suite.random(count)) },
  })
  const device = await house.device()
  repeats = 0
  const [first, second] = [await device.start(), await device.start()]
  expect(repeats).toBeGreaterThan(6)
  expect(first.userCode).not.toBe(second.userCode)
  expect((await device.poll(first.deviceCode)).json['error']).toBe('authorization_pending')
  expect((await device.poll(second.deviceCode)).json['error']).toBe('authorization_pending')
})

verifies(
  ['rfc8628-5.2-device-code-entropy', 'seed-001-device-code-32-bytes', 'rfc6749-10.10-unguessable'],
  'device codes are 32 random bytes: no two alike, no position fixed',
  async () => {
    const house = await openHouse({ settings: { codesPerMinute: 10_000 } })
    const device = await house.device()
    const codes = await Promise.all(Array.from({ length: 2000 }, async () => (await device.start()).deviceCode))
    expect(new Set(codes).size).toBe(codes.length)
    for (let position = 0; position < 42; position++) expect(new Set(codes.map((code) => code[position])).size).toBe(64)
  },
)

verifies(
  ['rfc8707-2-device-request', 'rfc8707-2-invalid-target', 'rfc8707-2.2-subset-of-grant'],
  'the resource is fixed at the start; a poll cannot widen it',
  async () => {
    const other = { resource: 'https://mail.example/mcp', name: 'Mail', scopes: { 'mail:read': 'Read your mail' } }
    const { resources } = await import('./house.ts')
    const house = await openHouse({ resources: [...resources, other] })
    const device = await house.device()
    expect((await device.start()).json['error']).toBe('invalid_target')
    const { deviceCode } = await device.start({ resource: NOTES })
    expect((await device.poll(deviceCode, { resource: other.resource })).json['error']).toBe('invalid_target')
    expect((await device.poll(deviceCode, { resource: 'not a uri' })).json['error']).toBe('invalid_target')
    expect((await device.poll(deviceCode, { resource: NOTES })).json['error']).toBe('authorization_pending')
    expect((await device.start({ resource: NOTES, scope: 'mail:read' })).json['error']).toBe('invalid_scope')
  },
)

test('an alphabet with too few characters, too many or one twice is refused', async () => {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-_'
  const house = (characters: string) => openHouse({ settings: { userCodeAlphabet: { name: 'own', characters, lookAlikes: {} } } })
  for (const characters of ['', 'A', all.slice(0, 9), all, `${all.slice(0, 20)}A`]) {
    await expect(house(characters)).rejects.toThrow('"userCodeAlphabet"')
  }
  for (const characters of [all.slice(0, 10), all.slice(0, 63)]) await house(characters)
})

verifies('rfc8628-5.4-lifetime-balance', 'a code life outside 60 to 1800 seconds is refused', async () => {
  for (const codeLife of [0, 59, 1801, Number.NaN]) await expect(openHouse({ settings: { codeLife } })).rejects.toThrow('"codeLife"')
  for (const codeLife of [60, 1800]) await openHouse({ settings: { codeLife } })
})

verifies(
  ['rfc8628-5.3-approver-signals', 'rfc8628-3.2-expires-in-shared'],
  'device and approver are recorded apart, and both codes end together',
  async () => {
    const house = await openHouse()
    const { decide, openBrowser } = await import('./person.ts')
    const device = await house.device()
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'approve')
    const row = await house.store.read('device', await deviceRecordId(house, deviceCode))
    expect(row?.value).toMatchObject({
      state: 'approved',
      origin: { address: '203.0.113.7' },
      decision: { origin: { address: '203.0.113.9' } },
    })
    const late = await device.start()
    house.clock.advance(300)
    const browser = openBrowser(house)
    await browser.signIn()
    expect((await browser.enter(late.userCode)).status).toBe(400)
    expect((await device.poll(late.deviceCode)).json['error']).toBe('expired_token')
  },
)

test('nothing that reaches the store can be turned back into a code or a token', async () => {
  const house = await openHouse()
  const { decide } = await import('./person.ts')
  const rows: string[] = []
  const { insert, swap, swapAndInsert } = house.store
  Object.assign(house.store, {
    insert: (row: object) => (rows.push(JSON.stringify(row)), insert(row as never)),
    swap: (row: object) => (rows.push(JSON.stringify(row)), swap(row as never)),
    swapAndInsert: (...both: object[]) => (rows.push(JSON.stringify(both)), swapAndInsert(...(both as [never, never]))),
  })
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  const refreshed = await device.refresh(json['refresh_token'])
  const secrets = [
    deviceCode,
    userCode,
    userCode.replace('-', ''),
    json['access_token'],
    json['refresh_token'],
    refreshed.json['refresh_token'],
  ]
  const kept = [...rows, ...house.events.map((event) => JSON.stringify(event))].join('\n')
  for (const secret of secrets.map(String)) {
    expect(secret.length).toBeGreaterThan(7)
    expect(kept).not.toContain(secret)
  }
})
