/**
 * The moves of a Store on the log and the index. Writing ones run inside a transaction that holds the write lock (group-commit.ts), between
 * `begin` and `keep` or `undo`; reads need none.
 * Invariant: the index says what the file says, up to the last commit this connection has seen. Inside a transaction it also knows the moves
 * made so far; when the transaction fails they are taken back.
 */
import type { NewRow, Row, Swap } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import { type Entry, type Kept, type Log, lookupsIn, lookupsText } from './log.ts'
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
  /** Takes in what other programs have committed; tells whether there was anything. */
  catchUp(): boolean
  /** Whether a row was no longer where the index has it: another program has moved it since `catchUp`, and what was read is no answer. */
  readonly outrun: boolean
  begin(): void
  keep(): void
  undo(): void
}

/** How long word of a removed row stays in the file. Whoever has not looked for half as long reads everything again. */
const WORD_STAYS_MS = 3_600_000
/** Rows taken in at a time, so that the text of a page stays small. */
const PAGE = 2000
/** Characters of rows kept at hand: at least so many, and at most twice. A hundred thousand logins that wait are in the smaller number. */
const CACHED = 67_108_864
/** What a row weighs besides its value: its names, and the entry. */
const NAMES = 300
/** What a value weighs that is kept parsed: that of a device that waits. */
const PARSED = 500
/** One of so many rows that had to be fetched is kept: those that are asked for again and again get in soon, and others pass by for nothing. */
const ADMITTED = 4

interface Loaded extends Omit<Kept, 'value'> {
  readonly slot: number
  readonly position: number
  /** JSON; `undefined` once it is kept parsed. */
  value: string | undefined
  wasRead: boolean
  /** Shared by all who read it: nobody can change it. */
  row: Row | undefined
}

export function sqlMoves(log: Log, clock: Clock): Moves {
  let index = rowIndex()
  let cache = emptyCache()
  let recent: Loaded | undefined
  let fetched = 0
  let last = 0
  let seen: number | undefined
  let seenAt = Number.NEGATIVE_INFINITY
  let outrun = false
  const tombstones: { readonly position: number; readonly until: number }[] = []
  /** Of the transaction under way. */
  const undoing: (() => void)[] = []
  const freeing: number[] = []

  function load(slot: number): Loaded | undefined {
    const position = index.position(slot)
    // Whoever has found a row reads it next.
    if (recent?.slot === slot && recent.position === position) return recent
    const cached = cache.get(slot)
    if (cached?.position === position) return (recent = cached)
    const kept = log.read(position)
    if (kept === undefined || kept.version === 0) {
      outrun = true
      return undefined
    }
    recent = loaded(kept.kind, kept.id, kept.lookups, kept.version, kept.value, slot, position)
    if (fetched++ % ADMITTED === 0) cache.set(slot, recent)
    return recent
  }
  /** Who reads a row a second time will read it again, as the one of a device that waits: from then on it is kept parsed. */
  function rowOf(loaded: Loaded): Row {
    if (loaded.row !== undefined) return loaded.row
    const row = { id: loaded.id, version: loaded.version, value: JSON.parse(loaded.value as string) as Row['value'] }
    if (loaded.wasRead) {
      loaded.row = { ...row, value: frozen(row.value) }
      loaded.value = undefined
    }
    loaded.wasRead = true
    return row
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
      return loaded?.kind === kind && lookupsIn(loaded.lookups).includes(lookup)
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
    outrun = false
    if (version === seen) {
      seenAt = clock.now()
      return false
    }
    if (Math.abs(clock.now() - seenAt) > WORD_STAYS_MS / 2) {
      // Word of what was removed may be gone by now.
      index = rowIndex()
      cache = emptyCache()
      recent = undefined
      tombstones.length = 0
      last = 0
    }
    for (;;) {
      const entries = log.after(last, PAGE)
      entries.forEach(takeIn)
      if (entries.length < PAGE) break
    }
    // A row that is taken in is looked for where it was before, and may be missing there.
    outrun = false
    seen = version
    seenAt = clock.now()
    return true
  }

  return {
    catchUp,
    get outrun() {
      return outrun
    },
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
      // Positions that were given back are given out again.
      recent = undefined
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
      cache.set(slot, loaded(kind, id, lookupsText(lookups), 1, value, slot, position))
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
      cache.set(slot, loaded(kind, id, kept.lookups, version + 1, value, slot, position))
      undoing.push(() => {
        index.move(slot, before)
        cache.delete(slot)
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

const emptyCache = () => rowCache<Loaded>(CACHED, ({ value }) => (value === undefined ? PARSED : value.length) + NAMES)

/** Always the same fields in the same order: what reads them is compiled once. */
function loaded(kind: string, id: string, lookups: string | null, version: number, value: string, slot: number, position: number): Loaded {
  return { kind, id, lookups, version, slot, position, value, wasRead: false, row: undefined }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}
