/**
 * The end of a turn of the event loop. What many requests ask in one turn leaves then, all at once: one write to Redis in place of one for each
 * request, one reading there, one answer. Each write is a system call here and a waking there, and costs more than what it asks.
 */
export interface Turn {
  /** Runs when the turn ends, in order; at once while it is ending. */
  readonly end: (leave: () => void) => void
}

export function turns(): Turn {
  let leaving: (() => void)[] = []
  let isEnding = false

  function depart() {
    const all = leaving
    leaving = []
    isEnding = true
    try {
      for (const leave of all) leave()
    } finally {
      isEnding = false
    }
  }
  return {
    end(leave) {
      if (isEnding) return leave()
      // Behind every socket that had something to say, and before the loop waits for the next ones.
      if (leaving.push(leave) === 1) setImmediate(depart)
    },
  }
}
