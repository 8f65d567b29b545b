/**
 * Where every living row is: under each of its names a slot, and in the slot what a move has to know before it touches the file.
 * Numbers in typed arrays instead of objects: about ninety bytes for a row with one lookup, where maps and objects take four hundred.
 * What is read together lies together: among a million rows each array that is looked into is one more wait for the memory.
 * Names are kept as hashes of 64 bits under a seed of their own, so a slot that is found is a candidate: the caller compares the row.
 */
import { randomFillSync } from 'node:crypto'

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
  expiresAt(slot: number): number
  move(slot: number, place: Place): void
  /** Hides a row: it is found no more, and its slot stays its own until it is freed or moved to a place again. */
  hide(slot: number): void
  /** Gives the slot of a hidden row up. */
  free(slot: number): void
  /** The slots of a group, oldest row first. */
  group(kind: string, group: string): readonly number[]
  /** Looks at so many slots, going round and round, for rows that have ended; stops when it has found `limit`. */
  ended(now: number, look: number, limit: number): readonly number[]
  /** Slots in all: a whole round. */
  readonly slots: number
}

const NONE = 0xffffffff
const START = 1024

/** Numbers in the entry of a name, and which is which. */
const NAME = 4
const HIGH = 1
const SLOT = 2
const NEXT = 3
/** Numbers in the entry of a slot, and which is which: the position comes first. The last two count in halves of a number. */
const PLACE = 4
const SINCE = 1
const EXPIRES = 2
const VERSION = 6
const FIRST = 7

export function rowIndex(): RowIndex {
  const seed = randomFillSync(new Uint32Array(4)) as unknown as readonly [number, number, number, number]
  // The hash of the name under way, in two halves: returning a pair would cost an object each time.
  let low = 0
  let high = 0

  // One entry for each name: both halves of its hash, the slot, and the row's next name.
  let entries = new Uint32Array(NAME * START)
  let names = 0
  let freeName = NONE
  /** Open addressing: entry + 1; 0 is free, NONE was given up. At most half full. */
  let table = new Uint32Array(2 * START)
  let used = 0

  // One entry for each slot: position, since, expiry; and in the room of a fourth number its version, and its first name or the next free slot.
  let places = new Float64Array(PLACE * START)
  let words = new Uint32Array(places.buffer)
  const groupOf: (string | undefined)[] = []
  const groups = new Map<string, number[]>()
  let slots = 0
  let freeSlot = NONE
  let cursor = 0

  function hash(space: NameSpace, kind: string, name: string): void {
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
    low = (one ^ (one >>> 16)) >>> 0
    high = (other ^ (other >>> 15)) >>> 0
  }

  function addName(space: NameSpace, kind: string, name: string, slot: number): void {
    if (2 * used >= table.length) rebuild()
    const entry = takeName()
    hash(space, kind, name)
    const at = NAME * entry
    const first = 2 * PLACE * slot + FIRST
    entries[at] = low
    entries[at + HIGH] = high
    entries[at + SLOT] = slot
    entries[at + NEXT] = words[first] as number
    words[first] = entry
    enter(entry)
  }
  function takeName(): number {
    if (freeName !== NONE) {
      const entry = freeName
      freeName = entries[NAME * entry + NEXT] as number
      return entry
    }
    if (NAME * names === entries.length) entries = grown(entries)
    return names++
  }
  function enter(entry: number): void {
    const mask = table.length - 1
    let at = (entries[NAME * entry] as number) & mask
    while (table[at] !== 0 && table[at] !== NONE) at = (at + 1) & mask
    if (table[at] === 0) used++
    table[at] = entry + 1
  }
  function leave(entry: number): void {
    const mask = table.length - 1
    let at = (entries[NAME * entry] as number) & mask
    while (table[at] !== entry + 1) at = (at + 1) & mask
    table[at] = NONE
    entries[NAME * entry + NEXT] = freeName
    freeName = entry
  }
  /** Without the places that were given up; larger when there are too few left. */
  function rebuild(): void {
    const kept = table.filter((entry) => entry !== 0 && entry !== NONE)
    table = new Uint32Array(4 * kept.length >= table.length ? 2 * table.length : table.length)
    used = 0
    for (const entry of kept) enter(entry - 1)
  }

  function takeSlot(): number {
    if (freeSlot !== NONE) {
      const slot = freeSlot
      freeSlot = words[2 * PLACE * slot + FIRST] as number
      return slot
    }
    if (PLACE * slots === places.length) {
      places = grown(places)
      words = new Uint32Array(places.buffer)
    }
    return slots++
  }
  function set(slot: number, place: Place): void {
    const at = PLACE * slot
    places[at] = place.position
    places[at + SINCE] = place.since
    places[at + EXPIRES] = place.expiresAt
    words[2 * at + VERSION] = place.version
  }
  const positionOf = (slot: number) => places[PLACE * slot] as number
  const sinceOf = (slot: number) => places[PLACE * slot + SINCE] as number
  const expiryOf = (slot: number) => places[PLACE * slot + EXPIRES] as number
  const groupKey = (kind: string, group: string) => `${kind}\0${group}`

  return {
    find(space, kind, name, isIt) {
      hash(space, kind, name)
      const wantedLow = low
      const wantedHigh = high
      const mask = table.length - 1
      for (let at = wantedLow & mask; table[at] !== 0; at = (at + 1) & mask) {
        const entry = NAME * ((table[at] as number) - 1)
        if (table[at] === NONE || entries[entry] !== wantedLow || entries[entry + HIGH] !== wantedHigh) continue
        const slot = entries[entry + SLOT] as number
        if (positionOf(slot) !== 0 && isIt(slot)) return slot
      }
      return undefined
    },
    add(kind, id, lookups, group, place) {
      const slot = takeSlot()
      words[2 * PLACE * slot + FIRST] = NONE
      set(slot, place)
      addName('id', kind, id, slot)
      for (const lookup of new Set(lookups)) addName('lookup', kind, lookup, slot)
      groupOf[slot] = undefined
      if (group !== undefined) {
        const key = groupKey(kind, group)
        groupOf[slot] = key
        const members = groups.get(key)
        if (members === undefined) groups.set(key, [slot])
        else members.push(slot)
      }
      return slot
    },
    at: (slot) => ({
      position: positionOf(slot),
      since: sinceOf(slot),
      version: words[2 * PLACE * slot + VERSION] as number,
      expiresAt: expiryOf(slot),
    }),
    position: positionOf,
    expiresAt: expiryOf,
    move: set,
    hide(slot) {
      places[PLACE * slot] = 0
    },
    free(slot) {
      const first = 2 * PLACE * slot + FIRST
      for (let entry = words[first] as number; entry !== NONE; ) {
        const next = entries[NAME * entry + NEXT] as number
        leave(entry)
        entry = next
      }
      const key = groupOf[slot]
      groupOf[slot] = undefined
      if (key !== undefined) {
        const members = groups.get(key) as number[]
        if (members.length === 1) groups.delete(key)
        else members.splice(members.indexOf(slot), 1)
      }
      words[first] = freeSlot
      freeSlot = slot
    },
    group: (kind, group) =>
      (groups.get(groupKey(kind, group)) ?? [])
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

function grown<T extends Uint32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length)
  larger.set(array)
  return larger
}
