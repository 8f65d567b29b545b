import { addClient } from '@countersign/authority'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, type House, openHouse } from './house.ts'
import { decide } from './person.ts'

async function tokensOf(house: House) {
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  return { device, access: String(json['access_token']), refresh: String(json['refresh_token']) }
}

const whoami = (house: House, token: string) => house.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } })

verifies(
  ['rfc7009-2-refresh-revocation', 'rfc7009-2.1-cascade'],
  'either token ends the grant: the family and the access tokens born of it',
  async () => {
    for (const kind of ['access', 'refresh'] as const) {
      const house = await openHouse()
      const { device, ...tokens } = await tokensOf(house)
      expect((await whoami(house, tokens.access)).status).toBe(200)
      const { status } = await house.post('/revoke', { client_id: CLIENT, token: tokens[kind] })
      expect(status).toBe(200)
      expect((await device.refresh(tokens.refresh)).json['error']).toBe('invalid_grant')
      expect((await whoami(house, tokens.access)).status).toBe(401)
    }
  },
)

verifies(
  ['rfc7009-2.1-own-tokens-only', 'rfc7009-2.2-200-for-invalid', 'rfc7662-2.1-hint-fallback'],
  'only own tokens; everything else is answered alike; hints do not matter',
  async () => {
    const house = await openHouse()
    await addClient(house, { id: 'other', name: 'Other' })
    await addClient(house, { id: 'office', name: 'Office', confidential: true })
    const { device, refresh } = await tokensOf(house)
    expect((await house.post('/revoke', { client_id: 'office', token: refresh })).json['error']).toBe('invalid_client')
    for (const form of [
      { client_id: 'other', token: refresh },
      { client_id: CLIENT, token: 'nonsense', token_type_hint: 'nonsense' },
    ]) {
      const { status, body } = await house.post('/revoke', form)
      expect([status, body]).toEqual([200, ''])
    }
    const renewed = await device.refresh(refresh)
    expect(renewed.status).toBe(200)
    await house.post('/revoke', { client_id: CLIENT, token: String(renewed.json['refresh_token']), token_type_hint: 'access_token' })
    expect((await device.refresh(renewed.json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect((await house.post('/revoke', { client_id: CLIENT })).json['error']).toBe('invalid_request')
  },
)
