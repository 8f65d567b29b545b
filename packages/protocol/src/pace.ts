/**
 * The pace of polling (RFC 8628 sections 3.2 and 3.5), as arithmetic on seconds. This is where slow_down is decided.
 * An early poll raises the interval by five seconds, for good, and does not move the window:
 * a client that keeps the rule always gets through, and one that jitters is not locked out.
 */
import type { EpochMilliseconds, Seconds } from './ports.ts'

/** RFC 8628 section 3.5: each slow_down adds five seconds to this wait and to every later one. */
export const SLOW_DOWN_STEP: Seconds = 5
/** RFC 8628 section 3.2: the interval when the server names none. */
export const DEFAULT_INTERVAL: Seconds = 5

export interface PaceRule {
  /** The interval told in the device authorization response. */
  readonly interval: Seconds
  /** The interval never grows past this. */
  readonly longest: Seconds
  /** How much earlier than the interval a poll may arrive without being early: clocks and networks jitter. */
  readonly tolerance: Seconds
}

/** Two polls of a steady client that each arrive up to half a second off their beat are up to one second closer than the interval. */
export const DEFAULT_PACE: PaceRule = { interval: DEFAULT_INTERVAL, longest: 60, tolerance: 1 }

/** The interval a client must keep after it was told slow_down `slowDowns` times. */
export function intervalAfter(rule: PaceRule, slowDowns: number): Seconds {
  return Math.max(rule.interval, Math.min(rule.longest, rule.interval + SLOW_DOWN_STEP * slowDowns))
}

/** The moment from which the next poll is on time, given that one was accepted at `acceptedAt`. */
export function nextPollFrom(rule: PaceRule, slowDowns: number, acceptedAt: EpochMilliseconds): EpochMilliseconds {
  const interval = intervalAfter(rule, slowDowns)
  // However short the interval, the tolerance never swallows it: half of it always counts.
  return acceptedAt + (interval - Math.min(rule.tolerance, interval / 2)) * 1000
}
