/**
 * Where every living row is: under each of its names a slot, and in the slot what a move has to know before it touches the file.
 * Numbers in typed arrays instead of objects: about seventy bytes for a row with one lookup, where maps and objects take four hundred.
 * What is read together lies together: among a million rows each array that is looked into is one more wait for the memory. Arrays come in
 * pages and are never copied into larger ones: with a million rows that would stop everything.
 * Names are kept as hashes under a seed of their own, so a slot that is found is a candidate: the caller compares the row.
 */
import { randomFillSync } from 'node:crypto'
import { nameTable } from './name-table.ts'

/** Ids, lookups: kinds of names that never meet. */
export type NameSpace = 'id' | 'lookup'

export interface Place {
  /** The row's place in the log. Counts upwards; 0 is no place. */
  readonly position: number
  /** The position at which it was inserted: older rows have smaller ones. */
  readonly since: number
  readonly version: number
  /** Milliseconds; `Infinity`: lives until it is removed. */
  readonly expiresAt: number
}

export interface RowIndex {
  /** The first slot under this name that `isIt` accepts. */
  find(space: NameSpace, kind: string, name: string, isIt: (slot: number) => boolean): number | undefined
  /** Takes a slot for a row. */
  add(kind: string, id: string, lookups: readonly string[], group: string | undefined, place: Place): number
  at(slot: number): Place
  position(slot: number): number
  version(slot: number): number
  /** Where the row is in memory (packed-rows.ts); 0: it is not. */
  address(slot: number): number
  setAddress(slot: number, address: number): void
  expiresAt(slot: number): number
  move(slot: number, place: Place): void
  /** Hides a row: it is found no more, and its slot stays its own until it is freed or moved to a place again. */
  hide(slot: number): void
  /** Gives the slot of a hidden row up. */
  free(slot: number): void
  groupOf(slot: number): string | undefined
  /** The slots of a group, oldest row first. */
  group(kind: string, group: string): readonly number[]
  /** Looks at so many slots, going round and round, for rows that have ended; stops when it has found `limit`. */
  ended(now: number, look: number, limit: number): readonly number[]
  /** Slots in all: a whole round. */
  readonly slots: number
}

/** Slots of a page, and numbers of a slot: first three of 64 bits, and what follows counts in halves of one. */
const PAGE_BITS = 13
const PAGE = 1 << PAGE_BITS
const PLACE = 5
const SINCE = 1
const EXPIRES = 2
const VERSION = 6
const ADDRESS = 7
/** Hashes of the id and of the first lookup. 0: there is no lookup. Of a free slot, in place of the id: the next one. */
const ID = 8
const LOOKUP = 9
const NONE = 0xffffffff

interface Group {
  readonly key: string
  readonly name: string
  readonly slots: number[]
}

export function rowIndex(): RowIndex {
  const seed = randomFillSync(new Uint32Array(4)) as unknown as readonly [number, number, number, number]
  const ids = nameTable()
  const lookupTable = nameTable()
  const tables = { id: ids, lookup: lookupTable }
  /** Hashes of further lookups: few rows have any. */
  const others = new Map<number, readonly number[]>()

  const places: Float64Array[] = []
  const words: Uint32Array[] = []
  /** By page too, as far as there are groups. */
  const groupsOf: ((Group | undefined)[] | undefined)[] = []
  const groups = new Map<string, Group>()
  let slots = 0
  let freeSlot = NONE
  let cursor = 0

  /** Never 0. */
  function hash(space: NameSpace, kind: string, name: string): number {
    let one = seed[0] ^ (space === 'id' ? seed[2] : seed[3])
    let other = seed[1] ^ kind.length
    // FNV-1a in two lanes: each character is mixed into both, with different multipliers.
    for (let index = 0; index < kind.length; index++) {
      one = Math.imul(one ^ kind.charCodeAt(index), 0x01000193)
      other = Math.imul(other ^ kind.charCodeAt(index), 0x85ebca6b)
    }
    for (let index = 0; index < name.length; index++) {
      const character = name.charCodeAt(index)
      one = Math.imul(one ^ character, 0x01000193)
      other = Math.imul((other << 13) | (other >>> 19), 0x85ebca6b) ^ character
    }
    // Both ends of a short name reach every bit.
    one = Math.imul(one ^ (other >>> 15), 0xc2b2ae35)
    other = Math.imul(other ^ (one >>> 13), 0x27d4eb2f)
    return (one ^ (one >>> 16) ^ other ^ (other >>> 15)) >>> 0 || 1
  }

  const placesOf = (slot: number) => places[slot >>> PAGE_BITS] as Float64Array
  const wordsOf = (slot: number) => words[slot >>> PAGE_BITS] as Uint32Array
  const atPlace = (slot: number) => PLACE * (slot & (PAGE - 1))
  const word = (slot: number, which: number) => wordsOf(slot)[2 * atPlace(slot) + which] as number
  function setWord(slot: number, which: number, value: number): void {
    wordsOf(slot)[2 * atPlace(slot) + which] = value
  }
  const positionOf = (slot: number) => placesOf(slot)[atPlace(slot)] as number
  const sinceOf = (slot: number) => placesOf(slot)[atPlace(slot) + SINCE] as number
  const expiryOf = (slot: number) => placesOf(slot)[atPlace(slot) + EXPIRES] as number

  function takeSlot(): number {
    if (freeSlot !== NONE) {
      const slot = freeSlot
      freeSlot = word(slot, ID)
      return slot
    }
    if (slots === PAGE * places.length) {
      const page = new Float64Array(PLACE * PAGE)
      places.push(page)
      words.push(new Uint32Array(page.buffer))
    }
    return slots++
  }
  function set(slot: number, place: Place): void {
    const page = placesOf(slot)
    const at = atPlace(slot)
    page[at] = place.position
    page[at + SINCE] = place.since
    page[at + EXPIRES] = place.expiresAt
    setWord(slot, VERSION, place.version)
  }

  const groupKey = (kind: string, group: string) => `${kind}\0${group}`
  function join(slot: number, kind: string, name: string): void {
    const key = groupKey(kind, name)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { key, name, slots: [] }))
    group.slots.push(slot)
    const page = (groupsOf[slot >>> PAGE_BITS] ??= Array.from({ length: PAGE }))
    page[slot & (PAGE - 1)] = group
  }
  function part(slot: number): void {
    const page = groupsOf[slot >>> PAGE_BITS]
    const group = page?.[slot & (PAGE - 1)]
    if (page === undefined || group === undefined) return
    page[slot & (PAGE - 1)] = undefined
    if (group.slots.length === 1) groups.delete(group.key)
    else group.slots.splice(group.slots.indexOf(slot), 1)
  }

  return {
    find: (space, kind, name, isIt) => tables[space].find(hash(space, kind, name), (slot) => positionOf(slot) !== 0 && isIt(slot)),
    add(kind, id, lookups, group, place) {
      const slot = takeSlot()
      set(slot, place)
      const idHash = hash('id', kind, id)
      ids.add(idHash, slot)
      const [first = 0, ...rest] = [...new Set(lookups)].map((lookup) => hash('lookup', kind, lookup))
      setWord(slot, ADDRESS, 0)
      setWord(slot, ID, idHash)
      setWord(slot, LOOKUP, first)
      if (first !== 0) lookupTable.add(first, slot)
      if (rest.length > 0) others.set(slot, rest)
      for (const each of rest) lookupTable.add(each, slot)
      if (group !== undefined) join(slot, kind, group)
      return slot
    },
    at: (slot) => ({ position: positionOf(slot), since: sinceOf(slot), version: word(slot, VERSION), expiresAt: expiryOf(slot) }),
    position: positionOf,
    version: (slot) => word(slot, VERSION),
    address: (slot) => word(slot, ADDRESS),
    setAddress: (slot, address) => setWord(slot, ADDRESS, address),
    expiresAt: expiryOf,
    move: set,
    hide(slot) {
      placesOf(slot)[atPlace(slot)] = 0
    },
    free(slot) {
      ids.remove(word(slot, ID), slot)
      const first = word(slot, LOOKUP)
      if (first !== 0) lookupTable.remove(first, slot)
      for (const each of others.get(slot) ?? []) lookupTable.remove(each, slot)
      others.delete(slot)
      part(slot)
      setWord(slot, ID, freeSlot)
      freeSlot = slot
    },
    groupOf: (slot) => groupsOf[slot >>> PAGE_BITS]?.[slot & (PAGE - 1)]?.name,
    group: (kind, group) =>
      (groups.get(groupKey(kind, group))?.slots ?? [])
        .filter((slot) => positionOf(slot) !== 0)
        .sort((one, other) => sinceOf(one) - sinceOf(other)),
    ended(now, look, limit) {
      const found: number[] = []
      for (let left = Math.min(look, slots); left > 0 && found.length < limit; left--) {
        if (cursor >= slots) cursor = 0
        if (positionOf(cursor) !== 0 && expiryOf(cursor) <= now) found.push(cursor)
        cursor++
      }
      return found
    },
    get slots() {
      return slots
    },
  }
}
