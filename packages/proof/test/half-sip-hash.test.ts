import { halfSipHash } from '@countersign/proof'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/** The reference key: bytes 0 to 7. */
const KEY = Uint32Array.of(0x03020100, 0x07060504)

function hashOf(text: string, key = KEY): string {
  const hash = new Uint32Array(2)
  halfSipHash(key, text, hash)
  return Buffer.from(hash.buffer).toString('hex')
}
/** The bytes 0, 1, 2 ... as characters of two. */
const counting = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, at) => at)).toString('utf16le')

test.each([
  [0, '218d1f59b9b83cc8'],
  [2, '064f39ef7c50eb57'],
  [4, 'd5e78a175be52ea1'],
  [6, 'ce3e91358aa2bc25'],
  [8, 'edfee820bce4858c'],
  [10, '95b0469f06a6f2ee'],
  [62, 'f90b3ab572d46693'],
])('%i bytes, of the reference vectors (github.com/veorq/SipHash, vectors.h, hsip64)', (bytes, expected) => {
  expect(hashOf(counting(bytes))).toBe(expected)
})

test('text, its length and both halves of the key each change the hash', () => {
  const texts = [
    '',
    '\0',
    '\0\0',
    '\0\0\0',
    'a',
    'a\0',
    '\0a',
    'ab',
    'ba',
    'abc',
    'ab\0c',
    '\u6261',
    'a'.repeat(127),
    'a'.repeat(128),
    'a'.repeat(129),
  ]
  const keys = [KEY, Uint32Array.of(0x03020100, 0x07060505), Uint32Array.of(0x03020101, 0x07060504)]
  const hashes = texts.flatMap((text) => keys.map((key) => hashOf(text, key)))
  expect(new Set(hashes).size).toBe(texts.length * keys.length)
})

test('a text made of parts hashes as the same text in one piece', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      expect(hashOf(`${one}${other}`)).toBe(hashOf([...one, ...other].join('')))
    }),
  )
})
