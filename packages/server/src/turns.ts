/** Work that takes much memory, a few at a time. */
import { OAuthError } from '@countersign/protocol'

/**
 * Lets at most `most` of the given works run at once; the others wait in order, at most `waiting` of them.
 * The one too many rejects with OAuthError `temporarily_unavailable`.
 */
export function turns(most: number, waiting: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const queue: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < most) running++
    else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve))
    else throw new OAuthError('temporarily_unavailable', 'too many people are signing in; try again', { headers: { 'retry-after': '2' } })
    try {
      return await work()
    } finally {
      // The place is handed on, not given up and taken again: nobody can step in between.
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
