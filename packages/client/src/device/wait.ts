/**
 * Waiting for the person's decision: asks the pure machine what to do, and does it. Nothing else in the device flow waits or polls.
 * Invariant: a device code goes only to the token endpoint of the document it was started from (RFC 9700 section 4.4).
 */
import type { EpochMilliseconds, Seconds } from '@countersign/protocol'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { Runtime } from '../runtime.ts'
import type { ReceivedTokens, TokenRequest } from '../token/request.ts'
import type { KeyBinding } from '../wire/proven.ts'
import { wait } from '../wire/time.ts'
import { type AskCountersign, askInTime } from './countersign.ts'
import { beginPolling, next } from './poll.ts'
import { expired, pollOnce, tokensIn } from './poll-once.ts'

export type WaitEvent =
  /** Nothing to do until that moment. */
  | { readonly type: 'waiting'; readonly until: EpochMilliseconds }
  /** The server asked for a slower pace; it stays. */
  | { readonly type: 'slowed_down'; readonly interval: Seconds }
  /** A poll went unanswered; it is repeated at that moment. */
  | { readonly type: 'retrying'; readonly why: string; readonly until: EpochMilliseconds }

export interface TokenWait {
  readonly endpoint: string
  readonly clientId: string
  readonly authentication?: AuthenticationAt | undefined
  readonly resource: string | undefined
  readonly deviceCode: string
  readonly interval: Seconds
  readonly expiresAt: EpochMilliseconds
  /** Absent: nobody can be asked, and a server that asks all the same waits until the code expires. */
  readonly askCountersign?: AskCountersign | undefined
  readonly onEvent: (event: WaitEvent) => void
  readonly signal: AbortSignal | undefined
}

export interface TokensAt {
  readonly tokens: ReceivedTokens
  /** When the request left that brought them. */
  readonly sentAt: EpochMilliseconds
}

/**
 * Polls until there are tokens.
 * @throws CountersignError `access_denied`, `device_code_expired`, `authorization_server_error`, `invalid_response`, or `aborted` within
 *   a moment of the signal
 */
export async function waitForTokens(runtime: Runtime, binding: KeyBinding | undefined, options: TokenWait): Promise<TokensAt> {
  const { clock, sleep } = runtime
  const { endpoint, clientId, authentication, resource, deviceCode, askCountersign, expiresAt, onEvent, signal } = options
  let countersign: string | undefined
  let step = next(beginPolling(options.interval, options.expiresAt), { type: 'started' }, clock.now())
  for (;;) {
    const { state, action } = step
    if (action.type === 'expire') throw expired()
    if (action.type === 'wait') {
      onEvent({ type: 'waiting', until: state.due })
      await wait(sleep, action.milliseconds, signal)
      step = next(state, { type: 'waited' }, clock.now())
      continue
    }
    const sentAt = clock.now()
    const request: TokenRequest = { endpoint, clientId, authentication, resource, grant: { deviceCode, countersign }, signal }
    const outcome = await pollOnce(runtime, binding, request)
    step = next(state, outcome, clock.now())
    if (step.action.type === 'stop') return { tokens: tokensIn(outcome), sentAt }
    if (outcome.type === 'countersign_required' && askCountersign !== undefined) {
      const question = { wrong: countersign !== undefined, told: outcome.told, expiresAt }
      countersign = await askInTime(sleep, clock.now(), askCountersign, question, signal)
      // The time it took to type counts as waiting.
      step = next(step.state, { type: 'waited' }, clock.now())
    }
    if (outcome.type === 'slow_down') onEvent({ type: 'slowed_down', interval: step.state.interval })
    if (outcome.type === 'unanswered') onEvent({ type: 'retrying', why: outcome.why, until: step.state.due })
  }
}
