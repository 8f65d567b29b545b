/**
 * Waiting that can be ended: the only place of this package that sleeps.
 * Invariant: an aborted signal ends the wait at once, even when the injected sleep or fetch looks at its signal late or never.
 */
import { CountersignError, type Sleep } from '@countersign/protocol'

/** @throws CountersignError `aborted` as soon as the signal is aborted */
export async function wait(sleep: Sleep, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await unlessAborted(signal, (stopped) => sleep(milliseconds, stopped))
}

/**
 * The result of `work`, unless it takes longer than `milliseconds`.
 * @throws CountersignError `aborted` as soon as the signal is aborted, or what `late` makes when the time is up
 */
export async function withinTime<T>(
  sleep: Sleep,
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (stopped: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  return unlessAborted(signal, (stopped) => {
    const alarm = sleep(milliseconds, stopped).then(() => {
      throw late()
    })
    return Promise.race([work(stopped), alarm])
  })
}

/**
 * Runs `work` with a signal that is aborted when the caller's signal is, and also when the work is over:
 * nothing it started (a sleep, a request) outlives it.
 */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: (stopped: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  let abort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new CountersignError('aborted', 'stopped on request', { cause: signal?.reason }))
  })
  // Settles by `abort` only, and then somebody waits for it: the race below, or nobody any more.
  aborted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  try {
    if (signal?.aborted === true) abort()
    return await Promise.race([aborted, signal?.aborted === true ? aborted : work(stop.signal)])
  } finally {
    signal?.removeEventListener('abort', abort)
    stop.abort()
  }
}
