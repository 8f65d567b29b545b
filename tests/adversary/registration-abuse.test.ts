/**
 * Registration is open, and a stranger makes the most of it: clients without end, clients that look like others, clients that want what
 * no person approved, and other people's clients.
 */
import { addClient, addInitialAccessToken } from '@countersign/authority'
import { AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLIENT, openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'
import { askRegistration, DEVICE_METADATA, registerClient } from '../../packages/authority/test/registering.ts'
import { verifies } from '../../requirements/verifies.ts'

const openHouseFor = (settings: object = {}) => openHouse({ settings: { registration: 'open', approvalPolicy: 'open', ...settings } })

verifies(
  'rfc7591-5-self-asserted',
  'a flood from many networks stops at a count for all of them, and what it left is forgotten',
  async () => {
    const house = await openHouseFor({ registrationsPerHour: 2 })
    let registered = 0
    for (let network = 0; network < 120; network++) {
      const { status } = await askRegistration(house, 'POST', DEVICE_METADATA, { address: `198.51.${network}.1` })
      if (status === 201) registered++
      else expect(status).toBe(429)
    }
    expect(registered).toBe(100)
    house.clock.advance(91 * 86_400)
    const left = await house.store.list('client', 'all', 1000)
    expect(left.map(({ id }) => id)).toEqual([CLIENT])
  },
)

test('a new client is no new allowance: those that registered themselves share one count of codes', async () => {
  const house = await openHouseFor({ codesPerMinute: 5, registrationsPerHour: 100 })
  const answers: number[] = []
  for (let index = 0; index < 8; index++) {
    const { id } = await registerClient(house)
    answers.push((await (await house.device('none', id)).start()).status)
  }
  expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  // The operator's own client does not pay for them.
  expect((await (await house.device()).start()).status).toBe(200)
})

test('the name of another client is only a name', async () => {
  const house = await openHouseFor()
  const { id } = await registerClient(house, { ...DEVICE_METADATA, client_name: 'Countersign CLI' })
  const browser = openBrowser(house)
  await browser.signIn()
  const page = async (clientId: string) => (await browser.enter((await (await house.device('none', clientId)).start()).userCode)).body
  const [genuine, copy] = [await page(CLIENT), await page(id)]
  expect(copy).toContain('By itself. Nobody here has checked who made it.')
  expect(copy).toContain(id)
  expect(genuine).not.toContain('By itself.')
})

test('nothing is to be had without a person: no client credentials, no introspection of what belongs to others', async () => {
  const house = await openHouseFor({ registrationsPerHour: 100 })
  await addClient(house, { id: 'office', name: 'Office', confidential: true, grantTypes: [CLIENT_CREDENTIALS] })
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { access_token } = (await device.poll(deviceCode)).json
  for (const grant_types of [[CLIENT_CREDENTIALS], [CLIENT_CREDENTIALS, DEVICE_CODE], [CLIENT_CREDENTIALS, AUTHORIZATION_CODE]]) {
    const metadata = {
      grant_types,
      redirect_uris: ['https://a.example/'],
      resources: ['https://notes.example/mcp'],
      approval_policy: 'open',
    }
    const { status, json } = await askRegistration(house, 'POST', { ...metadata, token_endpoint_auth_method: 'client_secret_post' })
    if (status !== 201) continue
    const credentials = { client_id: String(json['client_id']), client_secret: String(json['client_secret']) }
    expect((await house.post('/token', { grant_type: CLIENT_CREDENTIALS, ...credentials })).json['error']).toBe('unauthorized_client')
    expect((await house.post('/introspect', { ...credentials, token: String(access_token) })).json).toEqual({ active: false })
    expect((await house.store.read('client', String(json['client_id'])))?.value).not.toHaveProperty('approvalPolicy')
  }
})

test('a token for registering is spent once, however many hands try it at the same moment', async () => {
  const house = await openHouse({ settings: { registration: 'initial-access-token', registrationsPerHour: 1000 } })
  const { token } = await addInitialAccessToken(house)
  // All of them have read the token before the first one spends it.
  const { store } = house
  const read = store.read.bind(store)
  let readers = 0
  let open = () => undefined as void
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  Object.assign(store, {
    read: async (kind: string, id: string) => {
      const row = await read(kind, id)
      if (kind !== 'initial_access_token' || readers >= 50) return row
      if (++readers === 50) open()
      await gate
      return row
    },
  })
  const answers = await Promise.all(Array.from({ length: 50 }, () => askRegistration(house, 'POST', DEVICE_METADATA, { token })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(await house.store.list('client', 'all', 100)).toHaveLength(2)
})

verifies('rfc7592-2-management', 'nobody manages what another one registered, by any way of naming it', async () => {
  const house = await openHouseFor()
  const [mine, yours] = [await registerClient(house), await registerClient(house)]
  const before = await house.store.read('client', yours.id)
  const paths = [
    yours.path,
    `${mine.path}&client_id=${yours.id}`,
    `/register?client_id=${yours.id}%00`,
    `/register?client_id=${mine.id}/../${yours.id}`,
    '/register?client_id=',
    '/register?client_id=__proto__',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status } = await askRegistration(house, method, { ...DEVICE_METADATA, client_id: yours.id }, { token: mine.token }, path)
      expect([path, method, status]).toEqual([path, method, expect.toSatisfy((code: number) => [400, 401, 405].includes(code))])
    }
  }
  expect(await house.store.read('client', yours.id)).toEqual(before)
  expect((await mine.manage('GET')).status).toBe(200)
})

test('whatever is sent: registered as it is stored, or a standard error and nothing stored', async () => {
  const house = await openHouseFor({ registrationsPerHour: 10_000 })
  const mostly = <Value>(good: fc.Arbitrary<Value>) => fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: fc.anything() })
  const known = fc.record(
    {
      client_name: mostly(fc.string({ maxLength: 210 })),
      redirect_uris: mostly(fc.subarray(['https://a.example/', 'http://127.0.0.1:1/x', 'com.example.app:/x'], { minLength: 1 })),
      grant_types: mostly(fc.subarray([DEVICE_CODE, AUTHORIZATION_CODE, 'refresh_token', 'implicit', CLIENT_CREDENTIALS])),
      response_types: mostly(fc.constantFrom(['code'], ['code', 'token'])),
      token_endpoint_auth_method: mostly(fc.constantFrom('none', 'client_secret_basic', 'client_secret_post')),
      scope: mostly(fc.constantFrom('', 'notes:read', 'notes:read notes:write', 'a b a')),
      dpop_bound_access_tokens: mostly(fc.boolean()),
    },
    { requiredKeys: ['grant_types', 'redirect_uris'] },
  )
  const ours = Object.freeze([
    'client_id',
    'client_id_issued_at',
    'client_secret',
    'client_secret_expires_at',
    'registration_access_token',
    'registration_client_uri',
  ])
  let registered = 0
  let stored = (await house.store.list('client', 'all', 10_000)).length
  await fc.assert(
    fc.asyncProperty(fc.oneof(known, fc.json(), fc.string({ unit: 'binary' })), async (body) => {
      const { status, json } = await askRegistration(house, 'POST', body)
      const now = (await house.store.list('client', 'all', 10_000)).length
      expect(now - stored).toBe(status === 201 ? 1 : 0)
      stored = now
      if (status !== 201) {
        expect([status, json['error']]).toEqual([400, expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/)])
        return
      }
      // What it is told, it may register again: the echo is whole and valid.
      const echo = Object.fromEntries(Object.entries(json).filter(([member]) => !ours.includes(member)))
      expect(await askRegistration(house, 'POST', echo)).toMatchObject({ status: 201, json: echo })
      stored++
      registered++
    }),
    { seed: 7591, numRuns: 300 },
  )
  expect(registered).toBeGreaterThan(20)
})
