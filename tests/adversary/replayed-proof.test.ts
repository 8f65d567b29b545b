/** A DPoP proof taken from a log or a proxy and sent again (RFC 9449 section 11.1): to the same place, to another, with another body, many at once. */
import { createProver } from '@countersign/proof'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { CLIENT, ISSUER, openHouse } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

async function open() {
  const house = await openHouse()
  const prove = await createProver(house.suite, house.clock, await house.suite.generateKey('ES256'))
  const proofFor = (path: string, accessToken?: string) => prove({ method: 'POST', url: ISSUER + path, accessToken })
  const start = (dpop: string) => house.post('/device_authorization', { client_id: CLIENT }, { dpop })
  const poll = (dpop: string, deviceCode: unknown) =>
    house.post('/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: String(deviceCode) }, { dpop })
  return { house, prove, proofFor, start, poll }
}

verifies(
  'rfc9449-11.1-jti-replay',
  'a proof is good once at each endpoint that takes one: the second time nothing is opened, redeemed, rotated or told',
  async () => {
    const { house, proofFor, start, poll } = await open()
    const first = await proofFor('/device_authorization')
    const started = await start(first)
    await decide(house, String(started.json['user_code']), 'approve')
    const second = await proofFor('/token')
    // Spent on a request that failed: that counts as well, for it was seen.
    expect((await poll(second, 'x')).json['error']).toBe('invalid_grant')
    const third = await proofFor('/token')
    const { json } = await poll(third, started.json['device_code'])
    const token = String(json['access_token'])
    const refresh = { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: String(json['refresh_token']) }
    const asked = await proofFor('/userinfo', token)
    const whoami = async () => house.send('POST', '/userinfo', { headers: { authorization: `DPoP ${token}`, dpop: asked } })
    expect((await whoami()).status).toBe(200)

    const changes = watchMoves(house.store, CHANGES)
    expect((await start(first)).json['error']).toBe('invalid_dpop_proof')
    for (const spent of [second, third]) {
      expect((await poll(spent, started.json['device_code'])).json['error']).toBe('invalid_dpop_proof')
      expect((await house.post('/token', refresh, { dpop: spent })).json['error']).toBe('invalid_dpop_proof')
    }
    expect((await whoami()).status).toBe(401)
    expect(changes).toEqual([])
    // A replayed code would have ended its grant; a replayed proof is nobody's poll, so it has not.
    expect((await house.post('/token', refresh, { dpop: await proofFor('/token') })).status).toBe(200)
  },
)

test('fifty times the same proof at once: one authorization is opened', async () => {
  const { house, proofFor, start } = await open()
  const proof = await proofFor('/device_authorization')
  const changes = watchMoves(house.store, ['insert'])
  const replies = await Promise.all(Array.from({ length: 50 }, () => start(proof)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(replies.filter(({ json }) => json['error'] === 'invalid_dpop_proof')).toHaveLength(49)
  expect(changes).toEqual(['insert device'])
})

test('a proof that was never used, taken elsewhere: another endpoint, another method, another token, another issuer', async () => {
  const { house, prove, proofFor, start, poll } = await open()
  const started = await start(await proofFor('/device_authorization'))
  await decide(house, String(started.json['user_code']), 'approve')
  const changes = watchMoves(house.store, CHANGES)
  for (const dpop of [
    await proofFor('/device_authorization'),
    await proofFor('/par'),
    await proofFor('/token/'),
    await prove({ method: 'GET', url: `${ISSUER}/token` }),
    await prove({ method: 'POST', url: 'https://other.example/token' }),
    await prove({ method: 'POST', url: 'http://auth.example/token' }),
  ]) {
    expect((await poll(dpop, started.json['device_code'])).json['error']).toBe('invalid_dpop_proof')
  }
  expect(changes).toEqual([])
  const { json } = await poll(await proofFor('/token'), started.json['device_code'])
  const authorization = `DPoP ${String(json['access_token'])}`
  const whoami = async (dpop: string) => house.send('POST', '/userinfo', { headers: { authorization, dpop } })
  // RFC 9449 section 4.3: at a resource the proof names the token it goes with.
  for (const of of [undefined, `${String(json['access_token'])}x`]) {
    expect((await whoami(await proofFor('/userinfo', of))).status).toBe(401)
  }
  expect((await whoami(await proofFor('/userinfo', String(json['access_token'])))).status).toBe(200)
})

test('the proof of a victim in front of the code of a thief binds the code to the victim, who alone can redeem it', async () => {
  const { house, proofFor, poll } = await open()
  const stolen = await proofFor('/device_authorization')
  const thief = await house.device('ES256')
  const { json } = await house.post('/device_authorization', { client_id: CLIENT, device_name: 'of the thief' }, { dpop: stolen })
  await decide(house, String(json['user_code']), 'approve')
  expect((await thief.poll(String(json['device_code']))).json['error']).toBe('invalid_grant')
  expect(
    (await house.post('/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: String(json['device_code']) })).json['error'],
  ).toBe('invalid_grant')
  expect(await house.grants()).toEqual([])
  expect((await poll(await proofFor('/token'), json['device_code'])).json['token_type']).toBe('DPoP')
})

test('kept for later: a proof is stale before its memory is gone', async () => {
  const { house, proofFor, start } = await open()
  const proof = await proofFor('/device_authorization')
  expect((await start(proof)).status).toBe(200)
  for (const seconds of [1, 30, 30, 60, 180, 300, 3600]) {
    house.clock.advance(seconds)
    const { json } = await start(proof)
    expect(['invalid_dpop_proof', 'use_dpop_nonce']).toContain(json['error'])
  }
})
