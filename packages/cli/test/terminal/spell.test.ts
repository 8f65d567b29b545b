import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { spell } from '../../src/terminal/spell.ts'

verifies('seed-002-audio-friendly', 'a code is spelled by words that cannot be misheard, with pauses between them', () => {
  expect(spell('WDJB-M7HT')).toBe(
    'W as in Whiskey, D as in Delta, J as in Juliett, B as in Bravo, dash, M as in Mike, 7, H as in Hotel, T as in Tango',
  )
})

test('every letter has a word of its own, beginning with it', () => {
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
  for (const letter of letters) expect(spell(letter)).toMatch(new RegExp(`^${letter} as in ${letter}[a-z-]+$`))
  expect(new Set(letters.map(spell)).size).toBe(26)
})

test('capital and small letters are told apart only where a code has both', () => {
  expect(spell('aB')).toBe('small A as in Alfa, capital B as in Bravo')
  expect(spell('ab')).toBe('A as in Alfa, B as in Bravo')
  expect(spell('4 é_.')).toBe('4, space, é, underscore, dot')
})
