import { decodeJwt } from '@countersign/proof'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const runs = { seed: 7519, numRuns: 300 }
const part = (content: string | Uint8Array) => Buffer.from(content).toString('base64url')
const SIGNATURE = part('signature')
const jwtOf = (header: string | Uint8Array, claims: string | Uint8Array = '{}', signature = SIGNATURE) =>
  `${part(header)}.${part(claims)}.${signature}`

test('header and claims are read as JSON wrote them', () => {
  const object = fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((name) => name !== 'crit'),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 6 },
  )
  fc.assert(
    fc.property(object, object, (header, claims) => {
      const texts = [JSON.stringify(header), JSON.stringify(claims)] as const
      expect(decodeJwt(jwtOf(...texts))).toEqual({ header: JSON.parse(texts[0]), claims: JSON.parse(texts[1]) })
    }),
    runs,
  )
})

test('any text at all gives a value or undefined, never an exception', () => {
  const piece = fc.oneof(
    fc.constantFrom('.', '..', 'e30', 'bnVsbA', 'W10', '"', '='),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.base64String(),
  )
  let read = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), fc.uint8Array({ maxLength: 20 }), (pieces, bytes) => {
      for (const text of [pieces.join(''), pieces.join('.'), jwtOf(bytes), jwtOf('{}', bytes), `${pieces.join('')}.e30.AAAA`]) {
        const jwt = decodeJwt(text)
        if (jwt === undefined) continue
        read++
        expect([typeof jwt.header, typeof jwt.claims]).toEqual(['object', 'object'])
      }
    }),
    runs,
  )
  expect(read).toBeGreaterThan(0)
  expect(decodeJwt(jwtOf('{}'))).toEqual({ header: {}, claims: {} })
})

test.each([
  ['nothing', ''],
  ['dots', '..'],
  ['two parts', `${part('{}')}.${part('{}')}`],
  ['five parts, as an encrypted token has', `${jwtOf('{}')}.AAAA.AAAA`],
  ['two tokens joined by a comma', `${jwtOf('{}')}, ${jwtOf('{}')}`],
  ['an empty header', `.${part('{}')}.${SIGNATURE}`],
  ['an empty signature, as alg none has', jwtOf('{}', '{}', '')],
  ['a padded signature', jwtOf('{}', '{}', 'QQ==')],
  ['a respelled signature', jwtOf('{}', '{}', 'QR')],
  ['a space in front', ` ${jwtOf('{}')}`],
  ['a line break behind', `${jwtOf('{}')}\n`],
  ['padding', `${part('{} ')}=.${part('{}')}.${SIGNATURE}`],
  ['a header that is no JSON', jwtOf('{')],
  ['a header that is null', jwtOf('null')],
  ['a header that is a list', jwtOf('[]')],
  ['a header that is a string', jwtOf('"x"')],
  ['claims that are null', jwtOf('{}', 'null')],
  ['claims that are a list', jwtOf('{}', '[{}]')],
  ['claims that are a number', jwtOf('{}', '1')],
  ['claims with something behind them', jwtOf('{}', '{}{}')],
  ['a byte order mark', jwtOf('\ufeff{}')],
  ['bytes that are no UTF-8', jwtOf('{}', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
  ['overlong UTF-8', jwtOf('{}', Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d))],
  // RFC 7515 section 4.1.11: an extension that must be understood and is not.
  ['a critical extension', jwtOf('{"alg":"ES256","crit":["exp"],"exp":1}')],
  ['an unencoded payload (RFC 7797)', jwtOf('{"alg":"ES256","b64":false,"crit":["b64"]}')],
  ['an empty list of critical extensions', jwtOf('{"crit":[]}')],
])('%s is not a JWT that can be read', (_, text) => {
  expect(decodeJwt(text)).toBeUndefined()
})

test('a text longer than 16384 characters is not looked at', () => {
  const claims = (length: number) => JSON.stringify({ pad: 'x'.repeat(length) })
  const long = (length: number) => `${part('{}')}.${part(claims(length))}.${SIGNATURE}`
  const lengths = [12_000, 12_250, 12_251, 12_252, 12_253, 12_254, 12_300]
  for (const length of lengths) expect(decodeJwt(long(length)) === undefined, `${long(length).length}`).toBe(long(length).length > 16_384)
  expect(lengths.map((length) => decodeJwt(long(length)) === undefined)).toContain(true)
  expect(decodeJwt(long(5_000_000))).toBeUndefined()
})

test('members that every object has are members like any other and change no other object', () => {
  const jwt = decodeJwt(jwtOf('{"__proto__":{"alg":"none"}}', '{"constructor":1,"__proto__":{"sub":"x"}}'))
  expect(jwt?.header['alg']).toBeUndefined()
  expect(jwt?.claims['sub']).toBeUndefined()
  expect(({} as Record<string, unknown>)['alg']).toBeUndefined()
})

test('deep nesting is read or refused, and does not end the program', () => {
  const deep = `{"a":${'['.repeat(6000)}${']'.repeat(6000)}}`
  expect(() => decodeJwt(jwtOf('{}', deep))).not.toThrow()
  expect(decodeJwt(jwtOf('{}', `{"a":${'['.repeat(6000)}`))).toBeUndefined()
})
