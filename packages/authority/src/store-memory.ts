/**
 * The store in memory: the executable model every other store is compared with, and enough for tests and embedding.
 * Invariant: a move runs to its end in one turn, so nothing comes between its reads and its writes. Nothing survives the process.
 */
import { webEntropy } from '@countersign/proof/web-entropy'
import { type Awaitable, type Clock, CountersignError, type Entropy, type EpochMilliseconds } from '@countersign/protocol'
import { endingNumbers } from './ending-numbers.ts'
import type { NewRow, Row, Store, Swap } from './ports/store.ts'

interface Kept {
  readonly id: string
  /** Keys into `holders`, and into `groups`. */
  readonly lookups: readonly string[]
  readonly group: string | undefined
  /** Age: a row inserted later has a greater one. */
  readonly sequence: number
  version: number
  text: string
  expiresAt: EpochMilliseconds | undefined
}

/** Rows that one sweep looks at: a millisecond. */
const SWEEP_LOOKS = 4096
/** Rows that every new one looks at: what has ended goes sooner than new ones come, however many live on. */
const LOOKS = 2

/** A kind is a plain noun, so the first NUL ends it whatever the name contains. */
const keyOf = (kind: string, name: string) => `${kind}\0${name}`

/** @param entropy draws the key under which marks and counters are kept (ending-numbers.ts) */
export function memoryStore(clock: Clock, entropy: Entropy = webEntropy()): Store {
  const rows = new Map<string, Kept>()
  /** Which row holds a lookup, and which rows make a group, oldest first. */
  const holders = new Map<string, string>()
  const groups = new Map<string, Set<string>>()
  const onces = endingNumbers(clock, entropy)
  const counters = endingNumbers(clock, entropy)
  let sequence = 0
  let cursor = rows.entries()
  let closed = false

  const lives = (kept: Kept) => kept.expiresAt === undefined || clock.now() < kept.expiresAt
  const rowOf = (kept: Kept): Row => ({ id: kept.id, version: kept.version, value: JSON.parse(kept.text) })

  function living(key: string | undefined): Kept | undefined {
    const kept = key === undefined ? undefined : rows.get(key)
    return kept !== undefined && lives(kept) ? kept : undefined
  }
  function keep({ kind, id, lookups = [], group, expiresAt }: NewRow, text: string) {
    const key = keyOf(kind, id)
    const names = lookups.map((lookup) => keyOf(kind, lookup))
    const groupKey = group === undefined ? undefined : keyOf(kind, group)
    rows.set(key, { id, lookups: names, group: groupKey, sequence: sequence++, version: 1, text, expiresAt })
    for (const name of names) holders.set(name, key)
    if (groupKey !== undefined) groups.set(groupKey, (groups.get(groupKey) ?? new Set()).add(key))
  }
  function forget(key: string) {
    const kept = rows.get(key)
    if (kept === undefined) return
    rows.delete(key)
    for (const name of kept.lookups) holders.delete(name)
    if (kept.group === undefined) return
    const group = groups.get(kept.group)
    group?.delete(key)
    if (group?.size === 0) groups.delete(kept.group)
  }
  /** Frees what has ended among the next rows, at most `limit`: round and round, so that rows that live on are not looked at again and again. */
  function prune(looks: number, limit: number): number {
    let freed = 0
    for (let left = Math.min(looks, rows.size); left > 0 && freed < limit; left--) {
      let next = cursor.next()
      if (next.done) next = (cursor = rows.entries()).next()
      if (next.done || lives(next.value[1])) continue
      forget(next.value[0])
      freed++
    }
    return freed
  }
  const refused = () => new CountersignError('store_unavailable', 'the store is closed', { hint: 'open a new one' })
  async function move<T>(body: () => T): Promise<T> {
    if (closed) throw refused()
    return body()
  }
  /** A move that takes no value, so that nothing in it can fail. */
  function atOnce<T>(body: () => T): Awaitable<T> {
    return closed ? Promise.reject(refused()) : body()
  }

  function insert(row: NewRow, text: string): boolean {
    const names = (row.lookups ?? []).map((lookup) => holders.get(keyOf(row.kind, lookup)))
    const inTheWay = [keyOf(row.kind, row.id), ...names.filter((key) => key !== undefined)]
    if (inTheWay.some((key) => living(key) !== undefined)) return false
    // What expired gives up all it held, not only what this row takes: it must not come back in parts when the clock steps back.
    inTheWay.forEach(forget)
    prune(LOOKS, LOOKS)
    keep(row, text)
    return true
  }
  function swap({ kind, id, version, expiresAt }: Swap, text: string): boolean {
    const kept = living(keyOf(kind, id))
    if (kept === undefined || kept.version !== version) return false
    kept.version++
    kept.text = text
    kept.expiresAt = expiresAt ?? kept.expiresAt
    return true
  }

  return {
    insert: (row) => move(() => insert(row, JSON.stringify(row.value))),
    read: (kind, id) =>
      atOnce(() => {
        const kept = living(keyOf(kind, id))
        return kept && rowOf(kept)
      }),
    find: (kind, lookup) =>
      atOnce(() => {
        const kept = living(holders.get(keyOf(kind, lookup)))
        return kept && rowOf(kept)
      }),
    list: (kind, group, limit, after) =>
      atOnce(() => {
        const start = after === undefined ? -1 : (rows.get(keyOf(kind, after))?.sequence ?? -1)
        const page: Row[] = []
        for (const key of groups.get(keyOf(kind, group)) ?? []) {
          if (page.length >= limit) break
          const kept = living(key)
          if (kept !== undefined && kept.sequence > start) page.push(rowOf(kept))
        }
        return page
      }),
    swap: (change) => move(() => swap(change, JSON.stringify(change.value))),
    swapAndInsert: (change, row) =>
      move(() => {
        const [changed, inserted] = [JSON.stringify(change.value), JSON.stringify(row.value)]
        if (!swap(change, changed)) return false
        insert(row, inserted)
        return true
      }),
    remove: (kind, id, version) =>
      move(() => {
        const key = keyOf(kind, id)
        if (living(key)?.version !== version) return false
        forget(key)
        return true
      }),
    once: (key, until) => atOnce(() => onces.add(key, until, 1) === 1),
    count: (key, until, add) => atOnce(() => (add === 0 ? counters.valueOf(key) : counters.add(key, until, add))),
    sweep: (limit) =>
      move(() => {
        const freed = prune(SWEEP_LOOKS, limit)
        onces.prune(limit)
        counters.prune(limit)
        return freed
      }),
    close: async () => {
      closed = true
      for (const map of [rows, holders, groups]) map.clear()
    },
  }
}
