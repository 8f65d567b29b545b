/**
 * DPoP proofs whose headers are made to harm what a verifier remembers: padded to fill its memory, or repeated with the claims of another proof.
 * Invariant: what is remembered is short, bounded in number, and stands for no signature.
 */
import { createProofVerifier } from '@countersign/proof'
import { expect, test } from 'vitest'
import { device, expecting, suite } from '../../packages/proof/test/proving-device.ts'

test('a header that was padded to fill the memory is not remembered, and its proofs are accepted all the same', async () => {
  const { proof } = await device()
  let imports = 0
  const counting = createProofVerifier({
    ...suite,
    verifier: (key) => {
      imports++
      return suite.verifier(key)
    },
  })
  for (const jti of ['a', 'b']) await counting(expecting(proof({ header: { padding: 'x'.repeat(2048) }, claims: { jti } })))
  expect(imports).toBe(2)
})

test('a header that is remembered lends its key to no other signature', async () => {
  const { proof } = await device()
  const verifier = createProofVerifier(suite)
  const [header, payload] = proof().split('.')
  await verifier(expecting(proof()))
  const [, , other] = proof({ claims: { jti: 'another' } }).split('.')
  await expect(verifier(expecting(`${header}.${payload}.${other}`))).rejects.toThrow('the signature does not verify')
})
