/**
 * The pace of polling (RFC 8628 section 3.5) as a pure machine: what was observed and the time go in, what to do next comes out.
 * Invariants: two polls are never closer than the interval, the interval never shrinks, and nothing is polled after the deadline.
 */
import { type EpochMilliseconds, type Seconds, SLOW_DOWN_STEP } from '@countersign/protocol'

export interface PollState {
  /** The server's interval, raised by every slow_down and never lowered. */
  readonly interval: Seconds
  /** When the codes end by this machine's clock: armed whatever the server says. */
  readonly deadline: EpochMilliseconds
  /** Answers missed in a row. */
  readonly failures: number
  /** The moment of the next poll. */
  readonly due: EpochMilliseconds
  /** How long the wait for it was meant to be, in milliseconds. */
  readonly gap: number
}

export type PollObservation =
  /** The codes have just been received, or an interrupted wait is taken up again. */
  | { readonly type: 'started' }
  /** The wait is over. */
  | { readonly type: 'waited' }
  | { readonly type: 'pending' }
  /** Approved, and the server waits for the number: a pending state like any other. */
  | { readonly type: 'countersign_required' }
  | { readonly type: 'slow_down'; readonly interval?: Seconds | undefined }
  /** No usable answer: timeout, connection error, status 5xx or 429, or no JSON. */
  | { readonly type: 'unanswered'; readonly retryAfter?: Seconds | undefined; readonly throttled?: boolean }
  /** Tokens; any other OAuth error, also one never heard of (RFC 8628 section 3.5); success that is none: it is over. */
  | { readonly type: 'tokens' | 'refused' | 'malformed' }

export type PollAction =
  | { readonly type: 'wait'; readonly milliseconds: number }
  | { readonly type: 'poll' }
  | { readonly type: 'stop' }
  | { readonly type: 'expire' }

// Timers of virtual machines fire early, and a server may count from when it answered: a tenth more keeps the promise.
const MARGIN = 1.1
/** Backoff grows up to this, in seconds, unless the interval itself is longer. */
const LONGEST_BACKOFF: Seconds = 60
/** How long before the end the last poll is made: it still has to arrive. */
const LAST_POLL_LEAD = 2000

/** The state before anything was waited for. */
export function beginPolling(interval: Seconds, deadline: EpochMilliseconds): PollState {
  return { interval, deadline, failures: 0, due: 0, gap: 0 }
}

/** One step. Pure: the same state, observation and time always give the same answer. */
export function next(
  state: PollState,
  observation: PollObservation,
  now: EpochMilliseconds,
): { readonly state: PollState; readonly action: PollAction } {
  switch (observation.type) {
    case 'tokens':
    case 'refused':
    case 'malformed':
      return { state, action: { type: 'stop' } }
    case 'started':
      // RFC 8628 section 3.5: the interval comes before each poll, the first included.
      return schedule({ ...state, failures: 0 }, now)
    case 'waited':
      return afterWait(state, now)
    case 'pending':
    case 'countersign_required':
      return schedule({ ...state, failures: 0 }, now)
    case 'slow_down':
      // RFC 8628 section 3.5: five seconds more for this and all later polls; a server that names a longer interval is believed.
      return schedule({ ...state, failures: 0, interval: Math.max(state.interval + SLOW_DOWN_STEP, observation.interval ?? 0) }, now)
    case 'unanswered': {
      const raised = observation.throttled === true ? state.interval + SLOW_DOWN_STEP : state.interval
      return schedule({ ...state, failures: state.failures + 1, interval: raised }, now, observation.retryAfter)
    }
  }
}

function afterWait(state: PollState, now: EpochMilliseconds): ReturnType<typeof next> {
  if (now >= state.deadline) return { state, action: { type: 'expire' } }
  const left = state.due - now
  // A timer that fired early waits for the rest. More left than the whole wait means that the clock was set back: then the wait counts.
  if (left > 0 && left < state.gap) return { state, action: { type: 'wait', milliseconds: left } }
  return { state, action: { type: 'poll' } }
}

function schedule(state: PollState, now: EpochMilliseconds, retryAfter: Seconds = 0): ReturnType<typeof next> {
  const padded = state.interval * MARGIN
  // RFC 8628 section 3.5: poll less often after a timeout; doubling is the form it recommends.
  const backoff = Math.min(padded * 2 ** state.failures, Math.max(padded, LONGEST_BACKOFF))
  const due = now + Math.max(backoff, retryAfter) * 1000
  const shortest = Math.max(state.interval, retryAfter) * 1000

  // The last poll falls just before the end, so that a late approval is not lost. When a poll in between would leave no room for it
  // (the interval has to pass), that poll is the last one.
  const last = state.deadline - LAST_POLL_LEAD
  if (due + state.interval * 1000 <= last) return waitUntil(state, due, now)
  return waitUntil(state, last >= now + shortest ? last : Math.max(due, now), now)
}

function waitUntil(state: PollState, moment: EpochMilliseconds, now: EpochMilliseconds): ReturnType<typeof next> {
  // Nothing to poll before the end: the wait goes to the end itself, and then it has expired.
  const due = Math.min(moment, state.deadline)
  const gap = Math.max(due - now, 0)
  return { state: { ...state, due, gap }, action: { type: 'wait', milliseconds: gap } }
}
