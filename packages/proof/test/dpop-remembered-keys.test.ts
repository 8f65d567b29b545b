import { createProofVerifier, type PublicJwk, publicOf } from '@countersign/proof'
import { OAuthError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { device, expecting, NOW, part, suite, URL_OF_TOKEN } from './proving-device.ts'

test('keys are imported once while they are remembered; keys that prove nothing are not remembered', async () => {
  const { proof } = await device()
  const imported: PublicJwk[] = []
  const counting = createProofVerifier({
    ...suite,
    verifier: (key) => {
      imported.push(key)
      return suite.verifier(key)
    },
  })
  await counting(expecting(proof()))
  await counting(expecting(proof({ claims: { jti: 'proof-2' } })))
  expect(imported).toHaveLength(1)
  const stranger = publicOf(await suite.generateKey('ES256'))
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(counting(expecting(proof({ header: { jwk: stranger } })))).rejects.toThrow(OAuthError)
  expect(imported).toHaveLength(4)
})

test('of ten thousand keys and one, the one not seen for longest is forgotten', async () => {
  let imports = 0
  const trusting = createProofVerifier({
    ...suite,
    sha256: () => 'A'.repeat(43),
    verifier: () => {
      imports++
      return () => true
    },
  })
  const claims = part({ jti: 'x', htm: 'POST', htu: URL_OF_TOKEN, iat: NOW / 1000 })
  const prove = async (count: number) => {
    const x = Buffer.alloc(32).fill(`${count}-`).toString('base64url')
    await trusting(expecting(`${part({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x } })}.${claims}.AAAA`))
  }
  for (let count = 0; count < 10_000; count++) await prove(count)
  // Seen again lately: the next one to go is 1, then 2.
  await prove(0)
  await prove(5)
  expect(imports).toBe(10_000)
  await prove(10_000)
  expect(imports).toBe(10_001)
  for (const kept of [0, 2, 5, 10_000]) await prove(kept)
  expect(imports).toBe(10_001)
  await prove(1)
  expect(imports).toBe(10_002)
})
