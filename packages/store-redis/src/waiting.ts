/** Everything that waits for an answer, with one patience for all: the first to come is the first to lose it, so one timer is enough. */

export interface Waiting {
  /** Resolves or rejects as the work does, but rejects with what `late` makes when that takes longer than the patience. */
  wait<T>(work: (given: () => boolean) => Promise<T>): Promise<T>
  readonly size: number
}

interface One {
  readonly since: number
  readonly giveUp: () => void
}

export function waitingFor(patienceMs: number, late: () => Error): Waiting {
  const all = new Set<One>()
  let timer: NodeJS.Timeout | undefined

  function look() {
    timer = undefined
    const now = performance.now()
    for (const one of all) {
      const left = one.since + patienceMs - now
      if (left > 0) return arm(left)
      all.delete(one)
      one.giveUp()
    }
  }
  function arm(milliseconds: number) {
    // Not counted as work by itself: whatever is waited for keeps the program alive.
    timer = setTimeout(look, Math.ceil(milliseconds)).unref()
  }

  return {
    wait: (work) =>
      new Promise((resolve, reject) => {
        const one = { since: performance.now(), giveUp: () => reject(late()) }
        all.add(one)
        if (timer === undefined) arm(patienceMs)
        const answered = () => all.delete(one)
        work(() => !all.has(one)).then(
          (value) => {
            answered()
            resolve(value)
          },
          (error: unknown) => {
            answered()
            reject(error)
          },
        )
      }),
    get size() {
      return all.size
    },
  }
}
