/** Everything that waits for an answer, with one patience for all: the first to come is the first to lose it, so one timer is enough. */

/** Called when the patience is over. */
export type GiveUp = () => void

export interface Waiting {
  /** Waits for an answer from now on; what is given back stands for it. */
  readonly begin: (giveUp: GiveUp) => object
  readonly isOver: (one: object) => boolean
  /** The answer has come. */
  readonly end: (one: object) => void
  readonly size: () => number
}

interface One {
  readonly since: number
  readonly giveUp: GiveUp
}

export function waitingFor(patienceMs: number): Waiting {
  // In the order in which they came.
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
    // It keeps no program alive by itself: what is waited for does.
    timer = setTimeout(look, Math.ceil(milliseconds)).unref()
  }

  return {
    begin(giveUp) {
      const one = { since: performance.now(), giveUp }
      all.add(one)
      if (timer === undefined) arm(patienceMs)
      return one
    },
    isOver: (one) => !all.has(one as One),
    end: (one) => void all.delete(one as One),
    size: () => all.size,
  }
}
