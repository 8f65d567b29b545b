/**
 * Numbers that end, each under a name; what has ended is zero again. They are asked for at every poll, and there are as many as devices that wait, so
 * they lie in typed arrays: 24 bytes each in places that are half full or fuller, and one or two waits for the memory, where a map of objects
 * takes 200 and five.
 *
 * A name is kept as its hash of 64 bits, under a key drawn at random. Two names that meet are one: a chance of one in 2^64 for each pair, which nobody
 * without the key can improve by choosing names. It would have a proof refused that was not used before, or a device told to slow down, never
 * a used one accepted; or two limits counted as one, for as long as the older one lasts.
 *
 * The places are in pages, each a table of its own (open addressing, in the order of the hashes). A page that is full becomes two, two that are
 * sparse become one: nothing ever takes longer because there are more of them.
 */
import { halfSipHash } from '@countersign/proof'
import type { Clock, Entropy, EpochMilliseconds } from '@countersign/protocol'

export interface EndingNumbers {
  /** Zero where there is none, or it has ended. */
  valueOf(name: string): number
  /** Adds to a number and tells the sum. It ends as it would have, or, when it is new or has ended, at the given moment. */
  add(name: string, until: EpochMilliseconds, amount: number): number
  /** Looks at about so many, going round and round, and frees what has ended. Every new number does so too: no sweep has to stop everything else. */
  prune(limit: number): void
  /** How many there are places for. */
  readonly room: number
}

interface Page {
  /** A place has six words: both halves of the hash (zero: free), and two numbers of 64 bits: when it ends, its value. */
  readonly words: Uint32Array
  taken: number
  /** How many bits of their hashes, from the top, all in this page have in common. */
  depth: number
}
const WORDS = 6
const HIGH = 1
const UNTIL = 2
const VALUE = 4

/** So that a page is made two in some ten microseconds. A million numbers fill three quarters of the places. */
const PLACES = 1280
const FULL = 0.85 * PLACES
/** Two pages that together hold less become one. */
const SPARSE = 0.6 * PLACES
/** Places that are looked at in place of one number: more than one of them is taken, so what has ended goes sooner than new ones come. */
const LOOKS = 4

export function endingNumbers(clock: Clock, entropy: Entropy): EndingNumbers {
  const key = new Uint32Array(Uint8Array.from(entropy.random(8)).buffer)
  /** Of the name under way. */
  const hash = new Uint32Array(2)
  /** A number on its way into two words, or out of them. */
  const number = new Float64Array(1)
  const halves = new Uint32Array(number.buffer)
  /** By the first `depth` bits of the hash; a page with fewer of them in common is there several times. */
  let pages: Page[] = [emptyPage(0)]
  let depth = 0
  let room = PLACES
  /** Where a page begins among the pages. */
  let cursorPage = 0
  let cursor = 0

  function pageFor(name: string): Page {
    halfSipHash(key, name, hash)
    if (hash[0] === 0 && hash[HIGH] === 0) hash[0] = 1
    return pages[indexOf()] as Page
  }
  const indexOf = () => (depth === 0 ? 0 : (hash[HIGH] as number) >>> (32 - depth))
  /** How often a page is there. */
  const spanOf = (page: Page) => 1 << (depth - page.depth)

  function read(words: Uint32Array, at: number): number {
    halves[0] = words[at] as number
    halves[1] = words[at + 1] as number
    return number[0] as number
  }
  function write(words: Uint32Array, at: number, value: number): void {
    number[0] = value
    words[at] = halves[0] as number
    words[at + 1] = halves[1] as number
  }
  function addNew(until: EpochMilliseconds, value: number): void {
    while ((pages[indexOf()] as Page).taken >= FULL) split(indexOf())
    const page = pages[indexOf()] as Page
    const at = freePlace(page.words, hash[0] as number)
    page.words.set(hash, at)
    write(page.words, at + UNTIL, until)
    write(page.words, at + VALUE, value)
    page.taken++
  }
  function split(index: number): void {
    const page = pages[index] as Page
    if (page.depth === depth) {
      pages = pages.flatMap((each) => [each, each])
      depth++
      cursorPage *= 2
      return
    }
    const bit = 0x8000_0000 >>> page.depth++
    const other = emptyPage(page.depth)
    moveTo(other, page, (high) => (high & bit) !== 0)
    const span = spanOf(page)
    const middle = (index & -(2 * span)) + span
    pages.fill(other, middle, middle + span)
    room += PLACES
  }
  /** With the page that it was one with before. */
  function unite(index: number): void {
    const page = pages[index] as Page
    const span = spanOf(page)
    const other = pages[index ^ span]
    if (page.depth === 0 || other?.depth !== page.depth || page.taken + other.taken >= SPARSE) return
    moveTo(page, other, () => true)
    page.depth--
    const first = index & -(2 * span)
    pages.fill(page, first, first + 2 * span)
    cursorPage = first
    room -= PLACES
  }
  function prune(limit: number): void {
    const now = clock.now()
    // Once round at most, if everything has ended.
    for (let left = Math.min(LOOKS * limit, 2 * room + pages.length); left > 0; left--) {
      const page = pages[cursorPage] as Page
      if (cursor === WORDS * PLACES) {
        unite(cursorPage)
        cursorPage = (cursorPage + spanOf(pages[cursorPage] as Page)) % pages.length
        cursor = 0
      } else if (isTaken(page.words, cursor) && !(now < read(page.words, cursor + UNTIL))) {
        // What lies behind may have moved up: the place is looked at again.
        free(page, cursor)
      } else cursor += WORDS
    }
  }

  return {
    valueOf(name) {
      const { words } = pageFor(name)
      const at = placeOf(words, hash)
      return at !== NOWHERE && clock.now() < read(words, at + UNTIL) ? read(words, at + VALUE) : 0
    },
    add(name, until, amount) {
      const { words } = pageFor(name)
      const at = placeOf(words, hash)
      if (at === NOWHERE) {
        prune(1)
        addNew(until, amount)
        return amount
      }
      const lives = clock.now() < read(words, at + UNTIL)
      const value = lives ? read(words, at + VALUE) + amount : amount
      if (!lives) write(words, at + UNTIL, until)
      write(words, at + VALUE, value)
      return value
    },
    prune,
    get room() {
      return room
    },
  }
}

// Places are told by their first word.
const NOWHERE = -1
const emptyPage = (depth: number): Page => ({ words: new Uint32Array(WORDS * PLACES), taken: 0, depth })
const isTaken = (words: Uint32Array, at: number) => words[at] !== 0 || words[at + HIGH] !== 0
/** Where a hash would lie if it were alone. */
const homeOf = (low: number) => WORDS * Math.floor((low * PLACES) / 0x1_0000_0000)
const after = (at: number) => (at + WORDS === WORDS * PLACES ? 0 : at + WORDS)

function placeOf(words: Uint32Array, hash: Uint32Array): number {
  const low = hash[0] as number
  const high = hash[HIGH] as number
  for (let at = homeOf(low); isTaken(words, at); at = after(at)) if (words[at] === low && words[at + HIGH] === high) return at
  return NOWHERE
}
function freePlace(words: Uint32Array, low: number): number {
  let at = homeOf(low)
  while (isTaken(words, at)) at = after(at)
  return at
}
function moveTo(to: Page, from: Page, isMoved: (high: number) => boolean): void {
  for (let at = 0; at < WORDS * PLACES; ) {
    if (isTaken(from.words, at) && isMoved(from.words[at + HIGH] as number)) {
      copy(from.words, at, to.words, freePlace(to.words, from.words[at] as number))
      to.taken++
      free(from, at)
    } else at += WORDS
  }
}
/** Frees a place, and moves up what would not be found behind a free one. */
function free(page: Page, place: number): void {
  const { words } = page
  let gap = place
  for (let at = after(gap); isTaken(words, at); at = after(at)) {
    if (distance(homeOf(words[at] as number), at) < distance(gap, at)) continue
    copy(words, at, words, gap)
    gap = at
  }
  words.fill(0, gap, gap + WORDS)
  page.taken--
}
const distance = (from: number, to: number) => (to < from ? to - from + WORDS * PLACES : to - from)
function copy(from: Uint32Array, place: number, to: Uint32Array, target: number): void {
  for (let word = 0; word < WORDS; word++) to[target + word] = from[place + word] as number
}
