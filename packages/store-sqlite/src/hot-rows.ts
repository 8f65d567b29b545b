/**
 * The rows that are read again and again, as they are handed out: those of clients, of accounts, of devices where few wait. A row gets in when it
 * is read a second time before another one that has the same cell; so a million rows, each read now and then, pass by for nothing.
 */
import type { Row } from '@countersign/authority'

export interface HotRow {
  readonly kind: string
  /** Shared by all who read it: nobody can change it. */
  readonly row: Row
}

export interface HotRows {
  get(slot: number): HotRow | undefined
  /** Tells of a read; `true`: the row is to be kept. */
  isReadAgain(slot: number): boolean
  keep(slot: number, hot: HotRow): void
  drop(slot: number): void
}

/** `cells`: a power of two. */
export function hotRows(cells: number): HotRows {
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
    keep(slot, { kind, row }) {
      kept[slot & mask] = slot + 1
      rows[slot & mask] = { kind, row: frozen(row) }
    },
    drop(slot) {
      if (read[slot & mask] === slot + 1) read[slot & mask] = 0
      if (kept[slot & mask] !== slot + 1) return
      kept[slot & mask] = 0
      rows[slot & mask] = undefined
    },
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}
