/** The store in memory: the executable model every other store is compared with, and enough for tests and embedding. Nothing survives the process. */
import { type Clock, CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import type { NewRow, Row, Store } from './ports/store.ts'

interface Kept {
  readonly row: NewRow
  readonly sequence: number
  version: number
  text: string
  expiresAt: EpochMilliseconds | undefined
}

export function memoryStore(clock: Clock): Store {
  const rows = new Map<string, Kept>()
  const lookups = new Map<string, string>()
  const once = new Map<string, EpochMilliseconds>()
  const counters = new Map<string, { until: EpochMilliseconds; value: number }>()
  let sequence = 0
  let closed = false

  const keyOf = (kind: string, id: string) => `${kind}\0${id}`
  const lives = (kept: Kept) => kept.expiresAt === undefined || clock.now() < kept.expiresAt
  const rowOf = (kept: Kept): Row => ({ id: kept.row.id, version: kept.version, value: JSON.parse(kept.text) })

  /** Also forgets what it finds expired, so that its lookups are free. */
  function living(key: string): Kept | undefined {
    const kept = rows.get(key)
    if (kept === undefined || lives(kept)) return kept
    forget(key, kept)
    return undefined
  }
  function forget(key: string, kept: Kept) {
    rows.delete(key)
    for (const lookup of kept.row.lookups ?? []) {
      if (lookups.get(keyOf(kept.row.kind, lookup)) === key) lookups.delete(keyOf(kept.row.kind, lookup))
    }
  }
  function holder(kind: string, lookup: string): Kept | undefined {
    const key = lookups.get(keyOf(kind, lookup))
    return key === undefined ? undefined : living(key)
  }
  /** Runs a move in one turn, so nothing comes between its reads and its writes. */
  async function move<T>(body: () => T): Promise<T> {
    if (closed) throw new CountersignError('store_unavailable', 'the store is closed')
    return body()
  }

  return {
    insert: (row) =>
      move(() => {
        const key = keyOf(row.kind, row.id)
        const taken = living(key) ?? row.lookups?.map((lookup) => holder(row.kind, lookup)).find((kept) => kept !== undefined)
        if (taken !== undefined) return false
        rows.set(key, { row, sequence: sequence++, version: 1, text: JSON.stringify(row.value), expiresAt: row.expiresAt })
        for (const lookup of row.lookups ?? []) lookups.set(keyOf(row.kind, lookup), key)
        return true
      }),
    read: (kind, id) =>
      move(() => {
        const kept = living(keyOf(kind, id))
        return kept && rowOf(kept)
      }),
    find: (kind, lookup) =>
      move(() => {
        const kept = holder(kind, lookup)
        return kept && rowOf(kept)
      }),
    list: (kind, group, limit, after) =>
      move(() => {
        const start = after === undefined ? -1 : (rows.get(keyOf(kind, after))?.sequence ?? -1)
        return [...rows.values()]
          .filter((kept) => kept.row.kind === kind && kept.row.group === group && kept.sequence > start && lives(kept))
          .slice(0, limit)
          .map(rowOf)
      }),
    swap: ({ kind, id, version, value, expiresAt }) =>
      move(() => {
        const kept = living(keyOf(kind, id))
        if (kept === undefined || kept.version !== version) return false
        kept.version++
        kept.text = JSON.stringify(value)
        kept.expiresAt = expiresAt ?? kept.expiresAt
        return true
      }),
    remove: (kind, id, version) =>
      move(() => {
        const key = keyOf(kind, id)
        const kept = living(key)
        if (kept === undefined || kept.version !== version) return false
        forget(key, kept)
        return true
      }),
    once: (key, until) =>
      move(() => {
        const held = once.get(key)
        if (held !== undefined && clock.now() < held) return false
        once.set(key, until)
        return true
      }),
    count: (key, until, add) =>
      move(() => {
        const found = counters.get(key)
        const counter = found !== undefined && clock.now() < found.until ? found : { until, value: 0 }
        counter.value += add
        if (add !== 0) counters.set(key, counter)
        return counter.value
      }),
    sweep: (limit) =>
      move(() => {
        let freed = 0
        for (const [key, kept] of rows) {
          if (freed >= limit) break
          if (!lives(kept)) {
            forget(key, kept)
            freed++
          }
        }
        for (const [key, until] of once) if (clock.now() >= until) once.delete(key)
        for (const [key, counter] of counters) if (clock.now() >= counter.until) counters.delete(key)
        return freed
      }),
    close: async () => {
      closed = true
    },
  }
}
