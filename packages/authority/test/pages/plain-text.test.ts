import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../src/pages/plain-text.ts'

test('what leaves no ink or turns the reading direction is gone', () => {
  expect(
    plainText('a\u202eb\u202ac\u2066d\u2069e\u200ef\u200fg\u200bh\u200di\ufeffj\u00adk\u2060l\u061cm\u3164n\ufe0fo\u{e0041}p', 99),
  ).toBe('abcdefghijklmnop')
  expect(plainText('\u001b[31mred\u001b[0m\u0007\u0000\u009b1m\u007f', 99)).toBe('[31mred[0m1m')
  expect(plainText('a\ud800b\udfffc\ue000d\uffffe', 99)).toBe('abcde')
})

test('one line, single spaces, no edges', () => {
  expect(plainText('  a\r\n\tb\u2028c\u00a0\u3000d \u200b ', 99)).toBe('a b c d')
  expect(plainText('\u200b \u202e', 99)).toBe('')
})

test('letters of every script stay, piles of marks are cut down', () => {
  for (const text of ['Zoë', 'Ελένη', 'שלום', 'مرحبا', '東京', 'ไม่', 'Việt', '🔑 box']) expect(plainText(text, 99), text).toBe(text)
  expect(plainText(`e${'\u0301'.repeat(40)}x`, 99)).toBe('é\u0301\u0301\u0301x')
})

test('a long value ends in an ellipsis and never inside a character', () => {
  expect(plainText('abcdef', 6)).toBe('abcdef')
  expect(plainText('abcdefg', 6)).toBe('abcde…')
  expect(plainText('🔑🔑🔑🔑', 3)).toBe('🔑🔑…')
  expect(plainText('ab cd', 4)).toBe('ab…')
  expect(plainText('x'.repeat(100_000), 10)).toHaveLength(10)
})

test('whatever goes in, what comes out is short, visible, and stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (text, maxLength) => {
      const shown = plainText(text, maxLength)
      expect(Array.from(shown).length).toBeLessThanOrEqual(maxLength)
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u)
      expect(plainText(shown, maxLength)).toBe(shown)
    }),
  )
})
