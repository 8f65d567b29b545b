/**
 * The keys that sign access tokens: kept sealed in the store, published as a JWK Set (RFC 7517 section 5), rotated with overlap.
 * A new key is published before it signs and stays published until the last token it signed has expired, so nobody ever meets a
 * token whose key cannot be found.
 */
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
import { type Awaitable, type Clock, CountersignError, type EpochMilliseconds, whenKnown } from '@countersign/protocol'
import type { Store } from '../ports/store.ts'

export interface SigningKeys {
  readonly sign: SignAccessToken
  /** The verifier for a key of ours. */
  readonly keyFor: (keyId: string | undefined, alg: string) => Promise<VerifyCompact | undefined>
  /** The JWK Set document, as it is served. */
  readonly jwks: () => Promise<string>
}

export interface SigningKeyPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  /** 32 bytes; private keys are AES-256-GCM sealed under it and never at rest in clear. */
  readonly sealingKey: Uint8Array
}

interface KeptKey {
  readonly sealed: string
  readonly createdAt: EpochMilliseconds
  /** From here on it signs, unless a newer one does. */
  readonly signsFrom: EpochMilliseconds
}

interface LoadedKey {
  readonly keyId: string
  readonly signsFrom: EpochMilliseconds
  readonly key: PrivateJwk
  readonly sign: SignAccessToken
  readonly verify: VerifyCompact
}

const KIND = 'signing_key'
const GROUP = 'all'
const MOST = 50
/** Other servers on the same store see a new key within this time; caches of the key set live five minutes (see `publicJson`). */
const RELOAD_MS = 60_000
const PUBLISHED_BEFORE_SIGNING_MS = 600_000
/** A key signs for a quarter of a year, then a new one is made. */
const SIGNS_FOR_MS = 90 * 86_400_000
/** How long a key stays published after a newer one took over: more than the longest access token lives. */
const PUBLISHED_AFTER_MS = 2 * 3_600_000

/**
 * Opens the signing keys in the store, making the first one when there is none; several servers that start at once agree.
 * @throws CountersignError `configuration_invalid` when a stored key was sealed under another key
 */
export async function openSigningKeys(ports: SigningKeyPorts): Promise<SigningKeys> {
  const { clock } = ports
  let loaded = await loadKeys(ports)
  if (loaded.length === 0) {
    await makeKey(ports, clock.now(), 'first')
    loaded = await loadKeys(ports)
  }
  let loadedAt = clock.now()

  function keys(): Awaitable<readonly LoadedKey[]> {
    return clock.now() - loadedAt < RELOAD_MS ? loaded : reload()
  }
  async function reload(): Promise<readonly LoadedKey[]> {
    loadedAt = clock.now()
    const newest = loaded.at(-1)
    if (newest !== undefined && clock.now() >= newest.signsFrom + SIGNS_FOR_MS) await rotateSigningKey(ports)
    loaded = await loadKeys(ports, loaded)
    return loaded
  }

  return {
    sign: (claims) =>
      whenKnown(keys(), (known) => known.findLast(({ signsFrom }) => signsFrom <= clock.now())?.sign(claims) ?? Promise.reject(noKey())),
    keyFor: async (keyId, alg) => (await keys()).find((one) => one.keyId === keyId && algorithmOf(one.key) === alg)?.verify,
    jwks: async () => {
      const published = (await keys()).map(({ key, keyId }) => ({ ...publicOf(key), kid: keyId, alg: algorithmOf(key), use: 'sig' }))
      return JSON.stringify({ keys: published })
    },
  }
}

/** A signing key as it is shown. Times are milliseconds since the epoch. */
export interface ShownSigningKey {
  readonly keyId: string
  readonly createdAt: EpochMilliseconds
  readonly signsFrom: EpochMilliseconds
}

/** The living keys, oldest first: those to come, the one that signs, and those whose tokens have not all expired. */
export async function listSigningKeys({ store }: Pick<SigningKeyPorts, 'store'>): Promise<readonly ShownSigningKey[]> {
  const rows = await store.list(KIND, GROUP, MOST)
  return rows.map(({ id, value }) => ({ keyId: id, createdAt: (value as KeptKey).createdAt, signsFrom: (value as KeptKey).signsFrom }))
}

/**
 * Makes a new key: published at once, signing ten minutes later, when every cache has it. The older ones end when their tokens have.
 * Tells the key id of the new key.
 */
export async function rotateSigningKey(ports: SigningKeyPorts): Promise<string> {
  const { clock, store } = ports
  const signsFrom = clock.now() + PUBLISHED_BEFORE_SIGNING_MS
  const older = await store.list(KIND, GROUP, MOST)
  // Named after the newest one, so that servers which rotate at once make one key between them.
  const keyId = await makeKey(ports, signsFrom, `after ${older.at(-1)?.id ?? 'none'}`)
  for (const { id, version, value } of older) {
    await store.swap({ kind: KIND, id, version, value: value as object, expiresAt: signsFrom + PUBLISHED_AFTER_MS })
  }
  return keyId
}

async function makeKey({ store, suite, clock, sealingKey }: SigningKeyPorts, signsFrom: EpochMilliseconds, turn: string): Promise<string> {
  const key = await suite.generateKey('ES256')
  const keyId = await thumbprint(suite, publicOf(key))
  const sealed = encodeBase64url(await suite.seal(sealingKey, new TextEncoder().encode(JSON.stringify(key)), KIND))
  const value: KeptKey = { sealed, createdAt: clock.now(), signsFrom }
  // When another server took this turn first, its key is the key.
  await store.insert({ kind: KIND, id: keyId, value, lookups: [turn], group: GROUP })
  return (await store.find(KIND, turn))?.id ?? keyId
}

/** Every living key, oldest first. Keys opened before are not opened again. */
async function loadKeys({ store, suite, sealingKey }: SigningKeyPorts, known: readonly LoadedKey[] = []): Promise<readonly LoadedKey[]> {
  const rows = await store.list(KIND, GROUP, MOST)
  return Promise.all(
    rows.map(async ({ id: keyId, value }) => {
      const { sealed, signsFrom } = value as KeptKey
      const before = known.find((one) => one.keyId === keyId)
      if (before !== undefined) return before
      const bytes = decodeBase64url(sealed)
      const opened = bytes && (await suite.open(sealingKey, bytes, KIND))
      if (opened === undefined) throw foreignKey()
      const key = JSON.parse(new TextDecoder().decode(opened)) as PrivateJwk
      const sign = await createAccessTokenSigner(suite, key, keyId)
      return { keyId, signsFrom, key, sign, verify: await suite.verifier(publicOf(key)) }
    }),
  )
}

function foreignKey(): CountersignError {
  return new CountersignError('configuration_invalid', 'a signing key in the store cannot be opened with this master key', {
    hint: 'give the server the master key it was first started with',
  })
}

function noKey(): CountersignError {
  return new CountersignError('store_unavailable', 'there is no signing key')
}
