/** The moves of a Store on PostgreSQL: each is one statement, and so one transaction and one round trip. */
import type { NewRow, RemoteStore, Row, Swap } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import type { Ask } from './ask.ts'
import { nameOf, namer, textOf } from './names.ts'
import type { Statements } from './statements.ts'
import { together } from './together.ts'
import { noAnswer } from './unavailable.ts'

/** A value is handed over as its JSON, so that what is no JSON is refused before anything was touched. */
export type Json<T extends { readonly value: object }> = Omit<T, 'value'> & { readonly value: string }

export interface Moves extends Pick<RemoteStore, 'read' | 'find' | 'list' | 'remove'> {
  insert(row: Json<NewRow>): Promise<boolean>
  swap(change: Json<Swap>): Promise<boolean>
  swapAndInsert(change: Json<Swap>, row: Json<NewRow>): Promise<boolean>
  /** Frees rows that have expired, at most so many, in one transaction; tells how many. */
  sweep(limit: number): Promise<number>
}

export function rowMoves(ask: Ask, sql: Statements, clock: Clock, waitMs: number): Moves {
  const kept = namer(ask)
  const keptOne = async (name: string) => ((await kept([textOf(name)])) as readonly [string])[0]

  const readTogether = together<readonly [kind: string, id: string], Row | undefined>(
    async (asked, within) => {
      const [first] = asked
      if (asked.length === 1 && first !== undefined) {
        const { rows } = await ask(sql.read, [...first, clock.now()], { reads: true, within })
        return rows.map(rowOf)
      }
      const [kinds, ids] = [asked.map(([kind]) => kind), asked.map(([, id]) => id)]
      const { rows } = await ask(sql.readMany, [kinds, ids, clock.now()], { reads: true, within })
      const found: (Row | undefined)[] = asked.map(() => undefined)
      for (const columns of rows) found[Number(columns[4]) - 1] = rowOf(columns)
      return found
    },
    waitMs,
    () => noAnswer(waitMs),
  )

  const swapOne = async (row: readonly unknown[], within: number) => {
    const { rowCount } = await ask(sql.swap, [...row, clock.now()], { within })
    return rowCount === 1
  }
  const swapTogether = together<readonly [kind: string, id: string, version: number, value: string, end: number | null], boolean>(
    async (asked, within) => {
      const [first] = asked
      if (asked.length === 1 && first !== undefined) return [await swapOne(first, within)]
      const from = performance.now()
      const columns = [0, 1, 2, 3, 4].map((column) => asked.map((row) => row[column]))
      const { rows } = await ask(sql.swapMany, [...columns, clock.now()], { within })
      const done = new Set(rows.map(([place]) => Number(place)))
      const left = Math.max(1, Math.ceil(within - (performance.now() - from)))
      // Another version, or a row that somebody holds: that is for its own move to wait for.
      return asked.map((row, index) => done.has(index + 1) || swapOne(row, left))
    },
    waitMs,
    () => noAnswer(waitMs),
  )

  /** What the function that inserts is given. */
  async function columnsOf({ kind, id, value, lookups = [], group, expiresAt }: Json<NewRow>): Promise<readonly unknown[]> {
    const texts = [textOf(id), group === undefined ? '' : textOf(group), ...new Set(lookups.map(textOf))]
    const [name, groupName, ...names] = await kept(texts)
    const whole = name === texts[0] ? null : texts[0]
    return [
      kind,
      name,
      value,
      names.length === 0 ? null : names.sort(),
      group === undefined ? null : groupName,
      endOf(expiresAt),
      clock.now(),
      whole,
    ]
  }

  return {
    async insert(row) {
      const { rows } = await ask(sql.insert, await columnsOf(row))
      return rows[0]?.[0] === 't'
    },
    read: async (kind, id) => readTogether([kind, await keptOne(id)]),
    async find(kind, lookup) {
      const { rows } = await ask(sql.find, [kind, await keptOne(lookup), clock.now()], { reads: true })
      return rows.map(rowOf)[0]
    },
    async list(kind, group, limit, after) {
      if (!(limit >= 1)) return []
      const from = after === undefined ? null : await keptOne(after)
      const most = Math.floor(Math.min(limit, Number.MAX_SAFE_INTEGER))
      const { rows } = await ask(sql.list, [kind, await keptOne(group), clock.now(), from, most], { reads: true })
      return rows.map(rowOf)
    },
    async swap({ kind, id, version, value, expiresAt }) {
      if (!Number.isSafeInteger(version)) return false
      return swapTogether([kind, await keptOne(id), version, value, endOf(expiresAt)])
    },
    async swapAndInsert({ kind, id, version, value, expiresAt }, row) {
      if (!Number.isSafeInteger(version)) return false
      const swapped = [kind, await keptOne(id), version, value, endOf(expiresAt)]
      const { rows } = await ask(sql.swapAndInsert, [...swapped, ...(await columnsOf(row))])
      return rows.length === 1
    },
    async remove(kind, id, version) {
      if (!Number.isSafeInteger(version)) return false
      const { rowCount } = await ask(sql.remove, [kind, await keptOne(id), version, clock.now()])
      return rowCount === 1
    },
    async sweep(limit) {
      const { rowCount } = await ask(sql.sweep, [clock.now(), limit])
      return rowCount ?? 0
    },
  }
}

function rowOf([version, value, id, wholeId]: readonly unknown[]): Row {
  return { id: nameOf(String(wholeId ?? id)), version: Number(version), value: JSON.parse(String(value)) }
}

/** Not a number is greater than every number to PostgreSQL, and would live for ever. */
export function endOf(expiresAt: number | undefined): number | null {
  if (expiresAt === undefined) return null
  return Number.isNaN(expiresAt) ? 0 : expiresAt
}
