import { bindKey } from '@countersign/client'
import { createProofVerifier } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { sendProven } from '../../src/wire/proven.ts'
import { START } from '../support/fake-time.ts'
import { json, type Network, oauthError, proofOf, stage, text } from '../support/stage.ts'

const url = 'https://as.example/token'

async function proving(network: Network, alg: 'ES256' | 'EdDSA' = 'ES256') {
  const set = stage(network)
  const binding = await bindKey(set.runtime, await set.runtime.suite.generateKey(alg))
  const go = (to = url) =>
    set.time.run(sendProven(set.runtime, binding, { method: 'POST', url: to, form: new URLSearchParams({ a: 'b' }) }))
  return { ...set, binding, go }
}

verifies(
  ['rfc9449-4.2-proof-header', 'rfc9449-4.2-proof-claims'],
  'typ, algorithm, a public key without private members, and an address without query; accepted by the verifier servers use',
  async () => {
    for (const alg of ['ES256', 'EdDSA'] as const) {
      const { go, sent } = await proving(() => json({}), alg)
      await go(`${url}?x=1#y`)
      const [request] = sent
      if (request === undefined) throw new Error('nothing was sent')
      const { header, claims } = proofOf(request)
      expect(header).toMatchObject({ typ: 'dpop+jwt', alg })
      for (const member of ['d', 'p', 'q', 'k']) expect(header['jwk']).not.toHaveProperty(member)
      expect(claims).toEqual({ jti: expect.any(String), htm: 'POST', htu: url, iat: START / 1000 })
      const verify = createProofVerifier(webSuite())
      await expect(verify({ header: request.headers.get('dpop'), method: 'POST', url, now: START })).resolves.toBeDefined()
    }
  },
)

verifies('rfc9449-4.2-proof-claims', 'ten thousand proofs, ten thousand identifiers of at least 96 bits', async () => {
  const { binding } = await proving(() => json({}))
  const seen = new Set<unknown>()
  for (let times = 0; times < 10_000; times++) {
    const { jti } = JSON.parse(Buffer.from((await binding.prove({ method: 'GET', url })).split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string
    }
    expect(jti.length).toBeGreaterThanOrEqual(16)
    seen.add(jti)
  }
  expect(seen.size).toBe(10_000)
})

verifies(
  'rfc9449-8.2-adopt-new-nonce',
  'the newest nonce of any answer is used for the next request to that server and to no other',
  async () => {
    let round = 0
    const { go, sent } = await proving(({ url: to }) => (to === url ? json({}, 200, { 'dpop-nonce': `n${++round}` }) : json({})))
    await go()
    await go()
    await go('https://other.example/token')
    await go()
    expect(sent.map((request) => proofOf(request).claims['nonce'])).toEqual([undefined, 'n1', undefined, 'n2'])
  },
)

verifies('rfc9449-4.2-unique-proof-per-request', 'the request repeated for a nonce carries the same form and another proof', async () => {
  const answers = [oauthError('use_dpop_nonce', {}, { 'dpop-nonce': 'n1' }), json({ ok: 1 })]
  const { go, sent } = await proving(() => answers.shift() ?? json({}))
  expect((await go()).status).toBe(200)
  const [first, second] = sent.map((request) => ({ form: String(request.form), claims: proofOf(request).claims }))
  expect(second?.form).toBe(first?.form)
  expect(second?.claims['jti']).not.toBe(first?.claims['jti'])
  expect(second?.claims['nonce']).toBe('n1')
})

test('a demand without a nonce, or for the nonce already sent, is not repeated', async () => {
  const without = await proving(() => oauthError('use_dpop_nonce'))
  expect((await without.go()).status).toBe(400)
  expect(without.sent).toHaveLength(1)
  const same = await proving(() => oauthError('use_dpop_nonce', {}, { 'dpop-nonce': 'n1' }))
  await same.go()
  await same.go()
  expect(same.sent).toHaveLength(3)
})

test('a nonce that is none is not adopted', async () => {
  for (const nonce of ['a"b', 'a\\b', 'a b', 'x'.repeat(600)]) {
    const { go, binding } = await proving(() => text('', 200, { 'dpop-nonce': nonce }))
    await go()
    expect(binding.nonces.size).toBe(0)
  }
})
