import { decodeBase64url, encodeBase64url } from '@countersign/proof'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const runs = { seed: 4648, numRuns: 1000 }

test('bytes are written as Buffer writes them, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = encodeBase64url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(decodeBase64url(text)).toEqual(bytes)
    }),
    runs,
  )
})

test('of all texts, exactly those are read that writing their bytes gives again', () => {
  const near = fc.string({ unit: fc.constantFrom(...'AQgwEIMUYcko048BCZaz19-_'), maxLength: 12 })
  let read = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 5, arbitrary: near }, fc.string({ maxLength: 12 })), (text) => {
      const bytes = decodeBase64url(text)
      const canonical = Buffer.from(text, 'base64url').toString('base64url') === text
      expect(bytes === undefined).toBe(!canonical)
      if (bytes !== undefined) {
        read++
        expect(encodeBase64url(bytes)).toBe(text)
      }
    }),
    { ...runs, numRuns: 3000 },
  )
  expect(read).toBeGreaterThan(300)
})

test.each(['A', 'AAAAA', 'QQ==', 'QR', 'QUI=', 'QUJ', 'a+b', 'a/b', 'a b', ' QQ', 'QQ\n', 'Q\u0000Q', 'ＱＱ', 'é'])(
  '%j is not base64url',
  (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  },
)

test('the empty text is no bytes, and a megabyte survives', () => {
  expect(decodeBase64url('')).toEqual(new Uint8Array())
  const long = Uint8Array.from({ length: 1_000_003 }, (_, index) => index * 31)
  expect(Buffer.compare(Buffer.from(decodeBase64url(encodeBase64url(long)) ?? []), Buffer.from(long))).toBe(0)
})
