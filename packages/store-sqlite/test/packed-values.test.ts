import { Buffer } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packedValues } from '../src/packed/values.ts'

const EPOCH = 1_795_000_000_000

function packer() {
  const values = packedValues(EPOCH)
  const room = { bytes: Buffer.alloc(1_000_000), at: 0 }
  return {
    values,
    pack(json: string): Buffer {
      room.at = 0
      values.pack(room, json)
      return Buffer.from(room.bytes.subarray(0, room.at))
    },
    unpack(bytes: Buffer): unknown {
      const from = { bytes, at: 0 }
      const value = values.unpack(from)
      expect(from.at).toBe(bytes.length)
      return value
    },
    drop(bytes: Buffer) {
      const from = { bytes, at: 0 }
      values.drop(from)
    },
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.stringMatching(/^[\w-]{14,70}$/),
  fc.constantFrom('pending', 'tools:read', 'a'.repeat(500), '"', '\\', '\\"', '__proto__', 'toString', '\u0000', ':', '{', 'é'),
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: EPOCH - 1e9, max: EPOCH + 1e9 }),
  fc.constantFrom(-0, 0, 1, 127, 128, 0x1fffff, 0x200000, 1e15, 1e21, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
)
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, fc.constantFrom(null, true, false), text, number, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 6 }),
  object: fc.dictionary(fc.oneof(text, fc.constantFrom('1', '0', 'b', 'a', '__proto__', 'constructor', 'length')), tie('value'), {
    maxKeys: 6,
    noNullPrototype: true,
  }),
}))
/** As somebody would write it, with blanks and escapes where they may be. */
const spelled = fc
  .tuple(anything.value, fc.constantFrom(undefined, 1, '\n\t'))
  .map(([value, blanks]) => JSON.stringify(value, null, blanks))

/** Prototypes, the sign of zero and the order of keys included. */
function sameAs(value: unknown, json: string): boolean {
  return isDeepStrictEqual(value, JSON.parse(json)) && JSON.stringify(value) === JSON.stringify(JSON.parse(json))
}

test('what is unpacked is what JSON.parse makes of the text, whatever was packed before, beside it and dropped since', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(spelled, fc.boolean()), { minLength: 1, maxLength: 8 }), (texts) => {
      const { pack, unpack, drop } = packer()
      // Each three times: words are let in the second time, and guessed the third.
      let kept = [...texts, ...texts, ...texts].map(([json, stays]) => ({ json, stays, bytes: pack(json) }))
      for (let round = 0; round < 2; round++) {
        for (const { json, bytes } of kept) expect(sameAs(unpack(bytes), json)).toBe(true)
        for (const { stays, bytes } of kept) if (!stays) drop(bytes)
        kept = kept.filter(({ stays }) => stays)
        kept.push(...texts.map(([json]) => ({ json, stays: true, bytes: pack(json) })))
      }
    }),
    { seed: 8628, numRuns: 1000 },
  )
})

test.each([
  '-0',
  '[-0,0]',
  '{}',
  '[]',
  '[[],{},[[]],{"a":{}}]',
  '""',
  '"x"',
  '{"":""}',
  '{"__proto__":{"a":1}}',
  '{"a":1,"a":2,"b":3}',
  '{"2":1,"1":2,"b":3,"a":4,"0":5}',
  '{"\\u005f_proto__":1}',
  '{"\\ud800":"\\udc00\\ud800","x":"\\u0000"}',
  '1E400',
  '[1.50,1e3,1E-2,-1,-12345678901234567890,123456789012345,1234567890123456]',
  ` { "a" : [ 1 , true , "x" ] , "b" : null } `,
  `${'['.repeat(300)}${']'.repeat(300)}`,
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  JSON.stringify(Array.from({ length: 400 }, (_, n) => n)),
  JSON.stringify({ ['k'.repeat(1000)]: 'v'.repeat(1000), ['ключ']: 'значение' }),
  // The last character of base64url that leaves bits of its own, or none but zeros.
  ...['A', 'B', 'Q', '_'].flatMap((end) => [17, 18, 19, 20, 43, 255, 256].map((length) => `"${'_'.repeat(length - 2)}A${end}"`)),
])('exactly: %s', (json) => {
  const { pack, unpack } = packer()
  for (let time = 0; time < 3; time++) expect(sameAs(unpack(pack(json)), json)).toBe(true)
})

const waiting = (n: number) =>
  JSON.stringify({
    state: 'pending',
    clientId: 'countersign-cli',
    scope: ['files:read', 'files:write'],
    resources: ['https://files.example/mcp'],
    deviceName: `host-${n}`,
    countersignSupported: true,
    origin: { address: `203.0.113.${n % 250}`, userAgent: 'countersign/0.1 (linux)' },
    createdAt: EPOCH + 17 * n,
    expiresAt: EPOCH + 17 * n + 300_000,
  })

test('a login that waits takes a seventh of its text', () => {
  const { pack } = packer()
  for (let n = 0; n < 50; n++) pack(waiting(n))
  expect(pack(waiting(51)).length).toBeLessThan(waiting(51).length / 7)
})

test('words and shapes are given up with the last row that used them, and their numbers are used again', () => {
  const { pack, drop, unpack } = packer()
  const others = (n: number) => JSON.stringify({ [`key ${n}`]: `some text ${n}`, again: [`some text ${n}`] })
  // Far more of both than there is room for at a time; of each text the second is let in.
  for (let n = 0; n < 50_000; n++) {
    const rows = [pack(others(n)), pack(others(n))]
    if (n % 1000 === 0) expect(unpack(rows[1] as Buffer)).toEqual(JSON.parse(others(n)))
    rows.forEach(drop)
  }
  pack(others(-1))
  // As small as it would be if nothing had been before.
  expect(pack(others(-1)).length).toBe(4)
})

test('without room for more shapes texts are kept as they are, and there is room again when others go', () => {
  const { pack, drop, unpack } = packer()
  const odd = (n: number) => JSON.stringify({ [`key ${n}`]: 1 })
  const rows = Array.from({ length: 5000 }, (_, n) => pack(odd(n)))
  for (const [n, row] of rows.entries()) expect(unpack(row)).toEqual(JSON.parse(odd(n)))
  expect((rows[4999] as Buffer).length).toBeGreaterThan(odd(4999).length)
  rows.forEach(drop)
  expect(pack(odd(4999)).length).toBe(4)
})
