/**
 * The moves of a Store on the log and the index. Writing ones run inside a transaction that holds the write lock (group-commit.ts), between
 * `begin` and `write`, and then `keep` or `undo`; reads need none.
 * Invariant: the index says what the file says, up to the last commit this connection has seen. Inside a transaction it also knows the moves
 * made so far; when the transaction fails they are taken back.
 */
import type { NewRow, Row, Swap } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import { type HotRow, hotRows, readAgain, rowOf, written } from './hot-rows.ts'
import { type Entry, type Kept, type Log, lookupsIn } from './log.ts'
import { packedRows } from './packed-rows.ts'
import { rowIndex } from './row-index.ts'

/** A value is handed over as its JSON, so that what is no JSON is refused before anything was touched. */
export type Json<T extends { readonly value: object }> = Omit<T, 'value'> & { readonly value: string }

export interface Moves {
  insert(row: Omit<Json<NewRow>, 'group'> & { readonly group?: string | undefined }): boolean
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
  /** Brings to the file what is collected until then. */
  write(): void
  keep(): void
  undo(): void
}

/** How long word of a removed row stays in the file. Whoever has not looked for half as long reads everything again. */
const WORD_STAYS_MS = 3_600_000
/** Rows taken in at a time, so that the text of a page stays small. */
const PAGE = 2000
/** Bytes of rows that are kept packed: two million logins that wait. */
const PACKED = 268_435_456
/** Rows that are kept as they were written or are handed out, and characters of the longest of them. */
const HOT = 4096
const LONGEST_HOT = 2048

/**
 * Places of rows that have changed since: when there are so many, the oldest are given up, so many at a time. Rows that lie side by side were
 * written at the same moment; when all have had the time to change, their page is written once for all of them.
 */
const SUPERSEDED = 4096
const GIVEN_UP = 1024

interface Fetched extends Kept {
  readonly slot: number
  readonly position: number
}

export function sqlMoves(log: Log, clock: Clock): Moves {
  let index = rowIndex()
  let packed = packedRows(index, PACKED, clock.now())
  let hot = hotRows(HOT, cool)
  let fetched: Fetched | undefined
  let last = 0
  let seen: number | undefined
  let seenAt = Number.NEGATIVE_INFINITY
  let outrun = false
  const tombstones: { readonly position: number; readonly until: number }[] = []
  /** Where rows were before they changed; whoever opens the file finds them there, and later in it as they are now. */
  const superseded: number[] = []
  /** Of the transaction under way. */
  const undoing: (() => void)[] = []
  const freeing: number[] = []

  /** The row of this slot from the file, which is where it is when it is not packed. */
  function fetch(slot: number): Fetched | undefined {
    const position = index.position(slot)
    // Whoever has found a row reads it next.
    if (fetched?.slot === slot && fetched.position === position) return fetched
    const kept = log.read(position)
    if (kept === undefined || kept.version === 0) {
      outrun = true
      return undefined
    }
    return (fetched = { ...kept, slot, position })
  }
  function isNamed(slot: number, kind: string, id: string): boolean {
    const known = hot.get(slot)
    if (known !== undefined) return known.id === id && known.kind === kind
    if (packed.has(slot)) return packed.isNamed(slot, kind, id)
    const row = fetch(slot)
    return row?.id === id && row.kind === kind
  }
  function holds(slot: number, kind: string, lookup: string): boolean {
    const known = hot.get(slot)
    if (known !== undefined) return known.kind === kind && known.lookups.includes(lookup)
    if (packed.has(slot)) return packed.holds(slot, kind, lookup)
    const row = fetch(slot)
    return row?.kind === kind && lookupsIn(row.lookups).includes(lookup)
  }
  const lives = (slot: number) => clock.now() < index.expiresAt(slot)
  const slotOf = (kind: string, id: string) => index.find('id', kind, id, (slot) => isNamed(slot, kind, id))
  const holderOf = (kind: string, lookup: string) => index.find('lookup', kind, lookup, (slot) => holds(slot, kind, lookup))
  function found(kind: string, slot: number | undefined, id?: string): Row | undefined {
    if (slot === undefined || !lives(slot)) return undefined
    const known = hot.get(slot)
    if (known !== undefined) return rowOf(known, index.version(slot))
    if (packed.has(slot)) {
      const row = { id: id ?? packed.id(slot), version: index.version(slot), value: packed.value(slot) }
      if (hot.isReadAgain(slot)) hot.keep(slot, readAgain(kind, packed.lookups(slot), row))
      return row
    }
    const row = fetch(slot)
    if (row === undefined) return undefined
    const read = written(kind, row.id, lookupsIn(row.lookups), row.value)
    keep(slot, read)
    return rowOf(read, row.version)
  }
  /** Keeps a row in memory as it is now. */
  function keep(slot: number, row: HotRow & { readonly json: string }): void {
    const length = row.lookups.reduce((sum, lookup) => sum + lookup.length, row.id.length + row.json.length)
    if (length <= LONGEST_HOT) {
      packed.drop(slot)
      hot.keep(slot, row)
    } else {
      hot.drop(slot)
      packed.put(slot, row.kind, row.id, row.lookups, row.json)
    }
  }
  /** Another row has the cell of this one. Nobody has read what a login left behind at its end: it is in the file, and mostly nobody will. */
  function cool(slot: number, { kind, id, lookups, json, wasRead }: HotRow): void {
    if (json !== undefined && wasRead) packed.put(slot, kind, id, lookups, json)
  }
  /** The lookups of a row whose name was just compared. */
  function lookupsOf(slot: number): readonly string[] {
    return hot.get(slot)?.lookups ?? (packed.has(slot) ? packed.lookups(slot) : lookupsIn(fetch(slot)?.lookups))
  }
  /** What is in memory of a row is not what it is any more. */
  function forget(slot: number): void {
    packed.drop(slot)
    hot.drop(slot)
  }

  /** Out of the index; until the transaction is kept the slot stays reserved, so that it can come back. */
  function hide(slot: number) {
    const place = index.at(slot)
    index.hide(slot)
    freeing.push(slot)
    undoing.push(() => index.move(slot, place))
  }
  function free(slot: number) {
    forget(slot)
    index.free(slot)
  }
  /** Frees the names of rows that have ended. */
  function clear(slots: readonly number[]) {
    giveUp()
    const positions = slots.map((slot) => index.position(slot))
    // The last position stays taken: the next program that opens the file counts on from it.
    if (positions.includes(last)) entomb(last)
    log.drop(positions.filter((position) => position !== last))
    slots.forEach(hide)
  }
  /** Before a row or the last word of it goes, nothing of what it was may be left: who opens the file would take that for the row. */
  function giveUp(most = superseded.length) {
    if (superseded.length === 0) return
    const gone = superseded.splice(0, most)
    log.drop(gone)
    undoing.push(() => superseded.unshift(...gone))
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
      if (hot.get(slot) === undefined && !packed.has(slot) && fetch(slot) === undefined) return true
      return isNamed(slot, entry.kind, entry.id)
    })
    if (before !== undefined) {
      superseded.push(index.position(before))
      index.hide(before)
      free(before)
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
      packed = packedRows(index, PACKED, clock.now())
      hot = hotRows(HOT, cool)
      fetched = undefined
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
      if (superseded.length >= SUPERSEDED) {
        superseded.sort((one, other) => one - other)
        giveUp(GIVEN_UP)
      }
    },
    write: () => log.write(),
    keep() {
      freeing.forEach(free)
    },
    undo() {
      // Positions that were given back are given out again.
      fetched = undefined
      log.discard()
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
      if (inTheWay.length > 0) clear([...new Set(inTheWay)])
      const position = last + 1
      const place = { position, since: position, version: 1, expiresAt: Number.isNaN(expiresAt) ? 0 : expiresAt }
      // Named one by one: a spread looks every member up.
      const { since, version } = place
      log.append({ position, since, kind, id, version, lookups, group, expiresAt: place.expiresAt }, value)
      last = position
      const slot = index.add(kind, id, lookups, group, place)
      keep(slot, written(kind, id, lookups, value))
      undoing.push(() => {
        index.hide(slot)
        free(slot)
        last = position - 1
      })
      return true
    },
    swap({ kind, id, version, value, expiresAt }) {
      const slot = slotOf(kind, id)
      if (slot === undefined || !lives(slot)) return false
      const before = index.at(slot)
      if (before.version !== version) return false
      const end = expiresAt === undefined ? before.expiresAt : Number.isNaN(expiresAt) ? 0 : expiresAt
      const lookups = lookupsOf(slot)
      const { since } = before
      const place = { position: last + 1, since, version: version + 1, expiresAt: end }
      log.append(
        { position: place.position, since, kind, id, version: place.version, lookups, group: index.groupOf(slot), expiresAt: end },
        value,
      )
      last = place.position
      index.move(slot, place)
      superseded.push(before.position)
      keep(slot, written(kind, id, lookups, value))
      undoing.push(() => {
        superseded.pop()
        index.move(slot, before)
        forget(slot)
        last = place.position - 1
      })
      return true
    },
    remove(kind, id, version) {
      const slot = slotOf(kind, id)
      if (slot === undefined || !lives(slot) || index.at(slot).version !== version) return false
      log.drop([index.position(slot)])
      const position = last + 1
      const until = clock.now() + WORD_STAYS_MS
      log.append({ position, since: position, kind, id, version: 0, lookups: [], group: undefined, expiresAt: until }, '{}')
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
        giveUp()
        log.drop([gone.position])
        tombstones.shift()
        undoing.push(() => tombstones.unshift(gone))
      }
      const expired = slots.filter((slot) => index.position(slot) !== 0 && !lives(slot))
      if (expired.length > 0) clear(expired)
      return expired.length
    },
    read: (kind, id) => found(kind, slotOf(kind, id), id),
    find: (kind, lookup) => found(kind, holderOf(kind, lookup)),
    list(kind, group, limit, after) {
      if (limit < 1) return []
      const behind = after === undefined ? undefined : slotOf(kind, after)
      const from = behind === undefined ? 0 : index.at(behind).since
      const page: Row[] = []
      for (const slot of index.group(kind, group)) {
        if (page.length >= limit) break
        if (index.at(slot).since <= from) continue
        const row = found(kind, slot)
        if (row !== undefined) page.push(row)
      }
      return page
    },
  }
}
