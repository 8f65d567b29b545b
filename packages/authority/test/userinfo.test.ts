import { createProver } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ISSUER, openHouse } from './house.ts'
import { decide } from './person.ts'

test('tells whom the token speaks for; a bound token needs its key and a fresh proof of it', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const token = String((await device.poll(deviceCode)).json['access_token'])
  const proof = await device.prove?.({ method: 'GET', url: `${ISSUER}/userinfo`, accessToken: token })
  const ask = (headers: Record<string, string | undefined>) =>
    house.send('GET', '/userinfo', { headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) })
  const good = await ask({ authorization: `DPoP ${token}`, dpop: proof })
  expect([good.status, JSON.parse(good.body)]).toEqual([200, { sub: house.subject, preferred_username: 'ada' }])
  const replayed = await ask({ authorization: `DPoP ${token}`, dpop: proof })
  expect([replayed.status, replayed.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_dpop_proof"')])
  expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401)
  expect((await ask({ authorization: `DPoP ${token}` })).status).toBe(401)
  const stranger = await createProver(house.suite, house.clock, await house.suite.generateKey('ES256'))
  const theirs = await stranger({ method: 'GET', url: `${ISSUER}/userinfo`, accessToken: token })
  expect((await ask({ authorization: `DPoP ${token}`, dpop: theirs })).status).toBe(401)
})

verifies('rfc6750-3.1-no-error-without-token', 'a request without a token is challenged without an error code', async () => {
  const house = await openHouse()
  const { status, headers } = await house.send('GET', '/userinfo')
  expect(status).toBe(401)
  expect([headers['www-authenticate']].flat().join()).not.toContain('error')
})
