/**
 * The moves of a Store on the log and the index. Writing ones run inside a transaction that holds the write lock (group-commit.ts), between
 * `begin` and `keep` or `undo`; reads need none.
 * Invariant: the index says what the file says, up to the last commit this connection has seen. Inside a transaction it also knows the moves
 * made so far; when the transaction fails they are taken back.
 */
import type { NewRow, Row, Swap } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import type { Entry, Kept, Log } from './log.ts'
import { rowCache } from './row-cache.ts'
import { rowIndex } from './row-index.ts'

/** A value is handed over as its JSON, so that what is no JSON is refused before anything was touched. */
export type Json<T extends { readonly value: object }> = Omit<T, 'value'> & { readonly value: string }

export interface Moves {
  insert(row: Json<NewRow>): boolean
  swap(change: Json<Swap>): boolean
  remove(kind: string, id: string, version: number): boolean
  /** Frees these rows, as far as they have expired; tells how many. And the words nobody waits for any more. */
  clear(slots: readonly number[]): number
  read(kind: string, id: string): Row | undefined
  find(kind: string, lookup: string): Row | undefined
  list(kind: string, group: string, limit: number, after?: string): readonly Row[]
  /** Rows that have expired, at most `limit`, among the next ones: it looks at so many, going round and round. */
  expired(look: number, limit: number): readonly number[]
  /** How many to look at for a whole round. */
  readonly round: number
  /** Takes in what other programs have committed. */
  catchUp(): void
  begin(): void
  keep(): void
  undo(): void
}

/** How long word of a removed row stays in the file. Whoever has not looked for half as long reads everything again. */
const WORD_STAYS_MS = 3_600_000
/** Rows taken in at a time, so that the text of a page stays small. */
const PAGE = 2000
/** Rows kept parsed: about a kilobyte each. */
const CACHED = 8192

interface Loaded extends Kept {
  readonly position: number
  /** Parsed when it is first asked for, and then shared: nobody can change it. */
  row?: Row
}

export function sqlMoves(log: Log, clock: Clock): Moves {
  let index = rowIndex()
  let cache = rowCache<Loaded>(CACHED)
  let last = 0
  let seen: number | undefined
  let seenAt = Number.NEGATIVE_INFINITY
  const tombstones: { readonly position: number; readonly until: number }[] = []
  /** Of the transaction under way. */
  const undoing: (() => void)[] = []
  const freeing: number[] = []

  function load(slot: number): Loaded | undefined {
    const position = index.position(slot)
    const cached = cache.get(slot)
    if (cached?.position === position) return cached
    const kept = log.read(position)
    if (kept === undefined || kept.version === 0) return undefined
    const loaded: Loaded = { ...kept, position }
    cache.set(slot, loaded)
    return loaded
  }
  function rowOf(loaded: Loaded): Row {
    return (loaded.row ??= { id: loaded.id, version: loaded.version, value: frozen(JSON.parse(loaded.value)) })
  }
  const lives = (slot: number) => clock.now() < index.expiresAt(slot)
  const slotOf = (kind: string, id: string) =>
    index.find('id', kind, id, (slot) => {
      const loaded = load(slot)
      return loaded?.id === id && loaded.kind === kind
    })
  const holderOf = (kind: string, lookup: string) =>
    index.find('lookup', kind, lookup, (slot) => {
      const loaded = load(slot)
      return loaded?.kind === kind && loaded.lookups.includes(lookup)
    })
  function found(slot: number | undefined): Row | undefined {
    const loaded = slot === undefined || !lives(slot) ? undefined : load(slot)
    return loaded && rowOf(loaded)
  }

  /** Out of the index; until the transaction is kept the slot stays reserved, so that it can come back. */
  function hide(slot: number) {
    const place = index.at(slot)
    index.hide(slot)
    freeing.push(slot)
    undoing.push(() => index.move(slot, place))
  }
  /** Frees the names of a row that has ended. */
  function clear(slot: number) {
    const position = index.position(slot)
    // The last position stays taken: the next program that opens the file counts on from it.
    if (position === last) entomb(position)
    else log.drop(position)
    hide(slot)
  }
  function entomb(position: number) {
    const until = clock.now() + WORD_STAYS_MS
    log.hollow(position, until)
    tombstones.push({ position, until })
    undoing.push(() => tombstones.pop())
  }

  /** One entry of the log that another program wrote, or that was there before us. */
  function takeIn(entry: Entry) {
    last = entry.position
    // The row may have been elsewhere before; there it cannot be read any more.
    const before = index.find('id', entry.kind, entry.id, (slot) => {
      const loaded = load(slot)
      return loaded === undefined || (loaded.id === entry.id && loaded.kind === entry.kind)
    })
    if (before !== undefined) {
      index.hide(before)
      index.free(before)
    }
    if (entry.version === 0) tombstones.push({ position: entry.position, until: entry.expiresAt })
    else index.add(entry.kind, entry.id, entry.lookups, entry.group, entry)
  }
  function catchUp() {
    const version = log.othersVersion()
    if (version === seen) {
      seenAt = clock.now()
      return
    }
    if (Math.abs(clock.now() - seenAt) > WORD_STAYS_MS / 2) {
      // Word of what was removed may be gone by now.
      index = rowIndex()
      cache = rowCache(CACHED)
      tombstones.length = 0
      last = 0
    }
    for (;;) {
      const entries = log.after(last, PAGE)
      entries.forEach(takeIn)
      if (entries.length < PAGE) break
    }
    seen = version
    seenAt = clock.now()
  }

  return {
    catchUp,
    begin() {
      catchUp()
      undoing.length = 0
      freeing.length = 0
    },
    keep() {
      for (const slot of freeing) {
        cache.delete(slot)
        index.free(slot)
      }
    },
    undo() {
      for (const undo of undoing.reverse()) undo()
    },
    get round() {
      return index.slots
    },
    expired: (look, limit) => index.ended(clock.now(), look, limit),
    insert({ kind, id, value, lookups = [], group, expiresAt = Number.POSITIVE_INFINITY }) {
      const inTheWay = [slotOf(kind, id), ...lookups.map((lookup) => holderOf(kind, lookup))].filter((slot) => slot !== undefined)
      if (inTheWay.some(lives)) return false
      // What expired gives up all it held, not only what this row takes: it must not come back in parts when the clock steps back.
      new Set(inTheWay).forEach(clear)
      const position = last + 1
      const entry = { kind, id, lookups, group, expiresAt: Number.isNaN(expiresAt) ? 0 : expiresAt }
      log.append(position, entry, value)
      last = position
      const slot = index.add(kind, id, lookups, group, { position, since: position, version: 1, expiresAt: entry.expiresAt })
      cache.set(slot, { kind, id, lookups, version: 1, value, position })
      undoing.push(() => {
        index.hide(slot)
        cache.delete(slot)
        index.free(slot)
        last = position - 1
      })
      return true
    },
    swap({ kind, id, version, value, expiresAt }) {
      const slot = slotOf(kind, id)
      if (slot === undefined || !lives(slot)) return false
      const before = index.at(slot)
      const kept = load(slot)
      if (kept === undefined || before.version !== version) return false
      const end = expiresAt === undefined ? before.expiresAt : Number.isNaN(expiresAt) ? 0 : expiresAt
      const position = last + 1
      if (!log.rewrite(before.position, position, value, end)) return false
      last = position
      index.move(slot, { ...before, position, version: version + 1, expiresAt: end })
      cache.set(slot, { kind, id, lookups: kept.lookups, version: version + 1, value, position })
      undoing.push(() => {
        index.move(slot, before)
        last = position - 1
      })
      return true
    },
    remove(kind, id, version) {
      const slot = slotOf(kind, id)
      if (slot === undefined || !lives(slot) || index.at(slot).version !== version) return false
      if (!log.drop(index.position(slot))) return false
      const position = last + 1
      const until = clock.now() + WORD_STAYS_MS
      log.bury(position, kind, id, until)
      last = position
      tombstones.push({ position, until })
      undoing.push(() => {
        tombstones.pop()
        last = position - 1
      })
      hide(slot)
      return true
    },
    clear(slots) {
      const now = clock.now()
      for (let oldest = tombstones[0]; oldest !== undefined && oldest.until <= now && oldest.position !== last; oldest = tombstones[0]) {
        const gone = oldest
        log.drop(gone.position)
        tombstones.shift()
        undoing.push(() => tombstones.unshift(gone))
      }
      const expired = slots.filter((slot) => index.position(slot) !== 0 && !lives(slot))
      expired.forEach(clear)
      return expired.length
    },
    read: (kind, id) => found(slotOf(kind, id)),
    find: (kind, lookup) => found(holderOf(kind, lookup)),
    list(kind, group, limit, after) {
      if (limit < 1) return []
      const behind = after === undefined ? undefined : slotOf(kind, after)
      const from = behind === undefined ? 0 : index.at(behind).since
      const page: Row[] = []
      for (const slot of index.group(kind, group)) {
        if (page.length >= limit) break
        if (index.at(slot).since <= from) continue
        const row = found(slot)
        if (row !== undefined) page.push(row)
      }
      return page
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
