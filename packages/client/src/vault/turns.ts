/** Locks within this process: one holder for a name, in the order of asking. */
import { unlessAborted } from '../wire/time.ts'

/** Runs the work when its turn has come; released however it ends. Rejects with `aborted` when the signal ends the wait. */
export type InTurn = <T>(name: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

export function turnsByName(): InTurn {
  const tails = new Map<string, Promise<void>>()
  return async (name, work, signal) => {
    const before = tails.get(name) ?? Promise.resolve()
    let release = (): void => {}
    const done = new Promise<void>((resolve) => {
      release = resolve
    })
    const tail = before.then(() => done)
    tails.set(name, tail)
    // Only once the whole queue is through: a waiter that gave up must not hide the holder before it.
    void tail.then(() => tails.get(name) === tail && tails.delete(name))
    try {
      await unlessAborted(signal, () => before)
      return await work()
    } finally {
      release()
    }
  }
}
