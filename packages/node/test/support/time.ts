/** Time that passes only when somebody waits. */
import type { Clock, Sleep } from '@countersign/protocol'

export interface FakeTime {
  readonly clock: Clock
  readonly sleep: Sleep
  /** What was waited for, in milliseconds, in order. */
  readonly waits: readonly number[]
  pass(milliseconds: number): void
}

export function fakeTime(start = Date.now()): FakeTime {
  let now = start
  const waits: number[] = []
  return {
    clock: { now: () => now },
    waits,
    pass: (milliseconds) => {
      now += milliseconds
    },
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted()
      waits.push(milliseconds)
      now += milliseconds
      // A turn of the event loop, so that others get on with theirs.
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}
