import { formatScope, OAuthError, parseScope, scopeBeyond, scopeUnion } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const runs = { seed: 3300, numRuns: 1000 }
const allowed = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index)).filter(
  (one) => one !== '"' && one !== '\\',
)
const token = fc.string({ unit: fc.constantFrom(...allowed), minLength: 1, maxLength: 12 })
const tokens = fc.array(token, { maxLength: 10 })

function refused(text: string): boolean {
  try {
    parseScope(text)
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'invalid_scope', status: 400 })
    return true
  }
}

verifies('rfc6749-3.3-scope-syntax', 'every character is allowed or refused as the grammar says', () => {
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code)
    expect(refused(`a${character}b`), `U+${code.toString(16)}`).toBe(!allowed.includes(character) && character !== ' ')
  }
  for (const text of ['a\tb', 'a\nb', 'a\u00a0b', 'a\u2028b', '"read"', 'a\\b', 'lesen schreibén', '\u{1f511}'])
    expect(refused(text), text).toBe(true)
})

verifies('rfc6749-3.3-scope-syntax', 'scopes are split at spaces, keep their case and order, and come once each', () => {
  expect(parseScope('read write')).toEqual(['read', 'write'])
  expect(parseScope('write read write')).toEqual(['write', 'read'])
  expect(parseScope('Read read')).toEqual(['Read', 'read'])
  expect(parseScope('  read   write ')).toEqual(['read', 'write'])
  fc.assert(
    fc.property(tokens, (tokens) => {
      const parsed = parseScope(tokens.join(' '))
      expect(parsed).toEqual([...new Set(tokens)])
      expect(parseScope(formatScope(parsed))).toEqual(parsed)
    }),
    runs,
  )
})

verifies('rfc6749-3.3-scope-syntax', 'order and repetition do not matter when scopes are compared', () => {
  fc.assert(
    fc.property(tokens, tokens, (one, other) => {
      expect(scopeBeyond(parseScope(one.join(' ')), parseScope([...one].reverse().concat(one).join(' ')))).toEqual([])
      expect(scopeBeyond(one, other)).toEqual(one.filter((token) => !new Set(other).has(token)))
      const union = scopeUnion(one, other)
      expect(new Set(union)).toEqual(new Set([...one, ...other]))
      expect(union.length).toBe(new Set(union).size)
    }),
    runs,
  )
  expect(scopeBeyond(['Read', 'write'], ['read', 'write'])).toEqual(['Read'])
})

test('no scope, an empty one and one of spaces are none', () => {
  expect(parseScope(undefined)).toEqual([])
  expect(parseScope('')).toEqual([])
  expect(parseScope('   ')).toEqual([])
})

test('a scope of unreasonable length is refused', () => {
  expect(parseScope('x'.repeat(4096))).toHaveLength(1)
  expect(refused('x'.repeat(4097))).toBe(true)
})
