/** Giving back the space of what has expired, a little at a time, beside the work of the server. */
import type { Store } from '@countersign/authority'

const PAUSE_MILLISECONDS = 60_000
const BATCH = 200
/** While there is more: some forty thousand rows a second, more than one server makes. */
const BREATH_MILLISECONDS = 2

/** Sweeps now and then until it is stopped; stopping waits for the sweep under way. Never keeps the program alive. */
export function keepSwept(
  store: Pick<Store, 'sweep'>,
  onFailure: (cause: unknown) => void,
  pause = PAUSE_MILLISECONDS,
): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let sweeping = Promise.resolve()

  async function sweep(): Promise<void> {
    let swept = 0
    try {
      swept = await store.sweep(BATCH)
    } catch (cause) {
      onFailure(cause)
    }
    // A full batch means there is more: go on at once, but let requests through in between.
    if (!stopped) wait(swept === BATCH ? BREATH_MILLISECONDS : pause)
  }

  function wait(milliseconds: number): void {
    timer = setTimeout(() => {
      sweeping = sweep()
    }, milliseconds)
    timer.unref()
  }

  wait(pause)
  return async () => {
    stopped = true
    clearTimeout(timer)
    await sweeping
  }
}
