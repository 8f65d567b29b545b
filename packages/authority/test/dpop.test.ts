import { addClient } from '@countersign/authority'
import { createProver } from '@countersign/proof'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, type House, ISSUER, openHouse } from './house.ts'
import { decide } from './person.ts'

async function prover(house: House, clock = house.clock) {
  return createProver(house.suite, clock, await house.suite.generateKey('ES256'))
}
const START = '/device_authorization'
const post = (house: House, path: string, form: Record<string, string>, dpop: string) =>
  house.post(path, { client_id: CLIENT, ...form }, { dpop })

verifies(
  ['rfc9449-8-use-dpop-nonce', 'rfc9449-4.3-iat-window'],
  'a device whose clock is wrong is given a nonce, and signs in with it',
  async () => {
    const house = await openHouse()
    const prove = await prover(house, { ...house.clock, now: () => house.clock.now() - 86_400_000 })
    const url = ISSUER + START
    const challenged = await post(house, START, {}, await prove({ method: 'POST', url }))
    expect([challenged.status, challenged.json['error']]).toEqual([400, 'use_dpop_nonce'])
    const nonce = String(challenged.headers['dpop-nonce'])
    expect(nonce.length).toBeGreaterThan(20)
    const started = await post(house, START, {}, await prove({ method: 'POST', url, nonce }))
    expect(started.status).toBe(200)
    await decide(house, String(started.json['user_code']), 'approve')
    const form = { grant_type: DEVICE_CODE, device_code: String(started.json['device_code']) }
    const proof = await prove({ method: 'POST', url: `${ISSUER}/token`, nonce })
    expect((await post(house, '/token', form, proof)).json['token_type']).toBe('DPoP')
    // The nonce makes no proof good twice.
    expect((await post(house, '/token', form, proof)).json['error']).toBe('invalid_dpop_proof')
  },
)

verifies(
  'rfc9449-4.3-nonce-match',
  'a nonce that is not ours or too old is answered with a new one, and one about to go with its successor',
  async () => {
    const house = await openHouse()
    const prove = await prover(house)
    const url = ISSUER + START
    const forged = await post(house, START, {}, await prove({ method: 'POST', url, nonce: 'made-up' }))
    expect(forged.json['error']).toBe('use_dpop_nonce')
    const nonce = String(forged.headers['dpop-nonce'])
    const current = await post(house, START, {}, await prove({ method: 'POST', url, nonce }))
    expect([current.status, current.headers['dpop-nonce']]).toEqual([200, undefined])
    house.clock.advance(300)
    const previous = await post(house, START, {}, await prove({ method: 'POST', url, nonce }))
    expect([previous.status, previous.headers['dpop-nonce']]).toEqual([200, expect.stringMatching(/./)])
    house.clock.advance(300)
    expect((await post(house, START, {}, await prove({ method: 'POST', url, nonce }))).json['error']).toBe('use_dpop_nonce')
  },
)

verifies('dpopdevice-nonce-vs-interval', 'a demand for a nonce is no poll: the retry right after it is on time', async () => {
  const house = await openHouse({ settings: { dpopNonce: 'always' } })
  const prove = await prover(house)
  const first = await post(house, START, {}, await prove({ method: 'POST', url: ISSUER + START }))
  expect(first.json['error']).toBe('use_dpop_nonce')
  const nonce = String(first.headers['dpop-nonce'])
  const started = await post(house, START, {}, await prove({ method: 'POST', url: ISSUER + START, nonce }))
  const poll = async (given?: string) =>
    post(
      house,
      '/token',
      { grant_type: DEVICE_CODE, device_code: String(started.json['device_code']) },
      await prove({ method: 'POST', url: `${ISSUER}/token`, nonce: given }),
    )
  for (let attempt = 0; attempt < 5; attempt++) expect((await poll()).json['error']).toBe('use_dpop_nonce')
  expect((await poll(nonce)).json['error']).toBe('authorization_pending')
  expect((await poll(nonce)).json['error']).toBe('slow_down')
})

verifies(
  ['rfc9449-5-invalid-proof-error', 'rfc9449-11.1-jti-replay', 'rfc9449-4.3-single-header'],
  'every fault of a proof is 400 invalid_dpop_proof at both endpoints, and opens or issues nothing',
  async () => {
    const house = await openHouse()
    const prove = await prover(house)
    const good = await prove({ method: 'POST', url: ISSUER + START })
    const faults: (string | string[])[] = [
      'nonsense',
      [good, good],
      await prove({ method: 'GET', url: ISSUER + START }),
      await prove({ method: 'POST', url: 'https://elsewhere.example/device_authorization' }),
      `${good.slice(0, -2)}AA`,
    ]
    for (const path of [START, '/token']) {
      for (const dpop of faults) {
        const { status, json } = await house.post(path, { client_id: CLIENT, grant_type: DEVICE_CODE, device_code: 'x' }, { dpop })
        expect([path, status, json['error']]).toEqual([path, 400, 'invalid_dpop_proof'])
      }
    }
    expect(house.events).toEqual([])
    expect((await post(house, START, {}, good)).status).toBe(200)
    expect((await post(house, START, {}, good)).json['error']).toBe('invalid_dpop_proof')
  },
)

verifies('rfc9449-5.2-bound-clients', 'a client registered for bound tokens gets no others', async () => {
  const house = await openHouse()
  await addClient(house, { id: 'bound', name: 'Bound', dpopBound: true })
  const [keyless, keyed] = [await house.device('none', 'bound'), await house.device('EdDSA', 'bound')]
  expect((await keyless.start()).json['error']).toBe('invalid_dpop_proof')
  const { deviceCode, userCode } = await keyed.start()
  await decide(house, userCode, 'approve')
  expect((await keyless.poll(deviceCode)).json['error']).toBe('invalid_dpop_proof')
  const { json } = await keyed.poll(deviceCode)
  expect(json['token_type']).toBe('DPoP')
  expect((await keyless.refresh(json['refresh_token'])).json['error']).toBe('invalid_dpop_proof')
})

verifies('rfc10027-6.1.11-issuance-rate-limit', 'who asks for too many codes is told to wait, and others are not', async () => {
  const house = await openHouse()
  const device = await house.device()
  for (let code = 0; code < 60; code++) expect((await device.start()).status).toBe(200)
  const refused = await house.post(START, { client_id: CLIENT })
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
  const elsewhere = await house.send('POST', START, {
    body: `client_id=${CLIENT}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    remoteAddress: '192.0.2.1',
  })
  expect(elsewhere.status).toBe(200)
  house.clock.advance(60)
  expect((await device.start()).status).toBe(200)
})

test('a proof is good for the issuer it names, whatever host the request came in on', async () => {
  const house = await openHouse({ issuer: 'https://auth.example/tenant' })
  const prove = await prover(house)
  const dpop = await prove({ method: 'POST', url: 'https://auth.example/tenant/device_authorization' })
  const headers = { dpop, host: 'evil.example', 'x-forwarded-host': 'evil.example' }
  expect((await house.post('/tenant/device_authorization', { client_id: CLIENT }, headers)).status).toBe(200)
})

verifies('rfc9449-11.1-jti-replay', 'a proof from before the start may have been used then: it is good with a nonce only', async () => {
  const house = await openHouse()
  const prove = await prover(house)
  const old = await prove({ method: 'POST', url: ISSUER + START })
  expect((await post(house, START, {}, old)).status).toBe(200)
  house.clock.advance(30)
  // The same store without its memory of proofs, as after a restart of an embedded server.
  const forgetful = { ...house.store, once: async () => true }
  const restarted = await openHouse({ store: forgetful, clock: house.clock, identity: { hasher: house.hasher } }, false)
  const replayed = await post(restarted, START, {}, old)
  expect([replayed.json['error'], typeof replayed.headers['dpop-nonce']]).toEqual(['use_dpop_nonce', 'string'])
  expect((await post(restarted, START, {}, await prove({ method: 'POST', url: ISSUER + START }))).status).toBe(200)
})
