/** One poll of the token endpoint (RFC 8628 section 3.4), and what its answer means for the sign-in. */
import { CountersignError } from '@countersign/protocol'
import type { Runtime } from '../runtime.ts'
import { type ReceivedTokens, readTokenResponse, sendTokenRequest, type TokenOutcome, type TokenRequest } from '../token/request.ts'
import type { KeyBinding } from '../wire/proven.ts'
import { refused } from '../wire/refusal.ts'

/** Sends the poll; an answer that never came is an outcome like any other. */
export async function pollOnce(runtime: Runtime, binding: KeyBinding | undefined, request: TokenRequest): Promise<TokenOutcome> {
  try {
    return readTokenResponse(await sendTokenRequest(runtime, binding, request), request)
  } catch (error) {
    // An answer that never came, or never ended, says nothing about the decision.
    const passing = error instanceof CountersignError && (error.code === 'network_failure' || error.code === 'invalid_response')
    if (!passing) throw error
    return { type: 'unanswered', why: error.message, retryAfter: undefined, throttled: false }
  }
}

/** What ended the polling: tokens, or the error to report. */
export function tokensIn(outcome: TokenOutcome): ReceivedTokens {
  if (outcome.type === 'tokens') return outcome.tokens
  if (outcome.type === 'refused') throw refused(outcome.refusal)
  throw new CountersignError('invalid_response', 'why' in outcome ? outcome.why : 'the answer is not usable', { hint: 'Start again.' })
}

/** The codes have ended (RFC 8628 section 3.5). */
export function expired(): CountersignError {
  return new CountersignError('device_code_expired', 'the code has expired before anyone approved it', {
    hint: 'Start again for a new code and approve it in time.',
  })
}
