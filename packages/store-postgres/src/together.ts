/**
 * Moves of one sort that are made while others are under way go to the database together: one round trip, one statement, many answers.
 * Invariant: a move never shares a statement with one that was answered before it was made.
 */

export interface Together<Asked, Answer> {
  (asked: Asked): Promise<Answer>
}

interface Waiting<Asked, Answer> {
  readonly asked: Asked
  readonly since: number
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (error: unknown) => void
}

/** So many statements of a sort at once: what comes meanwhile makes the next one larger, not the database busier. */
const UNDER_WAY = 2
/** Moves in one statement. */
const MOST = 256

/**
 * `send` answers in the order in which it is asked, within the given milliseconds; an answer may also be on its way still.
 * @param waitMs how long a move may take, waiting included
 * @param late what a move rejects with that has waited for all that time
 */
export function together<Asked, Answer>(
  send: (asked: readonly Asked[], within: number) => Promise<readonly (Answer | Promise<Answer>)[]>,
  waitMs: number,
  late: () => Error,
): Together<Asked, Answer> {
  let waiting: Waiting<Asked, Answer>[] = []
  let underWay = 0
  let scheduled = false

  function schedule() {
    if (scheduled || underWay >= UNDER_WAY || waiting.length === 0) return
    scheduled = true
    // The turn of the event loop is not over: more may come.
    setImmediate(() => {
      scheduled = false
      void flush()
    })
  }
  async function flush() {
    const now = performance.now()
    const left = (move: Waiting<Asked, Answer>) => waitMs - (now - move.since)
    for (const move of waiting) if (left(move) <= 0) move.reject(late())
    waiting = waiting.filter((move) => left(move) > 0)
    const [first] = waiting
    if (first === undefined) return
    const batch = waiting.splice(0, MOST)
    underWay++
    schedule()
    try {
      const answers = await send(
        batch.map((move) => move.asked),
        Math.ceil(left(first)),
      )
      batch.forEach((move, index) => move.resolve(answers[index] as Answer | Promise<Answer>))
    } catch (error) {
      for (const move of batch) move.reject(error)
    } finally {
      underWay--
      schedule()
    }
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, since: performance.now(), resolve, reject })
      schedule()
    })
}
