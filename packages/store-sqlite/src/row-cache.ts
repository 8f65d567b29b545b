/** The rows that were used last. Two generations: what was not used in one is forgotten at the end of the next. */
export interface RowCache<Row> {
  get(slot: number): Row | undefined
  set(slot: number, row: Row): void
  delete(slot: number): void
}

/** Holds what was used last, as much as weighs `most` at the least and twice that at the most. */
export function rowCache<Row>(most: number, weigh: (row: Row) => number): RowCache<Row> {
  let young = new Map<number, Row>()
  let old = new Map<number, Row>()
  let weight = 0
  function set(slot: number, row: Row) {
    if (weight >= most) {
      old = young
      young = new Map()
      weight = 0
    }
    if (!young.has(slot)) weight += weigh(row)
    young.set(slot, row)
  }
  return {
    get(slot) {
      const row = young.get(slot)
      if (row !== undefined) return row
      const older = old.get(slot)
      if (older !== undefined) {
        old.delete(slot)
        set(slot, older)
      }
      return older
    },
    set(slot, row) {
      old.delete(slot)
      set(slot, row)
    },
    delete(slot) {
      young.delete(slot)
      old.delete(slot)
    },
  }
}
