/**
 * Texts as bytes, each in the fewest that hold it exactly: base64url six bits a character (ids, lookups, thumbprints are digests), what has no
 * character above 255 a byte each, all else two.
 */
import type { Buffer } from 'node:buffer'

/** Where bytes are put together. What does not fit is not written, and `at` passes the end: who began looks at it when all is done. */
export interface Room {
  readonly bytes: Buffer
  at: number
}

export const LATIN = 0x10
const WIDE = 0x11
/** Base64url, and the last byte holds what is left of the last character; or nothing is left but zeros. */
const SIXES = 0x12
export const WHOLE_SIXES = 0x13

/** Shorter words would gain less than they cost. */
const SIXES_FROM = 16
const SIXES_MOST = 255
const NO_SIX = 64
const SIX = Uint8Array.from({ length: 128 }, (_, code) => {
  const six = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(String.fromCharCode(code))
  return six < 0 ? NO_SIX : six
})

export function writeText(room: Room, text: string): void {
  const { length } = text
  if (length >= SIXES_FROM && length <= SIXES_MOST && writeSixes(room, text)) return
  const start = room.at
  room.bytes[room.at++] = LATIN
  writeCount(room, length)
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0xff) return writeWide(room, text, start)
    room.bytes[room.at++] = code
  }
}

function writeWide(room: Room, text: string, start: number): void {
  room.at = start
  room.bytes[room.at++] = WIDE
  writeCount(room, text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    room.bytes[room.at++] = code & 0xff
    room.bytes[room.at++] = code >>> 8
  }
}

/** `false`, and nothing is written, when there is another character in it. */
function writeSixes(room: Room, text: string): boolean {
  const { bytes } = room
  const start = room.at
  let at = start + 2
  let bits = 0
  let held = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const six = code < 128 ? (SIX[code] as number) : NO_SIX
    if (six === NO_SIX) return false
    held = ((held & 0x3f) << 6) | six
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >>> bits
  }
  const rest = bits === 0 ? 0 : (held << (8 - bits)) & 0xff
  if (rest !== 0) bytes[at++] = rest
  bytes[start] = rest === 0 ? WHOLE_SIXES : SIXES
  bytes[start + 1] = text.length
  room.at = at
  return true
}

/** Bytes of so many characters of base64url, without those of an unfinished last one. */
const wholeBytes = (length: number) => (length * 6) >>> 3

/** Seven bits a byte, the lowest first; the last byte is below 128. */
export function writeCount(room: Room, count: number): void {
  let left = count
  for (; left > 0x7f; left = Math.floor(left / 128)) room.bytes[room.at++] = (left % 128) | 0x80
  room.bytes[room.at++] = left
}

/** Reads what a Room has written, one after the other. */
export interface Reader {
  bytes: Buffer
  at: number
}

export function readCount(from: Reader): number {
  let byte = from.bytes[from.at++] as number
  let count = byte & 0x7f
  for (let unit = 128; byte > 0x7f; unit *= 128) {
    byte = from.bytes[from.at++] as number
    count += (byte & 0x7f) * unit
  }
  return count
}

/** The text whose token is read already. */
export function readText(from: Reader, token: number): string {
  const { bytes } = from
  const length = readLength(from, token)
  const start = from.at
  from.at += bytesOf(token, length)
  if (token === LATIN) return bytes.toString('latin1', start, from.at)
  if (token === WIDE) return bytes.toString('utf16le', start, from.at)
  const text = bytes.toString('base64url', start, from.at)
  if (text.length === length) return text
  // The bits of a last character that is zero may have needed no byte of their own.
  return text.length > length ? text.slice(0, length) : text.padEnd(length, 'A')
}
export function skipText(from: Reader, token: number): void {
  const length = readLength(from, token)
  from.at += bytesOf(token, length)
}
const readLength = (from: Reader, token: number) => (token >= SIXES ? (from.bytes[from.at++] as number) : readCount(from))
function bytesOf(token: number, length: number): number {
  if (token === LATIN) return length
  if (token === WIDE) return 2 * length
  return token === SIXES ? wholeBytes(length) + 1 : wholeBytes(length)
}

/** Whether this text comes next; goes past it either way. */
export function isText(from: Reader, text: string): boolean {
  const token = from.bytes[from.at++] as number
  const length = readLength(from, token)
  const { bytes, at } = from
  from.at += bytesOf(token, length)
  if (length !== text.length) return false
  if (token >= SIXES) return isSixes(bytes, at, from.at, text)
  if (token === WIDE) {
    for (let index = 0; index < length; index++) {
      if (text.charCodeAt(index) !== (bytes[at + 2 * index] as number) + (bytes[at + 2 * index + 1] as number) * 256) return false
    }
    return true
  }
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false
  return true
}

function isSixes(bytes: Buffer, start: number, end: number, text: string): boolean {
  let at = start
  let bits = 0
  let held = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const six = code < 128 ? (SIX[code] as number) : NO_SIX
    if (six === NO_SIX) return false
    held = ((held & 0x3f) << 6) | six
    bits += 6
    if (bits < 8) continue
    bits -= 8
    if (bytes[at++] !== ((held >>> bits) & 0xff)) return false
  }
  const rest = bits === 0 ? 0 : (held << (8 - bits)) & 0xff
  return (at < end ? bytes[at] : 0) === rest
}
