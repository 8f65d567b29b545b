/**
 * Which slots may have a name: hashes of 32 bits, each with its slot, eight bytes together. Segments of a thousand cells, and a segment that is
 * three quarters full becomes two (extendible hashing), so nothing ever stops for the table as a whole to be made larger.
 */
export interface NameTable {
  /** The first slot under this hash that `isIt` accepts. */
  find(hash: number, isIt: (slot: number) => boolean): number | undefined
  add(hash: number, slot: number): void
  remove(hash: number, slot: number): void
}

/** A cell is two numbers: the hash, and the slot + 1; 0 is free. Where a cell belongs in its segment, the lowest bits of its hash say. */
const CELLS = 1024
const MASK = CELLS - 1
const MOST_USED = (CELLS * 3) / 4
const SEGMENT = 2 * CELLS
/** Segments that share an array. */
const TOGETHER_BITS = 5
const TOGETHER = 1 << TOGETHER_BITS
/** The other bits of a hash. */
const DEEPEST = 22

export function nameTable(): NameTable {
  const arrays: Uint32Array[] = []
  /** Of each segment, how many of the highest bits all its hashes share, and how many cells are in use. */
  const depths: number[] = []
  const used: number[] = []
  /** The segment of every beginning of so many bits. */
  let directory = new Uint32Array(1)
  let depth = 0
  addSegment(0)

  function addSegment(atDepth: number): number {
    const segment = depths.length
    if ((segment & (TOGETHER - 1)) === 0) arrays.push(new Uint32Array(TOGETHER * SEGMENT))
    depths.push(atDepth)
    used.push(0)
    return segment
  }
  // A shift by 32 bits is one by none.
  const segmentOf = (hash: number) => directory[depth === 0 ? 0 : hash >>> (32 - depth)] as number
  const arrayOf = (segment: number) => arrays[segment >>> TOGETHER_BITS] as Uint32Array
  const startOf = (segment: number) => (segment & (TOGETHER - 1)) * SEGMENT

  function enter(segment: number, hash: number, entry: number): void {
    const cells = arrayOf(segment)
    const start = startOf(segment)
    let at = hash & MASK
    while (cells[start + 2 * at + 1] !== 0) at = (at + 1) & MASK
    cells[start + 2 * at] = hash
    cells[start + 2 * at + 1] = entry
    used[segment] = (used[segment] as number) + 1
  }
  /** Half of what is in it, by one bit more, goes to a segment of its own. */
  function split(segment: number): void {
    const start = startOf(segment)
    const before = arrayOf(segment).slice(start, start + SEGMENT)
    const shared = (depths[segment] as number) + 1
    if (shared > depth) {
      const wider = new Uint32Array(2 * directory.length)
      for (let index = 0; index < wider.length; index++) wider[index] = directory[index >>> 1] as number
      directory = wider
      depth++
    }
    const other = addSegment(shared)
    depths[segment] = shared
    used[segment] = 0
    arrayOf(segment).fill(0, start, start + SEGMENT)
    for (let index = 0; index < directory.length; index++) {
      if (directory[index] === segment && ((index >>> (depth - shared)) & 1) === 1) directory[index] = other
    }
    for (let at = 0; at < SEGMENT; at += 2) {
      const entry = before[at + 1] as number
      const hash = before[at] as number
      if (entry !== 0) enter(segmentOf(hash), hash, entry)
    }
  }

  return {
    find(hash, isIt) {
      const segment = segmentOf(hash)
      const cells = arrayOf(segment)
      const start = startOf(segment)
      for (let at = hash & MASK; ; at = (at + 1) & MASK) {
        const entry = cells[start + 2 * at + 1] as number
        if (entry === 0) return undefined
        if (cells[start + 2 * at] === hash && isIt(entry - 1)) return entry - 1
      }
    },
    add(hash, slot) {
      let segment = segmentOf(hash)
      while ((used[segment] as number) >= MOST_USED && (depths[segment] as number) < DEEPEST) {
        split(segment)
        segment = segmentOf(hash)
      }
      // One cell stays free, or nobody who looks for a name would ever find the end.
      if ((used[segment] as number) >= CELLS - 1) throw new Error('too many names of one hash')
      enter(segment, hash, slot + 1)
    },
    remove(hash, slot) {
      const segment = segmentOf(hash)
      const cells = arrayOf(segment)
      const start = startOf(segment)
      let hole = hash & MASK
      while (cells[start + 2 * hole] !== hash || cells[start + 2 * hole + 1] !== slot + 1) {
        if (cells[start + 2 * hole + 1] === 0) return
        hole = (hole + 1) & MASK
      }
      // What would not be found behind a free cell moves into it.
      for (let at = (hole + 1) & MASK; cells[start + 2 * at + 1] !== 0; at = (at + 1) & MASK) {
        const home = (cells[start + 2 * at] as number) & MASK
        if (((at - home) & MASK) < ((at - hole) & MASK)) continue
        cells[start + 2 * hole] = cells[start + 2 * at] as number
        cells[start + 2 * hole + 1] = cells[start + 2 * at + 1] as number
        hole = at
      }
      cells[start + 2 * hole + 1] = 0
      used[segment] = (used[segment] as number) - 1
    },
  }
}
