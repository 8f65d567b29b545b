/**
 * Codes and tokens of one client brought by another: by one that anybody can be, by one that authenticates as itself, by one that says it
 * is the other. It gets nothing, learns nothing, and cannot spoil anything either.
 */
import { addClient } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

async function open() {
  const house = await openHouse()
  await addClient(house, { id: 'anybody', name: 'Anybody' })
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true, resources: [] })
  return { house, credentials: { client_secret: String(secret) } }
}

verifies(
  ['rfc8628-3.4-client-binding', 'rfc6749-5.2-invalid-grant'],
  'a device code of another client looks like none, before and after the approval; the rightful device gets its tokens, and keeps its pace',
  async () => {
    const { house, credentials } = await open()
    for (const key of ['none', 'ES256'] as const) {
      const [device, anybody, office] = [await house.device(key), await house.device(key, 'anybody'), await house.device(key, 'office')]
      const { deviceCode, userCode } = await device.start()
      const unknown = await anybody.poll('x'.repeat(43))
      const steal = async () => {
        const before = JSON.stringify(await house.recordOf(deviceCode))
        for (let round = 0; round < 3; round++) {
          for (const { status, json } of [await anybody.poll(deviceCode), await office.poll(deviceCode, credentials)]) {
            expect([status, json]).toEqual([unknown.status, unknown.json])
          }
        }
        expect(JSON.stringify(await house.recordOf(deviceCode))).toBe(before)
      }
      expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
      house.clock.advance(5)
      await steal()
      // What others ask is nobody's poll: the device is on time.
      expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
      await decide(house, userCode, 'approve')
      await steal()
      expect((await device.poll(deviceCode)).status).toBe(200)
      // Nor does a stranger who brings the spent code end what came of it.
      await steal()
    }
    expect((await house.grants()).filter(({ family }) => family.revokedAt !== undefined)).toEqual([])
    expect((await house.grants()).map(({ clientId }) => clientId)).toEqual(['countersign-cli', 'countersign-cli'])
  },
)

verifies(
  ['rfc8628-3.1-client-auth', 'rfc6749-5.2-invalid-client-401'],
  'who says to be a client that authenticates, and cannot, neither starts nor redeems nor refreshes in its name',
  async () => {
    const { house, credentials } = await open()
    const office = await house.device('none', 'office')
    const { deviceCode, userCode } = await office.start(credentials)
    await decide(house, userCode, 'approve')
    const changes = watchMoves(house.store, CHANGES)
    for (const wrong of [{}, { client_secret: 'wrong' }, { client_secret: '' }]) {
      for (const { status, json } of [await office.start(wrong), await office.poll(deviceCode, wrong)]) {
        expect([status, json['error']]).toEqual([401, 'invalid_client'])
      }
    }
    expect(changes).toEqual([])
    const { json } = await office.poll(deviceCode, credentials)
    expect((await office.refresh(json['refresh_token'])).json['error']).toBe('invalid_client')
    expect((await office.refresh(json['refresh_token'], credentials)).status).toBe(200)
  },
)

verifies(
  'rfc6749-6-refresh-client-binding',
  'a refresh token of another client is neither refreshed, revoked nor told about, and its family goes on',
  async () => {
    const { house, credentials } = await open()
    const [device, anybody, office] = [await house.device(), await house.device('none', 'anybody'), await house.device('none', 'office')]
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'approve')
    const { json } = await device.poll(deviceCode)
    const changes = watchMoves(house.store, CHANGES)
    expect((await anybody.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect((await office.refresh(json['refresh_token'], credentials)).json['error']).toBe('invalid_grant')
    for (const token of [String(json['refresh_token']), String(json['access_token'])]) {
      expect((await house.post('/revoke', { client_id: 'anybody', token })).status).toBe(200)
      expect((await house.post('/introspect', { client_id: 'office', ...credentials, token })).json).toEqual({ active: false })
    }
    expect(changes).toEqual([])
    expect((await device.refresh(json['refresh_token'])).status).toBe(200)
  },
)

test('a code of the code grant in the hands of another client, public or not, verifier and all', async () => {
  const { house, credentials } = await open()
  const [app, other] = [await openApp(house), await openApp(house, { id: 'other', confidential: true })]
  const code = await app.code()
  const changes = watchMoves(house.store, CHANGES)
  expect((await other.redeem(code)).json['error']).toBe('invalid_grant')
  expect((await app.redeem(code, { client_id: 'office', ...credentials })).json['error']).toBe('unauthorized_client')
  expect((await app.redeem(code, { client_id: 'other' })).json['error']).toBe('invalid_client')
  expect(changes).toEqual([])
  expect((await app.redeem(code)).status).toBe(200)
})
