/** `once` and `count`: marks and counters that pass by themselves. They are asked for at every poll, so many of them share a statement. */
import type { RemoteStore } from '@countersign/authority'
import type { Clock, EpochMilliseconds } from '@countersign/protocol'
import type { Ask } from './ask.ts'
import { endOf } from './moves.ts'
import { namer, textOf } from './names.ts'
import type { Statements } from './statements.ts'
import { together } from './together.ts'
import { noAnswer } from './unavailable.ts'

interface Marking {
  readonly key: string
  readonly until: EpochMilliseconds
}
interface Counting extends Marking {
  readonly add: number
}

export interface Passing extends Pick<RemoteStore, 'once' | 'count'> {
  /** Frees the marks and counters of some pages of their tables at a time, as long as it may. */
  sweep(goOn: () => boolean): Promise<void>
}

/** A page is 8 kilobytes, a hundred marks at most: a statement frees a few thousand, in some milliseconds. */
const PAGES = 32
/** However often a sweep is asked for, it looks at this many pages at least, and at the whole table about once in this time. */
const LEAST_PAGES = 2048
const LAP_MS = 60_000

export function passingMoves(ask: Ask, sql: Statements, clock: Clock, waitMs: number): Passing {
  const kept = namer(ask)
  const keptOne = async (name: string) => ((await kept([textOf(name)])) as readonly [string])[0]
  const late = () => noAnswer(waitMs)

  const marked = together<Marking, boolean>(
    async (asked, within) => {
      const now = clock.now()
      return inRounds(asked, now, async (round) => {
        const firsts = round.map(([first]) => first)
        const values = [firsts.map(({ key }) => key), firsts.map(({ until }) => until), now]
        const won = new Set((await ask(sql.once, values, { within })).rows.map(([key]) => key))
        return round.map(([first, ...others]) => [won.has(first.key), ...others.map(() => false)])
      })
    },
    waitMs,
    late,
  )

  const counted = together<Counting, number>(
    async (asked, within) => {
      const now = clock.now()
      return inRounds(asked, now, async (round) => {
        const sums = round.map((same) => same.reduce((sum, { add }) => sum + add, 0))
        const firsts = round.map(([first]) => first)
        const values = [firsts.map(({ key }) => key), firsts.map(({ until }) => until), sums, now]
        const totals = new Map((await ask(sql.count, values, { within })).rows.map(([key, total]) => [key, Number(total)]))
        return round.map((same, index) => {
          let total = (totals.get(same[0].key) ?? 0) - (sums[index] ?? 0)
          return same.map(({ add }) => (total += add))
        })
      })
    },
    waitMs,
    late,
  )

  const looked = together<string, number>(
    async (keys, within) => {
      const { rows } = await ask(sql.total, [keys, clock.now()], { reads: true, within })
      const totals = new Map(rows.map(([key, total]) => [key, Number(total)]))
      return keys.map((key) => totals.get(key) ?? 0)
    },
    waitMs,
    late,
  )

  /** Goes round and round the table, on where it stopped. */
  function sweeper({ pages, sweep }: Statements['marks']): (goOn: () => boolean) => Promise<void> {
    let page = 0
    let last = Number.NEGATIVE_INFINITY
    return async (goOn) => {
      const { rows } = await ask(pages, [], { reads: true })
      const end = Number(rows[0]?.[0])
      const share = Math.min(1, (performance.now() - last) / LAP_MS)
      last = performance.now()
      for (let left = Math.min(end, Math.max(LEAST_PAGES, end * share)); left > 0 && goOn(); left -= PAGES) {
        if (page >= end) page = 0
        await ask(sweep, [`(${page},0)`, `(${page + PAGES},0)`, clock.now()])
        page += PAGES
      }
    }
  }
  const sweepers = [sweeper(sql.marks), sweeper(sql.counters)]

  return {
    once: async (key, until) => marked({ key: await keptOne(key), until: endOf(until) ?? 0 }),
    async count(key, until, add) {
      const name = await keptOne(key)
      return add === 0 ? looked(name) : counted({ key: name, until: endOf(until) ?? 0, add })
    },
    async sweep(goOn) {
      for (const sweep of sweepers) await sweep(goOn)
    },
  }
}

type Same<Asked> = readonly [Asked, ...Asked[]]

/**
 * A statement changes a row once, so what is asked of one key is answered as one. That holds as long as the first leaves something behind; what
 * is over already leaves nothing, and the next one of its key goes into a round of its own.
 */
async function inRounds<Asked extends Marking, Answer>(
  asked: readonly Asked[],
  now: EpochMilliseconds,
  send: (round: readonly Same<Asked>[]) => Promise<readonly (readonly Answer[])[]>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let left = asked.map((each, index) => ({ each, index })); left.length > 0; ) {
    const round = new Map<string, typeof left>()
    const next: typeof left = []
    for (const item of left) {
      const same = round.get(item.each.key)
      if (same === undefined) round.set(item.each.key, [item])
      else if ((same[0]?.each.until ?? 0) > now) same.push(item)
      else next.push(item)
    }
    const sames = [...round.values()]
    const told = await send(sames.map((same) => same.map(({ each }) => each) as unknown as Same<Asked>))
    sames.forEach((same, at) => same.forEach(({ index }, within) => (answers[index] = told[at]?.[within] as Answer)))
    left = next
  }
  return answers
}
