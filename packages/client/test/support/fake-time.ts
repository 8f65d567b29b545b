/** A clock that moves only when everybody is waiting for it. */
import type { Clock, Sleep } from '@countersign/protocol'

export interface FakeTime {
  readonly clock: Clock
  readonly sleep: Sleep
  /** How many sleeps are under way. */
  readonly sleepers: () => number
  /** Moves the clock without waking anybody. */
  readonly jump: (milliseconds: number) => void
  /** Lets everything run that needs no time. */
  readonly settle: () => Promise<void>
  /** Waits for the promise, moving the clock to the next sleeper whenever nothing else is left to do. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>
}

export const START = Date.UTC(2026, 10, 21)

export function fakeTime(): FakeTime {
  let now = START
  const waiting = new Set<{ readonly until: number; readonly wake: () => void }>()

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    clock: { now: () => now },
    sleepers: () => waiting.size,
    jump: (milliseconds) => {
      now += milliseconds
    },
    settle,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const wake = () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { until: now + milliseconds, wake }
        const stop = () => {
          waiting.delete(sleeper)
          reject(signal?.reason)
        }
        if (signal?.aborted === true) stop()
        else waiting.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    run: async (promise) => {
      let done = false
      const finish = () => {
        done = true
      }
      promise.then(finish, finish)
      for (let idle = 0; idle < 50; ) {
        await settle()
        if (done) return promise
        const [first] = [...waiting].sort((one, other) => one.until - other.until)
        if (first === undefined) {
          idle++
          continue
        }
        idle = 0
        waiting.delete(first)
        now = Math.max(now, first.until)
        first.wake()
      }
      throw new Error('nothing is waiting for time, and the promise is not settled')
    },
  }
}
