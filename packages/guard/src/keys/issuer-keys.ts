/**
 * The keys of one issuer, kept between requests. A key that cannot be had is never a key that verifies: without keys there is no access.
 * However many requests wait and whatever key ids they name, the issuer is asked at most once at a time and once per cool-down.
 */
import { algorithmOf, type SignatureAlgorithm, type Suite, type VerifyCompact } from '@countersign/proof'
import { type Clock, type EpochMilliseconds, OAuthError } from '@countersign/protocol'
import { discoverKeys, type PublishedKey } from './discover-keys.ts'
import type { Network } from './fetch-json.ts'
import { rememberVerified } from './remember-verified.ts'

/** The verifier for a key id and algorithm, or `undefined` when the issuer has no such key. */
export type KeyFor = (keyId: string | undefined, alg: string) => Promise<VerifyCompact | undefined>

/** Keys younger than this are used without asking. */
const FRESH = 600_000
/** Keys older than this are not used, even when the issuer does not answer. */
const USABLE = 3_600_000
/** The issuer is asked about an unknown key id at most this often: key ids are free to invent. */
const COOL_DOWN = 10_000
/** And this long after it could not be reached. */
const RETRY = 5_000
/** A token without a key id is tried against so many keys at most. */
const MOST_TRIED = 4

interface Candidate {
  readonly keyId: string | undefined
  readonly alg: SignatureAlgorithm
  readonly verifier: () => Promise<VerifyCompact | undefined>
}

/**
 * Finds keys of an issuer, fetching when it must.
 * @throws OAuthError `temporarily_unavailable` (from the returned function) when the keys are needed and cannot be had
 */
export function createIssuerKeys(issuer: string, suite: Suite, clock: Clock, network: Network): KeyFor {
  let known: { readonly keys: readonly Candidate[]; readonly at: EpochMilliseconds } | undefined
  let attempt: { readonly at: EpochMilliseconds; readonly failure: unknown } | undefined
  let missedAt: EpochMilliseconds | undefined
  let flight: Promise<void> | undefined

  async function load(): Promise<void> {
    const at = clock.now()
    try {
      const published = await discoverKeys(network, issuer)
      known = { keys: published.map((one) => candidate(suite, one)), at }
      attempt = { at, failure: undefined }
    } catch (failure) {
      attempt = { at, failure }
    }
    flight = undefined
  }

  /** Asks the issuer, unless it was asked a moment ago; whoever comes while an answer is under way waits for that one. */
  async function renew(pause: number): Promise<void> {
    if (flight === undefined && attempt !== undefined && clock.now() < attempt.at + pause) return
    flight ??= load()
    await flight
  }

  /** For a key that is not among those known: its own pause, so that keys fetched a moment before they were changed are not held against it. */
  async function renewForUnknown(): Promise<void> {
    const recently = missedAt !== undefined && clock.now() < missedAt + COOL_DOWN
    if (flight === undefined && recently) return
    if (flight === undefined) missedAt = clock.now()
    await renew(attempt?.failure === undefined ? 0 : RETRY)
  }

  return async (keyId, alg) => {
    // An answer that was under way before this request came may be older than its key.
    const joined = flight !== undefined
    const old = known === undefined || clock.now() >= known.at + FRESH
    if (old) await renew(attempt?.failure === undefined ? COOL_DOWN : RETRY)
    if (known === undefined || clock.now() >= known.at + USABLE) throw unavailable(attempt?.failure)
    const found = choose(known.keys, keyId, alg)
    if (found.length > 0) return anyOf(found)
    if (!old || joined) await renewForUnknown()
    const foundNow = choose(known.keys, keyId, alg)
    // Whether the key is new or invented cannot be told while the issuer is away.
    if (foundNow.length === 0 && attempt?.failure !== undefined) throw unavailable(attempt.failure)
    return anyOf(foundNow)
  }
}

function candidate(suite: Suite, { keyId, key }: PublishedKey): Candidate {
  let made: Promise<VerifyCompact | undefined> | undefined
  const make = async () => {
    try {
      return rememberVerified(suite, await suite.verifier(key))
    } catch {
      // Well formed but no key, such as a point that is not on the curve: it verifies nothing.
      return undefined
    }
  }
  return {
    keyId,
    alg: algorithmOf(key),
    verifier: () => {
      made ??= make()
      return made
    },
  }
}

/** The key must be of the kind its algorithm needs, so a public key can never serve as the secret of a MAC. */
function choose(keys: readonly Candidate[], keyId: string | undefined, alg: string): readonly Candidate[] {
  return keys.filter((key) => key.alg === alg && (keyId === undefined || key.keyId === keyId)).slice(0, MOST_TRIED)
}

async function anyOf(found: readonly Candidate[]): Promise<VerifyCompact | undefined> {
  const verifiers = (await Promise.all(found.map((key) => key.verifier()))).filter((verify) => verify !== undefined)
  if (verifiers.length < 2) return verifiers[0]
  return async (jws) => {
    for (const verify of verifiers) if (await verify(jws)) return true
    return false
  }
}

function unavailable(cause: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'the keys of the issuer cannot be had right now', {
    headers: { 'retry-after': String(RETRY / 1000) },
    cause,
  })
}
