/** The rows that were used last, read and parsed. Two generations: what was not used in one is forgotten at the end of the next. */
export interface RowCache<Row> {
  get(slot: number): Row | undefined
  set(slot: number, row: Row): void
  delete(slot: number): void
}

/** Holds at least `size` and at most twice as many. */
export function rowCache<Row>(size: number): RowCache<Row> {
  let young = new Map<number, Row>()
  let old = new Map<number, Row>()
  function set(slot: number, row: Row) {
    if (young.size >= size) {
      old = young
      young = new Map()
    }
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
