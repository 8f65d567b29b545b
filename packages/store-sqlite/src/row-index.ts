/**
 * Where every living row is: under each of its names a slot, and in the slot what a move has to know before it touches the file.
 * Numbers in typed arrays instead of objects: about ninety bytes for a row with one lookup, where maps and objects take four hundred.
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

export function rowIndex(): RowIndex {
  const seed = randomFillSync(new Uint32Array(4)) as unknown as readonly [number, number, number, number]
  // The hash of the name under way, in two halves: returning a pair would cost an object each time.
  let low = 0
  let high = 0

  // One entry for each name: its hash, the slot, and the row's next name.
  let nameLow = new Uint32Array(START)
  let nameHigh = new Uint32Array(START)
  let nameSlot = new Uint32Array(START)
  let nameNext = new Uint32Array(START)
  let names = 0
  let freeName = NONE
  /** Open addressing: entry + 1; 0 is free, NONE was given up. At most half full. */
  let table = new Uint32Array(2 * START)
  let used = 0

  let position = new Float64Array(START)
  let since = new Float64Array(START)
  let expiresAt = new Float64Array(START)
  let version = new Uint32Array(START)
  let firstName = new Uint32Array(START)
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
    nameLow[entry] = low
    nameHigh[entry] = high
    nameSlot[entry] = slot
    nameNext[entry] = firstName[slot] as number
    firstName[slot] = entry
    enter(entry)
  }
  function takeName(): number {
    if (freeName !== NONE) {
      const entry = freeName
      freeName = nameNext[entry] as number
      return entry
    }
    if (names === nameLow.length) {
      nameLow = grown(nameLow)
      nameHigh = grown(nameHigh)
      nameSlot = grown(nameSlot)
      nameNext = grown(nameNext)
    }
    return names++
  }
  function enter(entry: number): void {
    const mask = table.length - 1
    let at = (nameLow[entry] as number) & mask
    while (table[at] !== 0 && table[at] !== NONE) at = (at + 1) & mask
    if (table[at] === 0) used++
    table[at] = entry + 1
  }
  function leave(entry: number): void {
    const mask = table.length - 1
    let at = (nameLow[entry] as number) & mask
    while (table[at] !== entry + 1) at = (at + 1) & mask
    table[at] = NONE
    nameNext[entry] = freeName
    freeName = entry
  }
  /** Without the places that were given up; larger when there are too few left. */
  function rebuild(): void {
    const entries = table.filter((entry) => entry !== 0 && entry !== NONE)
    table = new Uint32Array(4 * entries.length >= table.length ? 2 * table.length : table.length)
    used = 0
    for (const entry of entries) enter(entry - 1)
  }

  function takeSlot(): number {
    if (freeSlot !== NONE) {
      const slot = freeSlot
      freeSlot = firstName[slot] as number
      return slot
    }
    if (slots === position.length) {
      position = grown(position)
      since = grown(since)
      expiresAt = grown(expiresAt)
      version = grown(version)
      firstName = grown(firstName)
    }
    return slots++
  }
  function set(slot: number, place: Place): void {
    position[slot] = place.position
    since[slot] = place.since
    version[slot] = place.version
    expiresAt[slot] = place.expiresAt
  }
  const groupKey = (kind: string, group: string) => `${kind}\0${group}`

  return {
    find(space, kind, name, isIt) {
      hash(space, kind, name)
      const [wantedLow, wantedHigh] = [low, high]
      const mask = table.length - 1
      for (let at = low & mask; table[at] !== 0; at = (at + 1) & mask) {
        const entry = (table[at] as number) - 1
        if (table[at] === NONE || nameLow[entry] !== wantedLow || nameHigh[entry] !== wantedHigh) continue
        const slot = nameSlot[entry] as number
        if (position[slot] !== 0 && isIt(slot)) return slot
      }
      return undefined
    },
    add(kind, id, lookups, group, place) {
      const slot = takeSlot()
      firstName[slot] = NONE
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
      position: position[slot] as number,
      since: since[slot] as number,
      version: version[slot] as number,
      expiresAt: expiresAt[slot] as number,
    }),
    position: (slot) => position[slot] as number,
    expiresAt: (slot) => expiresAt[slot] as number,
    move: set,
    hide(slot) {
      position[slot] = 0
    },
    free(slot) {
      for (let entry = firstName[slot] as number; entry !== NONE; ) {
        const next = nameNext[entry] as number
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
      firstName[slot] = freeSlot
      freeSlot = slot
    },
    group: (kind, group) =>
      (groups.get(groupKey(kind, group)) ?? [])
        .filter((slot) => position[slot] !== 0)
        .sort((one, other) => (since[one] as number) - (since[other] as number)),
    ended(now, look, limit) {
      const found: number[] = []
      for (let left = Math.min(look, slots); left > 0 && found.length < limit; left--) {
        if (cursor >= slots) cursor = 0
        if (position[cursor] !== 0 && (expiresAt[cursor] as number) <= now) found.push(cursor)
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
