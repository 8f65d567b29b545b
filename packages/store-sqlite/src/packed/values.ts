/**
 * JSON values as few bytes: the number of a shape, then the values in it one after the other. What is unpacked deep-equals what JSON.parse makes
 * of the text; what no shape holds is kept as its text.
 */
import { dictionary } from './dictionary.ts'
import { beginsValue, endOfText, type Piece, type Plan, type Shape, shapes } from './shapes.ts'
import { LATIN, type Reader, readCount, readText, type Room, skipText, WHOLE_SIXES, writeCount, writeText } from './texts.ts'

export interface Values {
  /** Of valid JSON; with blanks in it, it takes more room. */
  pack(room: Room, json: string): void
  unpack(from: Reader): unknown
  /** Gives up what was packed here. */
  drop(from: Reader): void
}

const MOST_PIECES = 4096
/** As many as fit into the two bytes of a word. */
const MOST_WORDS = 0x8000

/** Tokens of values; those of texts lie between, and from WORD on a byte belongs to a word: one of the first 64, or the rest is in the next byte. */
const NULL = 0
const FALSE = 1
const TRUE = 2
const DOUBLE = 3
/** A small integer; and how far one is above, or below, the integer before it. */
const COUNT = 4
const MORE = 5
const LESS = 6
const WORD = 0x40
const FAR_WORD = 0x80

/** In place of the number of a shape: the text follows. */
const NO_SHAPE = 0xffff
const SMALL = 0x1fffff

/** `epoch`: integers near it take few bytes. */
export function packedValues(epoch: number): Values {
  const words = dictionary(MOST_WORDS)
  const forms = shapes(MOST_PIECES)
  /** The plain values of the one that is unpacked. */
  const plain: unknown[] = []
  const double = new Float64Array(1)
  const octets = new Uint8Array(double.buffer)
  let previous = 0

  function nextPiece(before: Piece, json: string, at: number): Piece | undefined {
    const guess = before.next
    if (guess !== undefined && json.startsWith(guess.text, at)) {
      const end = at + guess.text.length
      if (end === json.length || beginsValue(json.charCodeAt(end))) return guess
    }
    return (before.next = forms.after(before, json, at))
  }

  function pack(room: Room, json: string): void {
    const start = room.at
    const shape = packShaped(room, json, start)
    if (shape === undefined) {
      room.at = start + 2
      writeText(room, json)
    }
    const number = shape?.number ?? NO_SHAPE
    room.bytes[start] = number & 0xff
    room.bytes[start + 1] = number >>> 8
  }
  /** `undefined`: it cannot be; and nobody is used by what was written. */
  function packShaped(room: Room, json: string, start: number): Shape | undefined {
    previous = epoch
    room.at = start + 2
    let piece = forms.start
    for (let at = 0; ; ) {
      const next = nextPiece(piece, json, at)
      if (next !== undefined) {
        piece = next
        at += piece.text.length
        if (at === json.length) return forms.use(piece)
        at = packPlain(room, piece, json, at)
      }
      if (next === undefined || at < 0) {
        dropPlain({ bytes: room.bytes, at: start + 2 }, next === undefined ? piece.values + 1 : piece.values)
        forms.leave(piece)
        return undefined
      }
    }
  }

  /** Where it ends; -1: it cannot be packed. */
  function packPlain(room: Room, piece: Piece, json: string, at: number): number {
    const code = json.charCodeAt(at)
    if (code === 0x22) return packText(room, piece, json, at)
    if (code === 0x74) return packName(room, json, at, 'true', TRUE)
    if (code === 0x66) return packName(room, json, at, 'false', FALSE)
    if (code === 0x6e) return packName(room, json, at, 'null', NULL)
    return packNumber(room, json, at)
  }
  function packName(room: Room, json: string, at: number, name: string, token: number): number {
    room.bytes[room.at++] = token
    return at + name.length
  }
  function packText(room: Room, piece: Piece, json: string, at: number): number {
    const guess = piece.word
    if (guess !== undefined && guess.uses > 0 && json.startsWith(guess.quoted, at)) {
      guess.uses++
      writeWord(room, guess.number)
      return at + guess.quoted.length
    }
    const end = endOfText(json, at)
    if (end < 0) return -1
    const inside = json.slice(at + 1, end)
    const text = inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside
    const word = words.use(text)
    if (word === undefined) writeText(room, text)
    else {
      writeWord(room, word.number)
      piece.word = word
    }
    return end + 1
  }
  function writeWord(room: Room, number: number): void {
    if (number < FAR_WORD - WORD) room.bytes[room.at++] = WORD + number
    else {
      room.bytes[room.at++] = FAR_WORD + (number >>> 8)
      room.bytes[room.at++] = number & 0xff
    }
  }
  function packNumber(room: Room, json: string, start: number): number {
    let at = start
    let number = 0
    let code = json.charCodeAt(at)
    for (; code >= 0x30 && code <= 0x39; code = json.charCodeAt(++at)) number = number * 10 + code - 0x30
    const isSimple = at > start && at - start <= 15 && code !== 0x2e && code !== 0x65 && code !== 0x45
    if (isSimple) {
      writeInteger(room, number)
      return at
    }
    for (; at < json.length && ',]}'.indexOf(json.charAt(at)) < 0; at++);
    double[0] = Number(json.slice(start, at))
    room.bytes[room.at++] = DOUBLE
    for (let index = 0; index < 8; index++) room.bytes[room.at++] = octets[index] as number
    return at
  }
  function writeInteger(room: Room, number: number): void {
    if (number <= SMALL) {
      room.bytes[room.at++] = COUNT
      writeCount(room, number)
      return
    }
    room.bytes[room.at++] = number < previous ? LESS : MORE
    writeCount(room, Math.abs(number - previous))
    previous = number
  }

  function readPlain(from: Reader): unknown {
    const token = from.bytes[from.at++] as number
    if (token >= FAR_WORD) return words.word(((token - FAR_WORD) << 8) | (from.bytes[from.at++] as number)).text
    if (token >= WORD) return words.word(token - WORD).text
    switch (token) {
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      case COUNT:
        return readCount(from)
      case MORE:
        return (previous += readCount(from))
      case LESS:
        return (previous -= readCount(from))
      case DOUBLE:
        for (let index = 0; index < 8; index++) octets[index] = from.bytes[from.at++] as number
        return double[0]
      default:
        return readText(from, token)
    }
  }
  function build(plan: Plan): unknown {
    if (typeof plan === 'number') return plain[plan]
    const { keys, parts } = plan
    if (keys === undefined) return parts.map(build)
    const object: Record<string, unknown> = {}
    for (let index = 0; index < keys.length; index++) object[keys[index] as string] = build(parts[index] as Plan)
    return object
  }

  const readShape = (from: Reader) => {
    const number = (from.bytes[from.at] as number) + (from.bytes[from.at + 1] as number) * 256
    from.at += 2
    return number
  }
  function dropPlain(from: Reader, count: number): void {
    for (let left = count; left > 0; left--) {
      const token = from.bytes[from.at++] as number
      if (token >= FAR_WORD) words.drop(((token - FAR_WORD) << 8) | (from.bytes[from.at++] as number))
      else if (token >= WORD) words.drop(token - WORD)
      else if (token >= COUNT && token <= LESS) readCount(from)
      else if (token === DOUBLE) from.at += 8
      else if (token >= LATIN && token <= WHOLE_SIXES) skipText(from, token)
    }
  }

  return {
    pack,
    unpack(from) {
      const number = readShape(from)
      if (number === NO_SHAPE) return JSON.parse(readText(from, from.bytes[from.at++] as number)) as unknown
      const { plan, last } = forms.shape(number)
      previous = epoch
      for (let index = 0; index < last.values; index++) plain[index] = readPlain(from)
      return build(plan)
    },
    drop(from) {
      const number = readShape(from)
      if (number === NO_SHAPE) return
      dropPlain(from, forms.shape(number).last.values)
      forms.drop(number)
    },
  }
}
