import { addClient, setAccountDisabled } from '@countersign/authority'
import { decodeJwt } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { type House, NOTES, openHouse } from './house.ts'
import { decide } from './person.ts'

type Device = Awaited<ReturnType<House['device']>>

async function signedIn(house: House, key: 'ES256' | 'none' = 'none', clientId?: string) {
  const device = await house.device(key, clientId)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read notes:write' })
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  return { device, tokens: json }
}

const errorOf = async (device: Device, token: unknown) => (await device.refresh(token)).json['error']

verifies(
  [
    'seed-000-rotation',
    'seed-002-rotate-refresh',
    'mcp-sec-rotate-public',
    'rfc9700-2.2.2-refresh-public',
    'rfc6749-6-new-refresh-same-scope',
  ],
  'every refresh rotates',
  async () => {
    const house = await openHouse()
    const { device, tokens } = await signedIn(house)
    const first = await device.refresh(tokens['refresh_token'])
    expect(first.status).toBe(200)
    expect(first.json).toMatchObject({ token_type: 'Bearer', scope: 'notes:read notes:write', expires_in: 900 })
    expect(first.json['refresh_token']).not.toBe(tokens['refresh_token'])
    const second = await device.refresh(first.json['refresh_token'])
    expect(second.json['scope']).toBe('notes:read notes:write')
  },
)

verifies(
  ['seed-000-family-revocation', 'rfc9700-4.14.2-reuse-revokes', 'rfc6749-5.2-invalid-grant'],
  'a rotated-out token, however old, ends the family',
  async () => {
    for (const rotations of [1, 5]) {
      const house = await openHouse()
      const { device, tokens } = await signedIn(house)
      let newest = tokens['refresh_token']
      for (let turn = 0; turn < rotations; turn++) newest = (await device.refresh(newest)).json['refresh_token']
      expect(await errorOf(device, tokens['refresh_token'])).toBe('invalid_grant')
      expect(await errorOf(device, newest)).toBe('invalid_grant')
      expect(house.events.map(({ type }) => type)).toContain('family.replayed')
    }
  },
)

verifies(
  'rfc9700-4.14.2-rotation-atomic',
  '20 parallel refreshes under the key: one lineage; the same successor for all who came in time',
  async () => {
    const house = await openHouse()
    const { device, tokens } = await signedIn(house, 'ES256')
    const answers = await Promise.all(Array.from({ length: 20 }, () => device.refresh(tokens['refresh_token'])))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(new Set(answers.map(({ json }) => json['refresh_token'])).size).toBe(1)
    expect((await device.refresh(answers[7]?.json['refresh_token'])).status).toBe(200)
  },
)

test('without a key there is no grace: of parallel refreshes one wins, and the replay ends the family', async () => {
  const house = await openHouse()
  const { device, tokens } = await signedIn(house)
  const answers = await Promise.all([device.refresh(tokens['refresh_token']), device.refresh(tokens['refresh_token'])])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
  const winner = answers.find(({ status }) => status === 200)
  expect(await errorOf(device, winner?.json['refresh_token'])).toBe('invalid_grant')
})

test('the grace ends: the predecessor presented later is a replay, key or not', async () => {
  const house = await openHouse()
  const { device, tokens } = await signedIn(house, 'ES256')
  const { json } = await device.refresh(tokens['refresh_token'])
  house.clock.advance(10)
  expect(await errorOf(device, tokens['refresh_token'])).toBe('invalid_grant')
  expect(await errorOf(device, json['refresh_token'])).toBe('invalid_grant')
})

verifies(
  'rfc9449-5-refresh-bound-public',
  'a refresh token of a public client is worth nothing without its key, and trying harms nobody',
  async () => {
    const house = await openHouse()
    const { device, tokens } = await signedIn(house, 'ES256')
    const [thief, keyless] = [await house.device('ES256'), await house.device()]
    expect(await errorOf(thief, tokens['refresh_token'])).toBe('invalid_grant')
    expect(await errorOf(keyless, tokens['refresh_token'])).toBe('invalid_grant')
    const { status, json } = await device.refresh(tokens['refresh_token'])
    expect([status, json['token_type']]).toEqual([200, 'DPoP'])
  },
)

verifies(
  ['rfc6749-6-refresh-client-binding', 'rfc9449-5-confidential-refresh-unbound'],
  'bound to its client; a confidential client authenticates and may use a new key, never none',
  async () => {
    const house = await openHouse()
    const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true })
    const credentials = { client_secret: String(secret) }
    const [device, newKey, keyless, other] = [
      await house.device('ES256', 'office'),
      await house.device('ES256', 'office'),
      await house.device('none', 'office'),
      await house.device(),
    ]
    const { deviceCode, userCode } = await device.start(credentials)
    await decide(house, userCode, 'approve')
    const { json } = await device.poll(deviceCode, credentials)
    expect(await errorOf(other, json['refresh_token'])).toBe('invalid_grant')
    expect((await device.refresh(json['refresh_token'])).json['error']).toBe('invalid_client')
    expect((await keyless.refresh(json['refresh_token'], credentials)).json['error']).toBe('invalid_dpop_proof')
    const { status, json: renewed } = await newKey.refresh(json['refresh_token'], credentials)
    expect([status, renewed['token_type']]).toEqual([200, 'DPoP'])
  },
)

verifies(
  ['rfc6749-6-refresh-scope-subset', 'rfc9700-4.14.2-bound-scope-resource', 'seed-000-scope-not-exceed-request'],
  'less than the grant, never more; the refresh token keeps all of it',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
    await decide(house, userCode, 'approve')
    const { json: tokens } = await device.poll(deviceCode)
    const more = await device.refresh(tokens['refresh_token'], { scope: 'notes:read notes:write' })
    expect(more.json['error']).toBe('invalid_scope')
    expect((await device.refresh(tokens['refresh_token'], { resource: 'https://mail.example/' })).json['error']).toBe('invalid_target')
    const wide = await signedIn(await openHouse())
    const narrow = await wide.device.refresh(wide.tokens['refresh_token'], { scope: 'notes:read', resource: NOTES })
    expect(narrow.json['scope']).toBe('notes:read')
    expect(decodeJwt(String(narrow.json['access_token']))?.claims['scope']).toBe('notes:read')
    expect((await wide.device.refresh(narrow.json['refresh_token'])).json['scope']).toBe('notes:read notes:write')
  },
)

verifies('rfc9700-4.14.2-idle-expiry', 'a family ends when idle for two weeks, and after ninety days however busy', async () => {
  const day = 86_400
  const house = await openHouse()
  const { device, tokens } = await signedIn(house)
  let newest = tokens['refresh_token']
  for (let days = 0; days < 84; days += 12) {
    house.clock.advance(12 * day)
    newest = (await device.refresh(newest)).json['refresh_token']
  }
  house.clock.advance(7 * day)
  expect(await errorOf(device, newest)).toBe('invalid_grant')
  const idle = await signedIn(house)
  house.clock.advance(14 * day)
  expect(await errorOf(idle.device, idle.tokens['refresh_token'])).toBe('invalid_grant')
})

verifies('oauth21-4.3.1-grant-active', 'a disabled account refreshes nothing, and redeems nothing', async () => {
  const house = await openHouse()
  const { device, tokens } = await signedIn(house)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  await setAccountDisabled(house, 'ada', true)
  expect(await errorOf(device, tokens['refresh_token'])).toBe('invalid_grant')
  expect((await device.poll(deviceCode)).json['error']).toBe('access_denied')
})

test('forged and mangled refresh tokens are refused without effect', async () => {
  const house = await openHouse()
  const { device, tokens } = await signedIn(house)
  const [grant, generation, mac] = String(tokens['refresh_token']).split('.')
  const before = JSON.stringify(await house.store.list('grant', house.subject, 10))
  const forgeries = [
    '',
    '.',
    'a.b.c',
    `${grant}.1.${mac}`,
    `${grant}.00.${mac}`,
    `${grant}.${generation}.${mac?.slice(1)}A`,
    `${grant}.-1.${mac}`,
    `${grant}.9007199254740993.${mac}`,
  ]
  for (const forgery of forgeries) expect(['invalid_grant', 'invalid_request']).toContain(await errorOf(device, forgery))
  expect(JSON.stringify(await house.store.list('grant', house.subject, 10))).toBe(before)
})
