/**
 * Sign-ins under way at a provider. Everything about one is kept here, sealed, and found by its `state` alone; the browser carries nothing
 * but that. Invariant: a pending sign-in is taken by the browser that began it, at the provider it began with, once, within ten minutes.
 */
import type { Errand, Store } from '@countersign/authority'
import type { Clock, EpochMilliseconds } from '@countersign/protocol'
import { decodeBase64url, encodeBase64url, type Digest, randomText, type Suite } from '@countersign/proof'

export interface PendingPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly digest: Digest
}

export interface Pending {
  /** The id of the provider: its answer can come to its own address only. */
  readonly provider: string
  /** The browser that began it, by the digest of its cookie. */
  readonly browser: string
  readonly errand?: Errand | undefined
  readonly freshSince?: EpochMilliseconds | undefined
}

/** The values one sign-in is tied to beside its `state`. */
export interface Secrets {
  readonly nonce: string
  readonly verifier: string
}

const KIND = 'sign_in'
const LIFE_MS = 600_000

/** Keeps a sign-in that begins now. The state is 256 random bits; everything else follows from it, under a key of this server. */
export async function keepPending(ports: PendingPorts, pending: Pending): Promise<Secrets & { readonly state: string }> {
  const { clock, store, suite } = ports
  const state = randomText(suite, 32)
  const { id, key, ...secrets } = await derived(ports, state)
  // The errand may be a user code, and user codes are not kept in the clear.
  const sealed = encodeBase64url(await suite.seal(key, new TextEncoder().encode(JSON.stringify(pending)), KIND))
  await store.insert({ kind: KIND, id, value: { sealed }, expiresAt: clock.now() + LIFE_MS })
  return { state, ...secrets }
}

/** Takes a sign-in out; `undefined` when there is none that this browser began at this provider, and then it stays for whoever did. */
export async function takePending(
  ports: PendingPorts,
  { state, provider, browser }: Pick<Pending, 'provider' | 'browser'> & { readonly state: string },
): Promise<(Pending & Secrets) | undefined> {
  const { store, suite } = ports
  const { id, key, ...secrets } = await derived(ports, state)
  const row = await store.read(KIND, id)
  const opened = row && (await suite.open(key, decodeBase64url((row.value as { sealed: string }).sealed) ?? new Uint8Array(), KIND))
  if (row === undefined || opened === undefined) return undefined
  const pending = JSON.parse(new TextDecoder().decode(opened)) as Pending
  if (pending.provider !== provider || pending.browser !== browser) return undefined
  // Whoever removes it has it: of two requests with one state, one goes on.
  return (await store.remove(KIND, id, row.version)) ? { ...pending, ...secrets } : undefined
}

async function derived({ digest }: PendingPorts, state: string): Promise<Secrets & { readonly id: string; readonly key: Uint8Array }> {
  return {
    id: await digest('sign_in', state),
    key: decodeBase64url(await digest('sign_in_key', state)) ?? new Uint8Array(),
    nonce: await digest('sign_in_nonce', state),
    verifier: await digest('sign_in_verifier', state),
  }
}
