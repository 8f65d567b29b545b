/**
 * One refresh (RFC 6749 section 6), judged. It changes nothing by itself: what to keep or forget is decided under the vault's lock.
 */
import { CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import type { Runtime } from './runtime.ts'
import { acceptTokens, type Expectation } from './token/accept.ts'
import { readTokenResponse, sendTokenRequest } from './token/request.ts'
import { discardTokens } from './token/revocation.ts'
import type { Credential } from './vault/vault.ts'
import { readObject } from './wire/json.ts'
import type { KeyBinding } from './wire/proven.ts'
import { refused } from './wire/refusal.ts'
import type { Answer } from './wire/send.ts'

export type RefreshOutcome =
  | { readonly type: 'refreshed'; readonly credential: Credential }
  /** The server will never take this refresh token again (invalid_grant, or a 400 in its own words that speaks of the refresh token). */
  | { readonly type: 'ended'; readonly error: CountersignError }
  /** Anything else; the refresh token may still be good. */
  | { readonly type: 'failed'; readonly error: CountersignError }

/** Sends the credential's refresh token, with its resource and a fresh proof of its key. */
export async function refresh(
  runtime: Runtime,
  binding: KeyBinding,
  credential: Credential & { readonly refreshToken: string },
  signal?: AbortSignal,
): Promise<RefreshOutcome> {
  const { clientId, authentication, resource, endpoints, refreshToken } = credential
  const grant = { refreshToken }
  try {
    const sentAt = runtime.clock.now()
    const answer = await sendTokenRequest(runtime, binding, {
      endpoint: endpoints.token,
      clientId,
      authentication,
      resource,
      grant,
      signal,
    })
    const outcome = readTokenResponse(answer, { grant, authentication })
    if (outcome.type === 'tokens') {
      const { tokens } = outcome
      try {
        return { type: 'refreshed', credential: renewed(credential, acceptTokens(tokens, expectation(credential, sentAt))) }
      } catch (error) {
        await discardTokens(runtime, binding, { endpoint: endpoints.revocation, clientId, authentication }, tokens, signal)
        throw error
      }
    }
    if (outcome.type === 'refused') {
      return { type: outcome.refusal.error === 'invalid_grant' ? 'ended' : 'failed', error: refused(outcome.refusal) }
    }
    const malformed = outcome.type === 'malformed'
    const why = 'why' in outcome ? outcome.why : outcome.type
    const error = new CountersignError(malformed ? 'invalid_response' : 'network_failure', `the token endpoint did not refresh: ${why}`)
    return { type: refusesInOwnWords(answer) ? 'ended' : 'failed', error }
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    return { type: 'failed', error }
  }
}

/**
 * RFC 6749 section 5.2 demands an error code. A server that has none (Supabase: `"error_code": "refresh_token_not_found"`) and speaks of the
 * refresh token would refuse it for ever, and nobody would be asked; what speaks of nothing in particular may pass.
 */
function refusesInOwnWords({ status, body }: Answer): boolean {
  const said = status === 400 ? readObject(body) : undefined
  if (said === undefined || typeof said['error'] === 'string') return false
  return Object.values(said).some((value) => typeof value === 'string' && /refresh[ _-]?token/i.test(value))
}

function expectation(credential: Credential, sentAt: EpochMilliseconds): Expectation {
  // RFC 6749 section 6: a refresh never widens the scope, and a token once bound stays bound.
  // A scope that nobody named cannot be measured against.
  const scope = credential.scope.length === 0 ? undefined : credential.scope
  return { scope, bound: credential.tokenType === 'DPoP', key: credential.key, sentAt }
}

function renewed(before: Credential, accepted: ReturnType<typeof acceptTokens>): Credential {
  const { expiresAt: _expired, ...lasting } = before
  // RFC 6749 section 6: a new refresh token replaces the old one; without a new one the old one stays.
  return { ...lasting, ...accepted, generation: before.generation + 1 }
}
