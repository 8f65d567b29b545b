/** `once` and `count`: marks and counters that pass by themselves. Nearly every request sets some, so those of one turn share a script. */
import type { EpochMilliseconds } from '@countersign/protocol'
import type { Connection } from './connection.ts'
import { endText, lifeText } from './row-text.ts'
import { MARK } from './scripts.ts'
import { together } from './together.ts'

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

/** @param spread keys may lie on several servers, so that one script cannot have them all */
export function marksOver({ run, turn }: Pick<Connection, 'run' | 'turn'>, spread: boolean, now: () => EpochMilliseconds): Marks {
  const send = async (all: readonly Marking[]) => {
    const at = now()
    const given = all.flatMap(({ until, add }) => [endText(until), lifeText(until, at), add ?? ''])
    return (await run(
      MARK,
      all.map(({ key }) => key),
      at,
      ...given,
    )) as readonly (string | number)[]
  }
  const mark = spread ? async (one: Marking) => (await send([one]))[0] : together(turn, send)
  return {
    once: (key, until) => mark({ key, until, add: undefined }).then((first) => first === 1),
    count: (key, until, add) => mark({ key, until, add }).then(Number),
  }
}
