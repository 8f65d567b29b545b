/** The keys that sign access tokens: made once, kept sealed in the store, published as a JWK Set (RFC 7517 section 5). */
import {
  algorithmOf,
  createAccessTokenSigner,
  decodeBase64url,
  encodeBase64url,
  type PrivateJwk,
  publicOf,
  type SignAccessToken,
  type Suite,
  thumbprint,
  type VerifyCompact,
} from '@countersign/proof'
import { type Clock, CountersignError } from '@countersign/protocol'
import type { Store } from './ports/store.ts'

export interface SigningKeys {
  readonly sign: SignAccessToken
  /** The verifier for a key of ours. */
  readonly keyFor: (keyId: string | undefined, alg: string) => Promise<VerifyCompact | undefined>
  /** The JWK Set document, as it is served. */
  readonly jwks: string
}

/**
 * Opens the signing key in the store, making it when there is none yet; several servers that start at once agree on one.
 * @param sealingKey 32 bytes; the private key is AES-256-GCM sealed under it and never at rest in clear
 * @throws CountersignError `configuration_invalid` when the stored key was sealed under another key
 */
export async function openSigningKeys(store: Store, suite: Suite, clock: Clock, sealingKey: Uint8Array): Promise<SigningKeys> {
  const key = (await readKey(store, suite, sealingKey)) ?? (await makeKey(store, suite, clock, sealingKey))
  const keyId = await thumbprint(suite, publicOf(key))
  const alg = algorithmOf(key)
  const verify = await suite.verifier(publicOf(key))
  return {
    sign: await createAccessTokenSigner(suite, key, keyId),
    keyFor: async (asked, askedAlg) => (asked === keyId && askedAlg === alg ? verify : undefined),
    jwks: JSON.stringify({ keys: [{ ...publicOf(key), kid: keyId, alg, use: 'sig' }] }),
  }
}

const KIND = 'signing_key'
const ID = 'current'

async function readKey(store: Store, suite: Suite, sealingKey: Uint8Array): Promise<PrivateJwk | undefined> {
  const row = await store.read(KIND, ID)
  if (row === undefined) return undefined
  const sealed = decodeBase64url((row.value as { sealed: string }).sealed)
  const opened = sealed && (await suite.open(sealingKey, sealed, KIND))
  if (opened === undefined) {
    throw new CountersignError('configuration_invalid', 'the signing key in the store cannot be opened with this master key', {
      hint: 'give the server the master key it was first started with',
    })
  }
  return JSON.parse(new TextDecoder().decode(opened)) as PrivateJwk
}

async function makeKey(store: Store, suite: Suite, clock: Clock, sealingKey: Uint8Array): Promise<PrivateJwk> {
  const key = await suite.generateKey('ES256')
  const sealed = encodeBase64url(await suite.seal(sealingKey, new TextEncoder().encode(JSON.stringify(key)), KIND))
  const inserted = await store.insert({ kind: KIND, id: ID, value: { sealed, createdAt: clock.now() } })
  if (inserted) return key
  // Another server was faster: its key is the key.
  const theirs = await readKey(store, suite, sealingKey)
  if (theirs === undefined) throw new CountersignError('store_unavailable', 'the signing key was neither found nor made')
  return theirs
}
