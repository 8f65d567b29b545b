/**
 * The rows that were written lately, as their JSON, and those that are read again and again, as they are handed out. A login changes its row four
 * times within a minute: to pack it each time (packed-rows.ts) would cost more than to write it. A row gets in when it is written or read from
 * the file, and a packed one when it is read a second time before another one that has the same cell; so a million rows, each read now and
 * then, pass by for nothing.
 */
import type { Row } from '@countersign/authority'

export interface HotRow {
  readonly kind: string
  readonly id: string
  readonly lookups: readonly string[]
  /** Its value; `undefined`: the row is packed too. */
  readonly json: string | undefined
  wasRead: boolean
  /** Shared by all who read it: nobody can change it. */
  row: Row | undefined
}

export interface HotRows {
  get(slot: number): HotRow | undefined
  /** Tells of a read of a row that is not here; `true`: it is to be kept. */
  isReadAgain(slot: number): boolean
  keep(slot: number, hot: HotRow): void
  drop(slot: number): void
}

/** `cells`: a power of two. `left`: told of a row whose cell goes to another one. */
export function hotRows(cells: number, left: (slot: number, hot: HotRow) => void): HotRows {
  const mask = cells - 1
  /** The slot + 1 of each cell, and of who was last read without being in it. */
  const kept = new Uint32Array(cells)
  const read = new Uint32Array(cells)
  const rows: (HotRow | undefined)[] = Array.from({ length: cells })
  return {
    get: (slot) => (kept[slot & mask] === slot + 1 ? rows[slot & mask] : undefined),
    isReadAgain(slot) {
      const again = read[slot & mask] === slot + 1
      read[slot & mask] = again ? 0 : slot + 1
      return again
    },
    keep(slot, hot) {
      const cell = slot & mask
      const before = rows[cell]
      if (before !== undefined && kept[cell] !== slot + 1) left((kept[cell] as number) - 1, before)
      kept[cell] = slot + 1
      rows[cell] = hot
    },
    drop(slot) {
      if (read[slot & mask] === slot + 1) read[slot & mask] = 0
      if (kept[slot & mask] !== slot + 1) return
      kept[slot & mask] = 0
      rows[slot & mask] = undefined
    },
  }
}

/** A row that is written, or packed and read again, as it gets its cell. */
export const written = (kind: string, id: string, lookups: readonly string[], json: string): HotRow & { readonly json: string } => ({
  kind,
  id,
  lookups,
  json,
  wasRead: false,
  row: undefined,
})
export const readAgain = (kind: string, lookups: readonly string[], row: Row): HotRow => ({
  kind,
  id: row.id,
  lookups,
  json: undefined,
  wasRead: true,
  row: frozen(row),
})

/** What is handed out: made anew for the first who reads, because most rows are read once between two changes, then once for all. */
export function rowOf(hot: HotRow, version: number): Row {
  if (hot.row !== undefined) return hot.row
  const row: Row = { id: hot.id, version, value: JSON.parse(hot.json as string) }
  if (hot.wasRead) hot.row = frozen(row)
  hot.wasRead = true
  return row
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}
