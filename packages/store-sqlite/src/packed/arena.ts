/**
 * Memory for the bytes of many rows, given out one after the other, a page at a time: pages are never moved or made larger, so nothing stops for
 * it. What is given up leaves a hole; when there are too many, the rows of the emptiest page go to the end, and it is free. When the arena is
 * full the oldest page is cleared, but for the rows in it that were read since the page was begun or cleared last.
 */
import { Buffer } from 'node:buffer'

/** Who knows where the bytes of each slot are. Address 0: nowhere. */
export interface Owner {
  addressOf(slot: number): number
  moved(slot: number, address: number): void
  /** The arena has no room for it any more; its bytes are there for the last time. */
  dropped(slot: number, bytes: Buffer, at: number): void
}

export interface Arena {
  /** Copies so many bytes in, and tells their address. At most 32767. */
  add(slot: number, bytes: Buffer, length: number): number
  /** The bytes are not needed any more. */
  free(address: number): void
  /** The page of an address, and where in it the bytes begin. */
  page(address: number): Buffer
  offset(address: number): number
  /** Remembers that they were read. */
  touch(address: number): void
  readonly bytes: number
}

const PAGE_BITS = 18
const PAGE = 1 << PAGE_BITS
/** Before the bytes: the slot, and their number; its highest bit says that they were read. */
const HEAD = 6
const READ = 0x80
/** Not worth tidying up. */
const FEW = 4

interface Page {
  readonly bytes: Buffer
  /** Up to where it is given out. */
  end: number
  /** Bytes that are not holes. */
  used: number
}

/** `most`: bytes; two pages at the least. */
export function arena(owner: Owner, most: number): Arena {
  const pages: (Page | undefined)[] = []
  const free: number[] = []
  /** The numbers of the full pages, the oldest first. */
  let full: number[] = []
  const mostPages = Math.max(2, Math.floor(most / PAGE))
  let current = open()
  let used = 0

  function open(): number {
    const number = free.pop() ?? pages.length
    // No address is 0.
    pages[number] = { bytes: Buffer.allocUnsafeSlow(PAGE), end: HEAD, used: 0 }
    return number
  }
  const at = (number: number) => pages[number] as Page
  const pageOf = (address: number) => address >>> PAGE_BITS
  const offsetOf = (address: number) => address & (PAGE - 1)

  function put(slot: number, bytes: Buffer, start: number, length: number): number {
    while (at(current).end + HEAD + length > PAGE) turn()
    const page = at(current)
    const { bytes: to, end } = page
    to[end] = slot & 0xff
    to[end + 1] = (slot >>> 8) & 0xff
    to[end + 2] = (slot >>> 16) & 0xff
    to[end + 3] = slot >>> 24
    to[end + 4] = length & 0xff
    to[end + 5] = length >>> 8
    bytes.copy(to, end + HEAD, start, start + length)
    page.end = end + HEAD + length
    page.used += HEAD + length
    used += HEAD + length
    return current * PAGE + end + HEAD
  }
  /** The page is full: a new one, and one less of the others where that is due. */
  function turn(): void {
    full.push(current)
    current = open()
    if (full.length >= mostPages) clear(full[0] as number, false)
    // Two pages that are this empty fit into one.
    for (const share of [0.6, 0.3]) if (full.length > FEW && used < share * full.length * PAGE) clear(emptiest(), true)
  }
  function emptiest(): number {
    return full.reduce((least, number) => (at(number).used < at(least).used ? number : least))
  }
  /** Half a page moves at the most, so there is always something gained. */
  function clear(number: number, keepsAll: boolean): void {
    const page = at(number)
    full = full.filter((each) => each !== number)
    let room = keepsAll ? PAGE : PAGE / 2
    for (let place = HEAD; place < page.end; ) {
      const { bytes } = page
      const slot = bytes.readUInt32LE(place)
      const length = (bytes[place + 4] as number) + ((bytes[place + 5] as number) & ~READ) * 256
      const start = place + HEAD
      if (owner.addressOf(slot) === number * PAGE + start) {
        used -= HEAD + length
        if ((keepsAll || ((bytes[place + 5] as number) & READ) !== 0) && room > HEAD + length) {
          room -= HEAD + length
          owner.moved(slot, put(slot, bytes, start, length))
        } else {
          owner.moved(slot, 0)
          owner.dropped(slot, bytes, start)
        }
      }
      place = start + length
    }
    release(number)
  }
  function release(number: number): void {
    pages[number] = undefined
    free.push(number)
  }

  return {
    add: (slot, bytes, length) => put(slot, bytes, 0, length),
    free(address) {
      const number = pageOf(address)
      const page = at(number)
      const start = offsetOf(address)
      const length = HEAD + (page.bytes[start - 2] as number) + ((page.bytes[start - 1] as number) & ~READ) * 256
      page.used -= length
      used -= length
      if (page.used > 0 || number === current) return
      full = full.filter((each) => each !== number)
      release(number)
    },
    page: (address) => at(pageOf(address)).bytes,
    offset: offsetOf,
    touch(address) {
      const { bytes } = at(pageOf(address))
      const flags = offsetOf(address) - 1
      if (((bytes[flags] as number) & READ) === 0) bytes[flags] = (bytes[flags] as number) | READ
    },
    get bytes() {
      return (full.length + 1) * PAGE
    },
  }
}
