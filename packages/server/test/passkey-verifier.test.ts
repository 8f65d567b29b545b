/** The verifier itself, before answers of an authenticator in software; what the authority does with it is tested there. */
import { expect, test } from 'vitest'
import { openAuthenticator } from '../../authority/test/passkeys/authenticator.ts'
import { passkeyVerifier } from '../src/passkey-verifier.ts'

const origin = 'https://auth.example'
const rpId = 'auth.example'
const challenge = 'Y2hhbGxlbmdlIG9mIDMyIGJ5dGVzIG9yIHNvbWUgbW9yZQ'
const expected = { challenge, origin, rpId }
const asked = { challenge, rp: { id: rpId, name: 'Countersign' }, user: { id: 'aGFuZGxl', name: 'ada', displayName: 'Ada' } }
const { verifyAssertion, verifyAttestation } = passkeyVerifier()

function attestationOf(options: Partial<Parameters<typeof openAuthenticator>[0]> = {}, wrong = {}) {
  const authenticator = openAuthenticator({ origin, ...options })
  const { credential = '', clientDataJSON = '', attestationObject = '' } = authenticator.create(asked, wrong)
  return { authenticator, attestation: { credential, clientDataJSON, attestationObject } }
}

async function madePasskey(options: Partial<Parameters<typeof openAuthenticator>[0]> = {}) {
  const { authenticator, attestation } = attestationOf(options)
  const { publicKey } = (await verifyAttestation(attestation, expected)) ?? { publicKey: '' }
  const assertion = (wrong: Parameters<typeof authenticator.get>[1] = {}) => {
    const { credential = '', clientDataJSON = '', authenticatorData = '', signature = '' } = authenticator.get({ challenge, rpId }, wrong)
    return { credential, clientDataJSON, authenticatorData, signature }
  }
  return { publicKey, assertion }
}

test.each(['ES256', 'EdDSA', 'RS256'] as const)('%s: made, and used', async (algorithm) => {
  const { publicKey, assertion } = await madePasskey({ algorithm })
  expect(publicKey).toMatch(/^[\w-]{50,}$/)
  expect(await verifyAssertion(assertion(), expected, publicKey)).toEqual({ counter: 2 })
})

test('the counter is told as it is, also when it went back: who keeps it compares it', async () => {
  const { publicKey, assertion } = await madePasskey()
  expect(await verifyAssertion(assertion({ counter: 7 }), expected, publicKey)).toEqual({ counter: 7 })
  expect(await verifyAssertion(assertion({ counter: 1 }), expected, publicKey)).toEqual({ counter: 1 })
  const silent = await madePasskey({ counts: false })
  expect(await verifyAssertion(silent.assertion(), expected, silent.publicKey)).toEqual({ counter: 0 })
})

const WRONG = [
  { challenge: 'QUFBQQ' },
  { origin: 'https://evil.example' },
  { origin: 'http://auth.example' },
  { rpId: 'evil.example' },
  { crossOrigin: true },
  { present: false },
  { verified: false },
]

test.each([...WRONG, { type: 'webauthn.create' }, { spoiled: true }])('an assertion with %o is none', async (wrong) => {
  const { publicKey, assertion } = await madePasskey()
  expect(await verifyAssertion(assertion(wrong), expected, publicKey)).toBeUndefined()
  expect(await verifyAssertion(assertion(), expected, publicKey)).toBeDefined()
})

test.each([...WRONG, { type: 'webauthn.get' }])('an attestation with %o is none', async (wrong) => {
  expect(await verifyAttestation(attestationOf({}, wrong).attestation, expected)).toBeUndefined()
})

test('an assertion under the key of another passkey is none, and neither is one under no key', async () => {
  const [one, other] = [await madePasskey(), await madePasskey()]
  expect(await verifyAssertion(one.assertion(), expected, other.publicKey)).toBeUndefined()
  for (const key of ['', 'AAAA', '!']) expect(await verifyAssertion(one.assertion(), expected, key)).toBeUndefined()
})

test('the credential id is the one the authenticator signed for, whatever stands beside it', async () => {
  const { attestation } = attestationOf()
  expect(await verifyAttestation({ ...attestation, credential: 'AAAA' }, expected)).toBeUndefined()
  expect(await verifyAttestation(attestation, expected)).toBeDefined()
})

test('a key of an algorithm we did not ask for is not taken', async () => {
  expect(await verifyAttestation(attestationOf({ algorithm: 'ES384' }).attestation, expected)).toBeUndefined()
})

test('a passkey may vouch for itself, rightly; certificates were not asked for', async () => {
  expect(await verifyAttestation(attestationOf({ attestation: 'self' }).attestation, expected)).toBeDefined()
  expect(await verifyAttestation(attestationOf({ attestation: 'self' }, { spoiled: true }).attestation, expected)).toBeUndefined()
  expect(await verifyAttestation(attestationOf({ attestation: 'certificate' }).attestation, expected)).toBeUndefined()
})

test('garbage is no passkey, and nothing is thrown', async () => {
  const { attestation } = attestationOf()
  const { publicKey, assertion } = await madePasskey()
  for (const garbage of ['', '!', 'AAAA', 'bnVsbA', 'W10', 'A'.repeat(5000)]) {
    expect(await verifyAttestation({ ...attestation, attestationObject: garbage }, expected)).toBeUndefined()
    expect(await verifyAttestation({ ...attestation, clientDataJSON: garbage }, expected)).toBeUndefined()
    for (const part of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
      expect(await verifyAssertion({ ...assertion(), [part]: garbage }, expected, publicKey), `${part} ${garbage}`).toBeUndefined()
    }
  }
})
