/** Holds the tests against the requirements: every id of what is built is cited by a test, or says why not. Pure: texts in, verdict out. */
import { citationsOf } from './citations.ts'
import type { Mark } from './not-proven.ts'
import type { Actor, Row } from './row.ts'

/** The actors that exist; the others are counted and not yet demanded. */
export const BUILT: readonly Actor[] = ['as', 'user-interface', 'client', 'rs', 'mcp-server', 'mcp-client']

export interface Tally {
  readonly name: string
  readonly rows: number
  readonly cited: number
  readonly later: number
  readonly excluded: number
  /** Neither cited nor marked. */
  readonly open: number
}

export interface Verdict {
  /** Each a sentence that names the id or the file; empty when the gate is passed. */
  readonly faults: readonly string[]
  /** Ids of built actors that are neither cited nor marked. */
  readonly missing: readonly string[]
  readonly byActor: readonly Tally[]
  readonly bySpec: readonly Tally[]
}

/** Judges `files` (test sources by path) against `rows` and the marks of `notProven`. */
export function judge(
  rows: Readonly<Record<string, Row>>,
  notProven: ReadonlyMap<string, Mark>,
  files: Readonly<Record<string, string>>,
  built: readonly Actor[] = BUILT,
): Verdict {
  const faults: string[] = []
  const cited = new Map<string, string>()
  for (const [path, text] of Object.entries(files)) {
    const found = citationsOf(text)
    for (const line of found.unreadable) faults.push(`${path}:${line}: the ids of verifies() have to be string literals`)
    for (const id of found.ids) {
      if (!Object.hasOwn(rows, id)) faults.push(`${path}: cites "${id}", which is no requirement`)
      cited.set(id, path)
    }
  }
  for (const id of notProven.keys()) {
    const path = cited.get(id)
    if (path !== undefined) faults.push(`${id}: cited in ${path} and marked in requirements/not-proven.ts; take the mark away`)
    if (!Object.hasOwn(rows, id)) faults.push(`${id}: marked in requirements/not-proven.ts, which is no requirement`)
  }
  const all = Object.entries(rows)
  const missing = all.filter(([id, row]) => built.includes(row.actor) && !cited.has(id) && !notProven.has(id)).map(([id]) => id)
  for (const id of missing) faults.push(`${id}: neither cited by a test nor marked in requirements/not-proven.ts`)

  const tally = (name: string, ids: readonly string[]): Tally => {
    const marks = ids.filter((id) => !cited.has(id)).map((id) => notProven.get(id))
    const later = marks.filter((mark) => mark !== undefined && 'later' in mark).length
    const excluded = marks.filter((mark) => mark !== undefined && 'excluded' in mark).length
    const proven = ids.length - marks.length
    return { name, rows: ids.length, cited: proven, later, excluded, open: ids.length - proven - later - excluded }
  }
  const tallies = (key: (row: Row) => string): Tally[] => {
    const names = [...new Set(all.map(([, row]) => key(row)))]
    return names.map((name) =>
      tally(
        name,
        all.filter(([, row]) => key(row) === name).map(([id]) => id),
      ),
    )
  }
  return { faults, missing, byActor: tallies((row) => row.actor), bySpec: tallies((row) => row.spec) }
}
