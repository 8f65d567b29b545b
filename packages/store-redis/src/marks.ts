/** `once` and `count`: marks and counters that pass by themselves. Nearly every request sets some, so those of one turn share a script. */
import type { EpochMilliseconds } from '@countersign/protocol'
import type { Connection } from './connection.ts'
import { endText, lifeText } from './row-text.ts'
import { MARK } from './scripts.ts'
import { together, type TogetherPorts } from './together.ts'

/** `add`: what to add to a counter; `undefined` for a mark. */
interface Marking {
  readonly key: string
  readonly until: EpochMilliseconds
  readonly add: number | undefined
}

export interface Marks {
  /** Whether the mark was not there. */
  readonly once: (key: string, until: EpochMilliseconds) => Promise<boolean>
  /** The new sum of the counter. */
  readonly count: (key: string, until: EpochMilliseconds, add: number) => Promise<number>
}

export function marksOver({ run }: Pick<Connection, 'run'>, ports: TogetherPorts, now: () => EpochMilliseconds): Marks {
  const mark = together(
    ports,
    async (all: readonly Marking[]) => {
      const at = now()
      const keys: string[] = []
      const given: (string | number)[] = []
      for (const { key, until, add } of all) {
        keys.push(key)
        given.push(endText(until), lifeText(until, at), add ?? '')
      }
      return (await run(MARK, keys, at, ...given)) as readonly (string | number)[]
    },
    // The sum of a counter, and of a mark how often it was set just now.
    Number,
  )
  return {
    once: (key, until) => mark({ key, until, add: undefined }).then((times) => times === 1),
    count: (key, until, add) => mark({ key, until, add }),
  }
}
