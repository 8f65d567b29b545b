/**
 * Everything that waits for an answer, with one patience for all: the first to come is the first to lose it, so one timer is enough.
 * A chain, and not a Set: the tables that a Set has outgrown keep each other alive, with everything they held, and collecting them took two
 * fifths of the time of a busy program. What leaves the chain holds on to nothing.
 */

/** Something that waits, and its place in the chain. */
export interface One {
  readonly since: number
  /** Called when the patience is over. */
  readonly giveUp: () => void
  waits: boolean
  before: One | undefined
  after: One | undefined
}

export interface Waiting {
  /** Waits for an answer from now on. */
  readonly begin: (giveUp: () => void) => One
  /** The answer has come. */
  readonly end: (one: One) => void
}

export function waitingFor(patienceMs: number): Waiting {
  let first: One | undefined
  let last: One | undefined
  let timer: NodeJS.Timeout | undefined

  function look() {
    timer = undefined
    const now = performance.now()
    for (let one = first; one !== undefined; one = first) {
      const left = one.since + patienceMs - now
      if (left > 0) return arm(left)
      end(one)
      one.giveUp()
    }
  }
  function arm(milliseconds: number) {
    // It keeps no program alive by itself: what is waited for does.
    timer = setTimeout(look, Math.ceil(milliseconds)).unref()
  }
  function end(one: One) {
    if (!one.waits) return
    one.waits = false
    if (one.before === undefined) first = one.after
    else one.before.after = one.after
    if (one.after === undefined) last = one.before
    else one.after.before = one.before
    one.before = undefined
    one.after = undefined
  }

  return {
    begin(giveUp) {
      const one: One = { since: performance.now(), giveUp, waits: true, before: last, after: undefined }
      if (last === undefined) first = one
      else last.after = one
      last = one
      if (timer === undefined) arm(patienceMs)
      return one
    },
    end,
  }
}
