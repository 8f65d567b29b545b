/** Locks within this process: one holder for a name, in the order of asking. */
import { CountersignError } from '@countersign/protocol'

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
      await unlessAborted(before, signal)
      return await work()
    } finally {
      release()
    }
  }
}

async function unlessAborted(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return wait
  let stop = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new CountersignError('aborted', 'stopped while waiting for the vault', { cause: signal.reason }))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([wait, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
