/**
 * What JSON texts have in common besides their values: `{"state":` `,"scope":[` `],"createdAt":` `}` and so on. A shape is the way through a tree
 * of such pieces; between two of them lies a value that is neither object nor list. Counted like words, and bounded.
 */
export interface Piece {
  readonly text: string
  readonly before: Piece | undefined
  /** So many values come before it. */
  readonly values: number
  /** What came after it last time, which is mostly what comes after it the next time. */
  next: Piece | undefined
  readonly after: Map<string, Piece>
  /** Of a last piece. */
  shape: Shape | undefined
  /** The word that followed it last time. */
  word: { readonly quoted: string; readonly number: number; uses: number } | undefined
}

/** How a value is built: the number of a plain value, or a list or an object of such. */
export type Plan = number | { readonly keys: readonly string[] | undefined; readonly parts: readonly Plan[] }

export interface Shape {
  readonly number: number
  readonly plan: Plan
  readonly last: Piece
  uses: number
}

export interface Shapes {
  readonly start: Piece
  /** The piece that comes next in the text; `undefined`: this text is to be kept as it is. */
  after(piece: Piece, text: string, at: number): Piece | undefined
  /** The shape that ends here, used once more. */
  use(last: Piece): Shape | undefined
  shape(number: number): Shape
  drop(number: number): void
  /** Nothing came of the text that led here. */
  leave(piece: Piece): void
}

const LONGEST = 400
const MOST_VALUES = 120
const STRUCTURE = '{}[],:'

export function shapes(most: number): Shapes {
  const start = piece('', undefined, -1)
  const all: (Shape | undefined)[] = []
  const free: number[] = []
  let pieces = 0

  /** Pieces that lead to no shape any more go, from the last one back. */
  function prune(last: Piece) {
    for (let one = last; one.before !== undefined && one.after.size === 0 && one.shape === undefined; one = one.before) {
      one.before.after.delete(one.text)
      if (one.before.next === one) one.before.next = undefined
      pieces--
    }
  }

  return {
    start,
    after(before, text, at) {
      const end = endOfPiece(text, at)
      if (end === undefined || end - at > LONGEST) return undefined
      const found = before.after.get(text.slice(at, end))
      if (found !== undefined) return found
      if (pieces >= most || before.values >= MOST_VALUES) return undefined
      // A copy: part of a row's JSON would keep all of it.
      const own = Buffer.from(text.slice(at, end)).toString()
      const added = piece(own, before, before.values + 1)
      before.after.set(own, added)
      pieces++
      return added
    },
    use(last) {
      if (last.shape === undefined) {
        const number = free.pop() ?? all.length
        last.shape = { number, plan: planOf(last), last, uses: 0 }
        all[number] = last.shape
      }
      last.shape.uses++
      return last.shape
    },
    shape: (number) => all[number] as Shape,
    drop(number) {
      const shape = all[number] as Shape
      if (--shape.uses > 0) return
      all[number] = undefined
      free.push(number)
      shape.last.shape = undefined
      prune(shape.last)
    },
    leave: prune,
  }
}

/** Whether a plain value begins with this character. */
export function beginsValue(code: number): boolean {
  // A text, a minus, a digit, `true`, `false`, `null`.
  return code === 0x22 || code === 0x2d || (code >= 0x30 && code <= 0x39) || code === 0x74 || code === 0x66 || code === 0x6e
}

/** Where the quotation mark is that ends the text which begins here. */
export function endOfText(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x22) return end
    if (code === 0x5c) end++
  }
  return -1
}

function endOfPiece(text: string, start: number): number | undefined {
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      const end = endOfText(text, at)
      if (text.charCodeAt(end + 1) !== 0x3a) return at
      const key = text.slice(at + 1, end)
      // Set like any other key, this one would set something else.
      if (key === '__proto__' || key.includes('\\')) return undefined
      at = end + 1
    } else if (STRUCTURE.includes(text.charAt(at))) at++
    else return beginsValue(code) ? at : undefined
  }
  return at
}

/** The JSON of the pieces, with numbers between them that count upwards. */
function planOf(last: Piece): Plan {
  let json = ''
  for (let one = last; one.before !== undefined; one = one.before) json = `${one.text}${one === last ? '' : one.values}${json}`
  return planned(JSON.parse(json) as unknown)
}
function planned(value: unknown): Plan {
  if (typeof value === 'number') return value
  if (Array.isArray(value)) return { keys: undefined, parts: value.map(planned) }
  const object = value as Record<string, unknown>
  return { keys: Object.keys(object), parts: Object.values(object).map(planned) }
}

function piece(text: string, before: Piece | undefined, values: number): Piece {
  return { text, before, values, next: undefined, after: new Map(), shape: undefined, word: undefined }
}
