/**
 * The file as a log of rows. Appending is all that a change costs; the table has no index but its own order, so who looks for a name asks the
 * index in memory (row-index.ts), and who opens the file reads it once from end to end.
 * Invariant: positions only grow, also over restarts: the last one stays in the file, as a tombstone if need be.
 */
import type { Column, Engine } from './engine.ts'
import { nameOf, textOf } from './names.ts'
import type { Place } from './row-index.ts'

/** A row as it is kept, its value and its lookups still JSON. */
export interface Kept {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly value: string
  readonly lookups: string | null
}

/** What the index needs to know of a row; version 0: the row was removed. */
export interface Entry extends Place {
  readonly kind: string
  readonly id: string
  readonly lookups: readonly string[]
  readonly group: string | undefined
}

export interface Log {
  /** Changes when another connection has committed. Our own commits do not count. */
  othersVersion(): number
  read(position: number): Kept | undefined
  /** The entries behind a position, oldest first, at most so many. */
  after(position: number, limit: number): readonly Entry[]
  append(position: number, entry: Omit<Entry, 'position' | 'since' | 'version'>, value: string): void
  /** Moves a row to the end with a new value; `false` when it is gone. */
  rewrite(from: number, to: number, value: string, expiresAt: number): boolean
  /** `false` when it was gone already. */
  drop(position: number): boolean
  /** Leaves word, until that moment, that the row of this name is gone. */
  bury(position: number, kind: string, id: string, until: number): void
  /** Turns a row into a tombstone where it is. */
  hollow(position: number, until: number): void
}

/** NULL is for ever; what is not a number would become it, and is an end instead. */
const endOf = (expiresAt: number) => {
  if (expiresAt === Number.POSITIVE_INFINITY) return null
  return Number.isNaN(expiresAt) ? 0 : expiresAt
}
export const lookupsIn = (text: Column | undefined): readonly string[] => (typeof text === 'string' ? (JSON.parse(text) as string[]) : [])
const lookupsText = (lookups: readonly string[]) => (lookups.length === 0 ? null : JSON.stringify(lookups))

export function openLog(engine: Engine): Log {
  const sql = (text: string) => engine.prepare(text)
  const version = sql('PRAGMA data_version')
  const row = sql('SELECT kind, id, version, value, lookups FROM log WHERE position = ?')
  // One answer for a whole page: it leaves no cursor open.
  const page = sql(
    `SELECT json_group_array(json_array(position, since, kind, id, version, lookups, group_name, expires_at)) FROM
      (SELECT * FROM log WHERE position > ? ORDER BY position LIMIT ?)`,
  )
  const insert = sql('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const update = sql('UPDATE log SET position = ?, version = version + 1, value = ?, expires_at = ? WHERE position = ? AND version > 0')
  const remove = sql('DELETE FROM log WHERE position = ?')
  const hollow = sql("UPDATE log SET version = 0, value = '{}', lookups = NULL, group_name = NULL, expires_at = ? WHERE position = ?")

  return {
    othersVersion: () => Number(version.get()?.[0]),
    read(position) {
      const found = row.get(position)
      if (found === undefined) return undefined
      const [kind, id, count, value, lookups] = found
      return {
        kind: String(kind),
        id: nameOf(String(id)),
        version: Number(count),
        value: String(value),
        lookups: typeof lookups === 'string' ? lookups : null,
      }
    },
    after(position, limit) {
      const entries = JSON.parse(String(page.get(position, limit)?.[0])) as Column[][]
      return entries.map(([at, since, kind, id, count, lookups, group, expiresAt]) => ({
        position: Number(at),
        since: Number(since),
        kind: String(kind),
        id: nameOf(String(id)),
        version: Number(count),
        lookups: lookupsIn(lookups),
        group: typeof group === 'string' ? nameOf(group) : undefined,
        expiresAt: typeof expiresAt === 'number' ? expiresAt : Number.POSITIVE_INFINITY,
      }))
    },
    append(position, { kind, id, lookups, group, expiresAt }, value) {
      insert.run(
        position,
        position,
        kind,
        textOf(id),
        1,
        value,
        lookupsText(lookups),
        group === undefined ? null : textOf(group),
        endOf(expiresAt),
      )
    },
    rewrite: (from, to, value, expiresAt) => update.run(to, value, endOf(expiresAt), from).changes === 1,
    drop: (position) => remove.run(position).changes === 1,
    bury: (position, kind, id, until) => void insert.run(position, position, kind, textOf(id), 0, '{}', null, null, until),
    hollow: (position, until) => void hollow.run(until, position),
  }
}
