/** Waiting for real. */
import type { Sleep } from '@countersign/protocol'

/** A wait on the machine's timers. An aborted signal rejects it with the signal's reason: at once, also when it was aborted before. */
export function systemSleep(): Sleep {
  return (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const stop = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', stop, { once: true })
    })
}
