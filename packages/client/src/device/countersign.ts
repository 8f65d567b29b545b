/** The countersign (docs/countersign.md): the number that the approving page shows, asked of the person at this device. */
import { CountersignError, type EpochMilliseconds, type Sleep } from '@countersign/protocol'
import { withinTime } from '../wire/time.ts'

export interface CountersignQuestion {
  /** The number given before was wrong; the server's own words about it, when it has some. */
  readonly wrong: boolean
  readonly told: string | undefined
  readonly expiresAt: EpochMilliseconds
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** Asks the person. Rejecting ends the sign-in. */
export type AskCountersign = (question: CountersignQuestion) => Promise<string>

/**
 * The number, as typed: what is no digit is left to the server to ignore.
 * @throws CountersignError `device_code_expired` when the code expires first, `aborted`
 */
export async function askInTime(
  sleep: Sleep,
  now: EpochMilliseconds,
  ask: AskCountersign,
  question: Omit<CountersignQuestion, 'signal'>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const late = () =>
    new CountersignError('device_code_expired', 'the code has expired before the number was typed', {
      hint: 'Start again for a new code.',
    })
  const left = Math.max(0, question.expiresAt - now)
  return withinTime(sleep, left, signal, (stopped) => ask({ ...question, signal: stopped }), late)
}
