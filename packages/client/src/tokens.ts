/**
 * The current access token of a stored credential, renewed in time.
 * Invariants: one refresh at a time for a credential, across processes: lock, re-read, decide, refresh, persist, release.
 * A credential is forgotten only when the server refused exactly the refresh token that is still stored, and nothing of it works any more.
 */
import { CountersignError, type EpochMilliseconds, type Seconds } from '@countersign/protocol'
import { refresh } from './refresh.ts'
import type { Runtime } from './runtime.ts'
import type { Credential, Vault } from './vault/vault.ts'
import { bindKey, type Nonces } from './wire/proven.ts'
import { unlessAborted } from './wire/time.ts'

export type TokenEvent =
  | { readonly type: 'refreshed'; readonly name: string }
  /** `stillValid`: the token at hand works until it expires, but a person should sign in again, or look, before that. */
  | { readonly type: 'refresh_failed'; readonly name: string; readonly error: CountersignError; readonly stillValid: boolean }
  /** The renewed credential could not be written: it lives in this process only, and writing is tried again with the next refresh. */
  | { readonly type: 'not_kept'; readonly name: string; readonly error: CountersignError }

export interface TokensOptions {
  /** Renew this long before the end; never more than a fifth of the token's life. Default 60. */
  readonly margin?: Seconds
  /**
   * Refuses to spend a refresh token when the vault cannot be written: what came for it would be lost with the program. For programs that
   * end soon; others go on with what they have in memory. Default false.
   */
  readonly keepFirst?: boolean
  /** Told as things happen; must not throw. */
  readonly onEvent?: (event: TokenEvent) => void
}

export interface AccessTokenOptions {
  /** An access token that a resource has just refused: it counts as expired. */
  readonly rejected?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Tokens {
  /**
   * The credential with an access token that is good now; without network when the stored one still is.
   * @throws CountersignError `not_signed_in` when a person has to sign in (again); `network_failure`, `authorization_server_error` and others
   *   when the token has expired and cannot be renewed right now; `lock_timeout`, `vault_unavailable`, `vault_corrupt`, `aborted`
   */
  accessToken(name: string, options?: AccessTokenOptions): Promise<Credential>
}

const MARGIN: Seconds = 60

/** The tokens in a vault. Calls for the same name share one renewal; keep one `Tokens` for a vault in a process. */
export function tokensOf(runtime: Runtime, vault: Vault, options: TokensOptions = {}): Tokens {
  const { clock } = runtime
  const tell = options.onEvent ?? (() => {})
  const flights = new Map<string, Promise<Credential>>()
  const unsaved = new Map<string, { readonly credential: Credential; readonly replaces: string }>()
  const nonces: Nonces = new Map()

  const isFresh = (credential: Credential, rejected: string | undefined) =>
    isGood(credential, rejected, clock.now() + marginOf(credential, options.margin))

  async function read(name: string): Promise<Credential | undefined> {
    const stored = await vault.read(name)
    const renewed = unsaved.get(name)
    // What could not be written counts only as long as the vault still holds what it replaces: not after a sign-out or a new sign-in.
    if (renewed !== undefined && stored?.accessToken === renewed.replaces) return renewed.credential
    unsaved.delete(name)
    return stored
  }

  async function keep(name: string, credential: Credential, replaces: string): Promise<void> {
    try {
      await vault.write(name, credential)
      unsaved.delete(name)
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error
      unsaved.set(name, { credential, replaces })
      tell({ type: 'not_kept', name, error })
    }
  }

  /** Runs under the lock. */
  async function renew(name: string, rejected: string | undefined): Promise<Credential> {
    const credential = await read(name)
    if (credential === undefined) throw signedOut()
    // Somebody else renewed it while this call waited for the lock.
    if (isFresh(credential, rejected)) return credential
    const { refreshToken } = credential
    if (refreshToken === undefined) {
      if (isGood(credential, rejected, clock.now())) return credential
      throw signedOut('the access token has expired and there is no refresh token')
    }
    const replaces = unsaved.get(name)?.replaces ?? credential.accessToken
    if (options.keepFirst === true) await vault.write(name, credential)
    const outcome = await refresh(runtime, await bindKey(runtime, credential.key, nonces), { ...credential, refreshToken })
    if (outcome.type === 'refreshed') {
      // RFC 6749 section 6: the new refresh token is durable before anybody uses what came with it.
      await keep(name, outcome.credential, replaces)
      tell({ type: 'refreshed', name })
      return outcome.credential
    }
    const stillValid = isGood(credential, rejected, clock.now())
    if (outcome.type === 'ended') {
      const stored = await read(name)
      if (stored === undefined || stored.generation !== credential.generation || stored.refreshToken !== refreshToken) {
        // Replaced behind this lock's back: what was refused is not what is stored, so it stays.
        if (stored !== undefined && isFresh(stored, rejected)) return stored
      } else if (stillValid) {
        const { refreshToken: _refused, ...rest } = credential
        await keep(name, { ...rest, generation: credential.generation + 1 }, replaces)
      } else {
        await vault.remove(name)
      }
    }
    tell({ type: 'refresh_failed', name, error: outcome.error, stillValid })
    if (stillValid) return credential
    throw outcome.type === 'ended' ? signedOut(outcome.error.message, outcome.error) : outcome.error
  }

  /** A vault that cannot be locked does not matter as long as the token at hand is good. */
  function spare(name: string, credential: Credential, rejected: string | undefined, error: unknown): Credential {
    const passing = error instanceof CountersignError && (error.code === 'lock_timeout' || error.code === 'vault_unavailable')
    if (!passing || !isGood(credential, rejected, clock.now())) throw error
    tell({ type: 'refresh_failed', name, error, stillValid: true })
    return credential
  }

  return {
    async accessToken(name, { rejected, signal } = {}) {
      const credential = await read(name)
      if (credential === undefined) throw signedOut()
      if (isFresh(credential, rejected)) return credential
      const flight = `${rejected ?? ''} ${name}`
      // Whoever gives up stops waiting; the renewal goes on for the others, because its answer must be kept.
      return unlessAborted(signal, async () => {
        let renewal = flights.get(flight)
        if (renewal === undefined) {
          renewal = vault
            .locked(name, () => renew(name, rejected))
            .catch((error: unknown) => spare(name, credential, rejected, error))
            .finally(() => flights.delete(flight))
          flights.set(flight, renewal)
        }
        return renewal
      })
    },
  }
}

/**
 * Keeps a credential from a sign-in, in place of what was there.
 * @throws CountersignError `vault_unavailable`, `lock_timeout`, `aborted`
 */
export async function keepCredential(vault: Vault, name: string, credential: Credential, signal?: AbortSignal): Promise<void> {
  await vault.locked(
    name,
    async () => {
      const before = await vault.read(name).catch((error: unknown) => {
        // A new sign-in is the way out of a credential that does not open.
        if (error instanceof CountersignError && error.code === 'vault_corrupt') return undefined
        throw error
      })
      await vault.write(name, { ...credential, generation: (before?.generation ?? 0) + 1 })
    },
    signal,
  )
}

function isGood(credential: Credential, rejected: string | undefined, at: EpochMilliseconds): boolean {
  return credential.accessToken !== rejected && (credential.expiresAt === undefined || at < credential.expiresAt)
}

function marginOf({ expiresAt, obtainedAt }: Credential, margin: Seconds = MARGIN): number {
  const life = expiresAt === undefined ? 0 : expiresAt - obtainedAt
  return Math.min(margin * 1000, life / 5)
}

function signedOut(why = 'not signed in', cause?: CountersignError): CountersignError {
  return new CountersignError('not_signed_in', why, { hint: 'Sign in again.', cause })
}
