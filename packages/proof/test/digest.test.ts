import { createHmac } from 'node:crypto'
import { equalInConstantTime, keyedDigest, type Suite } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const suite = webSuite()
const key = Uint8Array.from({ length: 32 }, (_, index) => index)

test('a digest is HMAC-SHA-256 over purpose, NUL and secret', async () => {
  const digest = keyedDigest(suite, key)
  expect(await digest('user_code', 'WDJBMJHT')).toBe(createHmac('sha256', key).update('user_code\0WDJBMJHT').digest('base64url'))
  expect(await digest('user_code', 'WDJBMJHT')).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await digest('p', 'schlüssel')).toBe(createHmac('sha256', key).update('p\0schlüssel').digest('base64url'))
})

test('a suite that answers at once gives a digest at once', () => {
  const immediate: Pick<Suite, 'hmac'> = { hmac: (key) => (text) => createHmac('sha256', key).update(text).digest('base64url') }
  const digest = keyedDigest({ ...suite, ...immediate }, key)
  expect(digest('a', 'b')).toBe(createHmac('sha256', key).update('a\0b').digest('base64url'))
})

test('purpose, secret and key each change the digest, and moving text between purpose and secret does too', async () => {
  const digest = keyedDigest(suite, key)
  const other = keyedDigest(
    suite,
    Uint8Array.from(key, (byte) => byte ^ 1),
  )
  const digests = await Promise.all([
    digest('device_code', 'x'),
    digest('user_code', 'x'),
    digest('user_code', 'y'),
    digest('user_codex', ''),
    digest('user_cod', 'ex'),
    digest('', 'user_codex'),
    other('user_code', 'x'),
  ])
  expect(new Set(digests).size).toBe(digests.length)
})

test('the key is copied, so changing it afterwards changes nothing', async () => {
  const mine = key.slice()
  const digest = keyedDigest(suite, mine)
  mine.fill(0)
  expect(await digest('a', 'b')).toBe(await keyedDigest(suite, key)('a', 'b'))
})

test('a key under 32 bytes is refused', () => {
  expect(() => keyedDigest(suite, new Uint8Array(31))).toThrow(RangeError)
  expect(() => keyedDigest(suite, new Uint8Array())).toThrow(RangeError)
})

test('texts compare equal exactly when they are', () => {
  const text = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', '\u0000', 'ü', '\uffff') })
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(equalInConstantTime(one, other)).toBe(one === other)
      expect(equalInConstantTime(one, one.slice())).toBe(true)
    }),
    { seed: 2104, numRuns: 2000 },
  )
  expect(equalInConstantTime('', '')).toBe(true)
  expect(equalInConstantTime('', '\u0000')).toBe(false)
  expect(equalInConstantTime('abab', 'ab')).toBe(false)
  expect(equalInConstantTime('ab', 'abab')).toBe(false)
})
