import { formatChallenge, parseChallenges } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const runs = { seed: 9110, numRuns: 1000 }
const read = (header: string) => parseChallenges(header).map(({ scheme, parameters }) => [scheme, { ...parameters }])

test('what is written is read back, for several challenges in one header', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_*.-]{0,10}$/)
  const value = fc.string({ maxLength: 30 }).map((text) => text.replace(/["\\]/g, '').replace(/[^\x20-\x7e]/g, ''))
  const challenge = fc.record({
    scheme: fc.constantFrom('Bearer', 'DPoP', 'Basic', 'bearer', 'Negotiate'),
    parameters: fc.dictionary(name, value, { maxKeys: 5, minKeys: 1 }),
  })
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 4 }), fc.constantFrom(',', ', ', ' , ', ',,', ', ,\t'), (challenges, between) => {
      const header = challenges.map(({ scheme, parameters }) => formatChallenge(scheme, parameters)).join(between)
      expect(read(header)).toEqual(challenges.map(({ scheme, parameters }) => [scheme, parameters]))
    }),
    runs,
  )
})

verifies(
  'rfc6749-5.2-description-charset',
  'a written challenge holds no quote, backslash, control character or letter beyond ASCII inside its values',
  () => {
    expect(formatChallenge('DPoP', { error: 'invalid_token', error_description: 'a "b"\\c\r\nSet-Cookie: d=é', scope: undefined })).toBe(
      `DPoP error="invalid_token", error_description="a 'b''c??Set-Cookie: d=?"`,
    )
    expect(formatChallenge('Bearer', { scope: undefined })).toBe('Bearer')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(formatChallenge('Bearer', { error_description: text })).toMatch(/^Bearer error_description="[\x20\x21\x23-\x5b\x5d-\x7e]*"$/)
      }),
      runs,
    )
  },
)

test.each<[header: string, expected: unknown]>([
  ['', []],
  [' ,, \t', []],
  ['Bearer', [['Bearer', {}]]],
  ['Bearer realm="x"', [['Bearer', { realm: 'x' }]]],
  ['BEARER Realm="x"', [['BEARER', { realm: 'x' }]]],
  ['Bearer realm = "x" , scope\t=\t"a b"', [['Bearer', { realm: 'x', scope: 'a b' }]]],
  ['Bearer error=invalid_token,scope="a"', [['Bearer', { error: 'invalid_token', scope: 'a' }]]],
  ['Bearer realm="a \\"b\\" \\\\c"', [['Bearer', { realm: 'a "b" \\c' }]]],
  ['Bearer realm="a, Basic realm=\\"b\\""', [['Bearer', { realm: 'a, Basic realm="b"' }]]],
  ['Bearer scope="a", scope="b"', [['Bearer', { scope: 'a' }]]],
  ['Bearer scope="", error="x"', [['Bearer', { scope: '', error: 'x' }]]],
  [
    'Bearer realm="a", DPoP algs="ES256 RS256", Basic',
    [
      ['Bearer', { realm: 'a' }],
      ['DPoP', { algs: 'ES256 RS256' }],
      ['Basic', {}],
    ],
  ],
  [
    'Basic, Bearer realm="a"',
    [
      ['Basic', {}],
      ['Bearer', { realm: 'a' }],
    ],
  ],
  [
    'Negotiate abc123==, Bearer realm="a"',
    [
      ['Negotiate', {}],
      ['Bearer', { realm: 'a' }],
    ],
  ],
  ['Negotiate abc123', [['Negotiate', {}]]],
  // Not allowed, and seen: addresses without quotes, parameters without a value.
  ['Bearer resource_metadata=https://h.example/a?b=c, scope=x', [['Bearer', { resource_metadata: 'https://h.example/a?b=c', scope: 'x' }]]],
  ['Bearer realm="x", scope=, error="y"', [['Bearer', { realm: 'x', scope: '', error: 'y' }]]],
  // A parameter that follows no scheme belongs to nothing.
  ['realm="a, Bearer scope=b", DPoP algs="c"', [['DPoP', { algs: 'c' }]]],
  // Inside a quoted string nothing is read, also while skipping what cannot be read.
  ['"x, Bearer error=y", DPoP algs="c"', [['DPoP', { algs: 'c' }]]],
  ['(x "a, Bearer b=c" , DPoP algs="c"', [['DPoP', { algs: 'c' }]]],
  // Without a closing quote nobody can tell what was meant to be inside.
  ['Bearer realm="a, DPoP algs="', [['Bearer', { realm: 'a, DPoP algs=' }]]],
  [
    'DPoP algs="ES256", Bearer realm="a, Basic x=y',
    [
      ['DPoP', { algs: 'ES256' }],
      ['Bearer', {}],
    ],
  ],
  ['Bearer realm="a\\', [['Bearer', {}]]],
])('reads %j', (header, expected) => {
  expect(read(header)).toEqual(expected)
})

test('names that every object has are parameters like any other, and absent unless sent', () => {
  const [sent] = parseChallenges('Bearer constructor="a", __proto__="b", toString="c"')
  expect(Object.entries(sent?.parameters ?? {})).toEqual([
    ['constructor', 'a'],
    ['__proto__', 'b'],
    ['tostring', 'c'],
  ])
  const [bare] = parseChallenges('Bearer')
  expect(bare?.parameters['constructor']).toBeUndefined()
  expect(bare?.parameters['__proto__']).toBeUndefined()
})

test('any header is read to its end without an exception, and gives schemes that are tokens and names in lower case', () => {
  const piece = fc.oneof(
    fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'Bearer ', 'DPoP ', 'a="b"', 'a=b', 'x==', '"a, b"', '(', ';'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      for (const { scheme, parameters } of parseChallenges(pieces.join(''))) {
        expect(scheme).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)
        for (const name of Object.keys(parameters)) expect(name).toBe(name.toLowerCase())
      }
    }),
    { ...runs, numRuns: 3000 },
  )
})

test('a hostile header of a million characters is read in one pass', () => {
  const length = 1_000_000
  const fill = (text: string) => text.repeat(Math.ceil(length / text.length))
  const hostile = [
    `Bearer a =${fill(' ')},`,
    `Bearer a=${fill(' ')}b`,
    `Bearer${fill(' ')}`,
    `Bearer a="${fill('\\"')}`,
    `Bearer a="${fill('x')}`,
    fill(','),
    fill('"'),
    fill('a="'),
    fill('a="\\",'),
    fill('a='),
    fill('a ='),
    fill('a '),
    fill('('),
    fill('x y= '),
    `Bearer ${fill('a')} =`,
    `Bearer ${fill('=')}`,
  ]
  // A reader that looks back or ahead over all of it at every step would need hours for these, not the test's few seconds.
  for (const header of hostile) expect(Array.isArray(parseChallenges(header))).toBe(true)
})
