/** The relay: somebody reads the device code from a log, a crash dump or a proxy, and races the device for the tokens. */
import { expect, test } from 'vitest'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'

test('under a key the stolen code is worth nothing, before and after the approval, and the device notices nothing', async () => {
  const house = await openHouse()
  const [device, thief] = [await house.device('ES256'), await house.device('ES256')]
  const { deviceCode, userCode } = await device.start()
  for (let attempt = 0; attempt < 3; attempt++) expect((await thief.poll(deviceCode)).json['error']).toBe('invalid_grant')
  await decide(house, userCode, 'approve')
  expect((await thief.poll(deviceCode)).json['error']).toBe('invalid_grant')
  const { status, json } = await device.poll(deviceCode)
  expect([status, json['token_type']]).toEqual([200, 'DPoP'])
  expect((await thief.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
  expect((await device.refresh(json['refresh_token'])).status).toBe(200)
  expect(house.events.filter(({ type }) => type === 'device.key_mismatched').length).toBeGreaterThan(0)
})

test('without a key the thief can win the race, and then the device that comes second ends what the thief got', async () => {
  const house = await openHouse()
  const [device, thief] = [await house.device(), await house.device()]
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const stolen = await thief.poll(deviceCode)
  expect(stolen.status).toBe(200)
  expect((await device.poll(deviceCode)).json['error']).toBe('invalid_grant')
  expect((await thief.refresh(stolen.json['refresh_token'])).json['error']).toBe('invalid_grant')
  const whoami = await house.send('GET', '/userinfo', { headers: { authorization: `Bearer ${String(stolen.json['access_token'])}` } })
  expect(whoami.status).toBe(401)
})
