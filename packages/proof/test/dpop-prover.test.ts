/** Making proofs; judging them is in dpop.test.ts. */
import { createHash } from 'node:crypto'
import {
  createProofVerifier,
  createProver,
  decodeBase64url,
  decodeJwt,
  PROOF_ALGORITHMS,
  type PrivateJwk,
  publicOf,
  thumbprint,
} from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const suite = webSuite()
const NOW = 1_700_000_000_000
const URL_OF_TOKEN = 'https://authority.example/token'

async function prover(given?: PrivateJwk) {
  const key = given ?? (await suite.generateKey('ES256'))
  return { key, prove: await createProver(suite, { now: () => NOW + 999 }, key) }
}

verifies('rfc9449-4.2-proof-header', 'a made proof has typ dpop+jwt, the algorithm of its key, and the public key only', async () => {
  for (const alg of PROOF_ALGORITHMS) {
    const { key, prove } = await prover(await suite.generateKey(alg))
    expect(decodeJwt(await prove({ method: 'POST', url: URL_OF_TOKEN }))?.header).toEqual({ typ: 'dpop+jwt', alg, jwk: publicOf(key) })
  }
})

verifies(
  'rfc9449-4.2-proof-claims',
  'a made proof names method, address without query and fragment, time in whole seconds, and a jti of 128 bits',
  async () => {
    const { prove } = await prover()
    const claims = decodeJwt(await prove({ method: 'GET', url: 'https://H.example:443/%7ea/B?q=1#f', nonce: undefined }))?.claims ?? {}
    expect(claims).toEqual({ jti: expect.any(String), htm: 'GET', htu: 'https://h.example/%7ea/B', iat: NOW / 1000 })
    expect(decodeBase64url(claims['jti'] as string)).toHaveLength(16)
    expect(decodeJwt(await prove({ method: 'GET', url: URL_OF_TOKEN, nonce: 'n' }))?.claims['nonce']).toBe('n')
  },
)

verifies(['rfc9449-4.2-unique-proof-per-request', 'rfc9449-4.2-proof-claims'], 'ten thousand proofs have ten thousand jti', async () => {
  const made: string[] = []
  const unsigned = { ...suite, signer: () => (_: string, payload: string) => payload }
  const prove = await createProver(unsigned, { now: () => NOW }, await suite.generateKey('ES256'))
  for (let count = 0; count < 10_000; count++)
    made.push((JSON.parse(await prove({ method: 'POST', url: URL_OF_TOKEN })) as { jti: string }).jti)
  expect(new Set(made).size).toBe(10_000)
})

verifies('rfc9449-4.2-ath', 'a proof beside an access token names it by its digest, one without has no ath', async () => {
  const { key, prove } = await prover()
  const accessToken = 'eyJ.token'
  const proof = await prove({ method: 'POST', url: URL_OF_TOKEN, accessToken })
  expect(decodeJwt(proof)?.claims['ath']).toBe(createHash('sha256').update(accessToken, 'ascii').digest('base64url'))
  expect(Object.keys(decodeJwt(await prove({ method: 'POST', url: URL_OF_TOKEN }))?.claims ?? {})).not.toContain('ath')
  const verify = createProofVerifier(suite)
  const verified = await verify({ header: proof, method: 'POST', url: URL_OF_TOKEN, now: NOW, accessToken })
  expect(verified.thumbprint).toBe(await thumbprint(suite, publicOf(key)))
})
