/**
 * How often a person may be asked. A model that was talked into it could otherwise ask until somebody approves to have peace.
 * Codes that led to a sign-in do not count.
 */
import { type Clock, CountersignError, type EpochMilliseconds } from '@countersign/protocol'

export interface PromptLimit {
  /** @throws CountersignError `aborted` when there were too many of late */
  readonly check: () => void
  /** A person is being asked. */
  readonly count: () => void
  readonly forget: () => void
}

const MOST = 3
const WINDOW = 10 * 60_000

export function promptLimit(clock: Clock): PromptLimit {
  let asked: readonly EpochMilliseconds[] = []
  return {
    check: () => {
      const now = clock.now()
      asked = asked.filter((at) => now - at < WINDOW)
      const [oldest] = asked
      if (oldest === undefined || asked.length < MOST) return
      const minutes = Math.ceil((oldest + WINDOW - now) / 60_000)
      throw new CountersignError('aborted', `${MOST} codes in a row came to nothing, so nobody is asked again for now`, {
        hint: `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
      })
    },
    count: () => {
      asked = [...asked, clock.now()]
    },
    forget: () => {
      asked = []
    },
  }
}
