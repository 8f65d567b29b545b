/**
 * The rows in memory, each as about a hundred bytes: kind, names and value. A row that is not here is in the file; so is one that is here, and
 * forgetting one costs nothing but a read.
 */
import { Buffer } from 'node:buffer'
import { arena } from './packed/arena.ts'
import { isText, type Reader, readText, type Room, skipText, writeText } from './packed/texts.ts'
import { packedValues } from './packed/values.ts'

export interface PackedRows {
  /** Keeps this row, unless it is too long. `json`: its value. */
  put(slot: number, kind: string, id: string, lookups: readonly string[], json: string): void
  drop(slot: number): void
  has(slot: number): boolean
  isNamed(slot: number, kind: string, id: string): boolean
  holds(slot: number, kind: string, lookup: string): boolean
  id(slot: number): string
  lookups(slot: number): readonly string[]
  value(slot: number): unknown
  /** Memory in all. */
  readonly bytes: number
}

/** Where the index has the address of each slot. */
export interface Addresses {
  address(slot: number): number
  setAddress(slot: number, address: number): void
}

/** Characters of the longest row that is kept: none takes more than three bytes. */
const LONGEST = 8192
const MOST_KINDS = 255
const MOST_LOOKUPS = 255

/** `most`: bytes. `epoch`: now, or any moment near the ones that rows tell of. */
export function packedRows(addresses: Addresses, most: number, epoch: number): PackedRows {
  const values = packedValues(epoch)
  const room: Room = { bytes: Buffer.allocUnsafeSlow(4 * LONGEST), at: 0 }
  const from: Reader = { bytes: room.bytes, at: 0 }
  const kinds: string[] = []
  const rows = arena(
    {
      addressOf: (slot) => addresses.address(slot),
      moved: (slot, address) => addresses.setAddress(slot, address),
      dropped(_, bytes, at) {
        from.bytes = bytes
        from.at = at
        skipNames()
        values.drop(from)
      },
    },
    most,
  )

  /** To the names of a row: its kind and the number of its lookups come first. */
  function open(slot: number): void {
    const address = addresses.address(slot)
    from.bytes = rows.page(address)
    from.at = rows.offset(address)
  }
  function skipNames(): void {
    const lookups = from.bytes[from.at + 1] as number
    from.at += 2
    for (let left = lookups; left >= 0; left--) skipText(from, from.bytes[from.at++] as number)
  }
  const readName = () => readText(from, from.bytes[from.at++] as number)
  function kindNumber(kind: string): number {
    const known = kinds.indexOf(kind)
    return known >= 0 || kinds.length > MOST_KINDS ? known : kinds.push(kind) - 1
  }
  function drop(slot: number): void {
    const address = addresses.address(slot)
    if (address === 0) return
    open(slot)
    skipNames()
    values.drop(from)
    rows.free(address)
    addresses.setAddress(slot, 0)
  }
  function add(slot: number): void {
    const length = room.at
    addresses.setAddress(slot, rows.add(slot, room.bytes, length))
  }

  return {
    put(slot, kind, id, lookups, json) {
      drop(slot)
      const number = kindNumber(kind)
      const length = lookups.reduce((sum, lookup) => sum + lookup.length + 4, id.length + json.length)
      if (number < 0 || lookups.length > MOST_LOOKUPS || length > LONGEST) return
      room.bytes[0] = number
      room.bytes[1] = lookups.length
      room.at = 2
      writeText(room, id)
      for (const lookup of lookups) writeText(room, lookup)
      values.pack(room, json)
      add(slot)
    },
    drop,
    has: (slot) => addresses.address(slot) !== 0,
    isNamed(slot, kind, id) {
      open(slot)
      if (kinds[from.bytes[from.at] as number] !== kind) return false
      from.at += 2
      return isText(from, id)
    },
    holds(slot, kind, lookup) {
      open(slot)
      if (kinds[from.bytes[from.at] as number] !== kind) return false
      const lookups = from.bytes[from.at + 1] as number
      from.at += 2
      skipText(from, from.bytes[from.at++] as number)
      for (let left = lookups; left > 0; left--) if (isText(from, lookup)) return true
      return false
    },
    id(slot) {
      open(slot)
      from.at += 2
      return readName()
    },
    lookups(slot) {
      open(slot)
      const lookups = from.bytes[from.at + 1] as number
      from.at += 2
      skipText(from, from.bytes[from.at++] as number)
      return Array.from({ length: lookups }, readName)
    },
    value(slot) {
      open(slot)
      rows.touch(addresses.address(slot))
      skipNames()
      return values.unpack(from)
    },
    get bytes() {
      return rows.bytes
    },
  }
}
