/**
 * The pace of polling (RFC 8628 sections 3.2 and 3.5), as arithmetic on seconds. This is where slow_down is decided.
 * An early poll raises the interval by five seconds, for good, and does not move the window:
 * a client that keeps the rule always gets through, and one that jitters is not locked out.
 */
import type { EpochMilliseconds, Seconds } from './ports.ts'

/** RFC 8628 section 3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests". */
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

export const DEFAULT_PACE: PaceRule = { interval: DEFAULT_INTERVAL, longest: 60, tolerance: 0.5 }

/** The interval a client must keep after it was told slow_down `slowDowns` times. */
export function intervalAfter(rule: PaceRule, slowDowns: number): Seconds {
  return Math.max(rule.interval, Math.min(rule.longest, rule.interval + SLOW_DOWN_STEP * slowDowns))
}

/** The moment from which the next poll is on time, given that one was accepted at `acceptedAt`. */
export function nextPollFrom(rule: PaceRule, slowDowns: number, acceptedAt: EpochMilliseconds): EpochMilliseconds {
  return acceptedAt + Math.max(0, intervalAfter(rule, slowDowns) - rule.tolerance) * 1000
}
