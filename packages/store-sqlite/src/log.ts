/**
 * The file as a log of rows. Appending is all that a change costs; the table has no index but its own order, so who looks for a name asks the
 * index in memory (row-index.ts), and who opens the file reads it once from end to end.
 * Invariant: positions only grow, also over restarts: the last one stays in the file, as a tombstone if need be.
 */
import type { Column, Engine, Statement } from './engine.ts'
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

/** What the index needs to know of a row; version 0: the row was removed. Of two entries of one name the later one counts. */
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
  /** Adds an entry at the end. It is in the file once `write` was called, or anything else here that reads or writes. */
  append(entry: Entry, value: string): void
  /** Writes what was appended, many rows at a time: whoever commits calls it before. */
  write(): void
  /** Forgets what was appended and not written. */
  discard(): void
  drop(positions: readonly number[]): void
  /** Turns a row into a tombstone where it is. */
  hollow(position: number, until: number): void
}

/** NULL is for ever; what is not a number would become it, and is an end instead. */
const endOf = (expiresAt: number) => {
  if (expiresAt === Number.POSITIVE_INFINITY) return null
  return Number.isNaN(expiresAt) ? 0 : expiresAt
}
export const lookupsIn = (text: Column | undefined): readonly string[] => (typeof text === 'string' ? (JSON.parse(text) as string[]) : [])
/** Rows of one statement, at most, and columns of a row. */
const TOGETHER = 32
const COLUMNS = 9

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
  const remove = sql('DELETE FROM log WHERE position IN (SELECT value FROM json_each(?))')
  const hollow = sql("UPDATE log SET version = 0, value = '{}', lookups = NULL, group_name = NULL, expires_at = ? WHERE position = ?")
  /** A call of the binding costs as much as the row it writes. By the number of rows: powers of two. */
  const inserts = new Map<number, Statement>()
  const pending: Column[] = []

  function insertOf(rows: number): Statement {
    let insert = inserts.get(rows)
    if (insert === undefined) {
      const row = `(${Array.from({ length: COLUMNS }, () => '?').join(', ')})`
      insert = sql(`INSERT INTO log VALUES ${Array.from({ length: rows }, () => row).join(', ')}`)
      inserts.set(rows, insert)
    }
    return insert
  }
  function write() {
    if (pending.length === 0) return
    const columns = pending.splice(0)
    for (let at = 0, rows = TOGETHER; at < columns.length; at += rows * COLUMNS) {
      while (rows * COLUMNS > columns.length - at) rows /= 2
      insertOf(rows).run(...columns.slice(at, at + rows * COLUMNS))
    }
  }

  return {
    othersVersion: () => Number(version.get()?.[0]),
    read(position) {
      write()
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
    append({ position, since, kind, id, version, lookups, group, expiresAt }, value) {
      const groupName = group === undefined ? null : textOf(group)
      pending.push(position, since, kind, textOf(id), version, value, lookupsText(lookups), groupName, endOf(expiresAt))
    },
    write,
    discard() {
      pending.length = 0
    },
    drop(positions) {
      write()
      remove.run(JSON.stringify(positions))
    },
    hollow(position, until) {
      write()
      hollow.run(until, position)
    },
  }
}
