/** The machine's clock. */
import type { Clock } from '@countersign/protocol'

/** The wall clock of this machine, in milliseconds since the epoch; it jumps when the machine's clock is set. */
export function systemClock(): Clock {
  return { now: () => Date.now() }
}
