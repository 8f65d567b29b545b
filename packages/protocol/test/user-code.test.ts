import {
  BASE20,
  BASE31,
  confusables,
  drawUserCode,
  formatUserCode,
  normaliseUserCode,
  type UserCodeAlphabet,
  userCodeEntropy,
} from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { checkCharacter } from '../src/check-character.ts'

const runs = { seed: 6001, numRuns: 1000 }
const alphabet = fc.constantFrom(BASE20, BASE31)

/** A repeatable source of bytes (xorshift32), plain enough that a bias in the drawing shows. */
function source(seed = 0x2545f491) {
  let state = seed
  return {
    random: (count: number) =>
      Uint8Array.from({ length: count }, () => {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        return state >>> 24
      }),
  }
}

/** Sum of squared deviations from equal counts, over the expected count: about the number of kinds when nothing is biased. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function countsOf(text: string, characters: string): number[] {
  return Array.from(characters, (character) => text.split(character).length - 1)
}

verifies(
  ['seed-003-user-code-format', 'rfc8628-6.1-unambiguous-alphabet'],
  'codes hold the characters of their alphabet only, each equally often, at every position',
  () => {
    // 99.9 % quantiles of chi-square with 19 and 30 degrees of freedom.
    for (const [alphabet, most] of [
      [BASE20, 43.8],
      [{ ...BASE31, words: [] }, 59.7],
    ] as const) {
      const entropy = source()
      const codes = Array.from({ length: 20_000 }, () => drawUserCode(entropy, 8, alphabet))
      expect(codes.every((code) => code.length === 9 && Array.from(code).every((one) => alphabet.characters.includes(one)))).toBe(true)
      expect(chiSquare(countsOf(codes.join(''), alphabet.characters))).toBeLessThan(most)
      for (let position = 0; position < 9; position++) {
        const column = codes.map((code) => code[position]).join('')
        expect(chiSquare(countsOf(column, alphabet.characters))).toBeLessThan(most * 1.3)
      }
    }
  },
)

test('every byte below the last whole multiple counts, every byte above it is drawn again', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const drawn = drawUserCode({ random: () => Uint8Array.from(bytes) }, 240)
  expect(countsOf(drawn.slice(0, 240), BASE20.characters)).toEqual(Array.from({ length: 20 }, () => 12))
  const wasted = [255, 240, 241, 0]
  expect(drawUserCode({ random: () => Uint8Array.from(wasted) }, 3)).toBe('BBBB')
})

test('a source that gives no usable bytes is an error, not an endless loop', () => {
  expect(() => drawUserCode({ random: (count) => new Uint8Array(count).fill(255) }, 8)).toThrow('randomness')
  expect(() => drawUserCode({ random: () => new Uint8Array() }, 8)).toThrow('randomness')
  const fixed = Array.from('ASSASSAS', (character) => BASE31.characters.indexOf(character))
  expect(() => drawUserCode({ random: () => Uint8Array.from(fixed) }, 8, BASE31)).toThrow('randomness')
})

verifies('seed-003-user-code-format', 'codes of the 31-character alphabet hold no word of the list, spelled with digits or not', () => {
  expect(BASE31.characters).toBe('ABCDEFGHJKMNPQRSTUVWXYZ23456789')
  const indices = (code: string) => Array.from(code, (character) => BASE31.characters.indexOf(character))
  const wordThen = (word: string, length = 8) => {
    const rounds = [indices(word.padEnd(length, '9')), indices('KMNPQRTV'.slice(0, length))]
    return { random: () => Uint8Array.from(rounds.shift() ?? []) }
  }
  for (const word of ['RAPE', 'R4PE', 'SEX', '53X', 'TWAT', '7W47', 'BUTT', '8U77', 'SHAG', 'SHA6']) {
    expect(drawUserCode(wordThen(word), 8, BASE31)).toMatch(/^KMNPQRTV.$/)
  }
  // The check character may be what completes the word.
  const [beginning = ''] = Array.from(BASE31.characters, (one) => `${one}999SE`).filter(
    (each) => checkCharacter(each, BASE31.characters) === 'X',
  )
  expect(beginning).toHaveLength(6)
  expect(drawUserCode(wordThen(beginning, 6), 6, BASE31)).toMatch(/^KMNPQR.$/)
  const entropy = source()
  const codes = Array.from({ length: 20_000 }, () => drawUserCode(entropy, 8, BASE31))
  const read = codes.map((code) => code.replaceAll('5', 'S').replaceAll('4', 'A').replaceAll('3', 'E').replaceAll('6', 'G'))
  expect(read.filter((code) => /SEX|ASS|FAG|RAPE/.test(code))).toEqual([])
  // Without the list some of so many codes would hold one.
  const careless = source()
  const unlisted = Array.from({ length: 20_000 }, () => drawUserCode(careless, 8, { ...BASE31, words: [] }))
  expect(unlisted.filter((code) => /SEX|ASS|FAG|RAPE/.test(code)).length).toBeGreaterThan(0)
})

verifies('seed-003-user-code-format', 'codes are shown in even groups of at most four', () => {
  expect(formatUserCode('ABCDEFGH')).toBe('ABCD-EFGH')
  const shown = ['A', 'ABCD', 'ABCDE', 'WDJBMJHTL', 'WDJBMJHTCX', 'WDJBMJHTCXK', 'WDJBMJHTCXKL', 'WDJBMJHTCXKLM'].map(formatUserCode)
  expect(shown).toEqual(['A', 'ABCD', 'ABC-DE', 'WDJ-BMJ-HTL', 'WDJB-MJH-TCX', 'WDJB-MJHT-CXK', 'WDJB-MJHT-CXKL', 'WDJB-MJH-TCX-KLM'])
  expect(formatUserCode('')).toBe('')
})

verifies('rfc8628-6.1-normalise-input', 'a code reads back from any case, separators and stray characters', () => {
  for (const typed of ['wdjb mjht', 'WDJB-MJHT', 'wdjb.mjht', ' WdJb–MjHt\n', 'ｗｄｊｂ－ｍｊｈｔ', '(WDJB) "MJHT"', 'waedojb/mjht']) {
    expect(normaliseUserCode(typed)).toBe('WDJBMJHT')
  }
  const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '–', '_', '\u00a0', '\u200b', '/', 'é', '日'), {
    minLength: 13,
    maxLength: 13,
  })
  const capitals = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(alphabet, fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), separators, capitals, (alphabet, draws, gaps, upper) => {
      const code = draws.map((draw) => alphabet.characters[draw % alphabet.characters.length]).join('')
      const typed = Array.from(code, (one, at) => `${gaps[at] ?? ''}${upper[at] ? one : one.toLowerCase()}`).join('') + gaps[12]
      expect(normaliseUserCode(typed, alphabet)).toBe(code)
      expect(normaliseUserCode(formatUserCode(code), alphabet)).toBe(code)
    }),
    runs,
  )
})

verifies('rfc8628-6.1-unambiguous-alphabet', 'a look-alike from outside the alphabet is read as the one character it can mean', () => {
  expect(normaliseUserCode('8652-1iuv')).toBe('BGSZLLVV')
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      (draws, choices) => {
        const code = draws.map((draw) => BASE20.characters[draw % 20] ?? '').join('')
        const typed = Array.from(code, (one, at) => {
          const spellings = [one, ...Object.keys(BASE20.lookAlikes).filter((other) => BASE20.lookAlikes[other] === one)]
          return spellings[(choices[at] ?? 0) % spellings.length]
        }).join('')
        expect(normaliseUserCode(typed)).toBe(code)
      },
    ),
    runs,
  )
  // In the 31-character alphabet 8 and B are different characters, so nothing is guessed.
  expect(normaliseUserCode('8B', BASE31)).toBe('8B')
  for (const { characters, lookAlikes } of [BASE20, BASE31]) {
    for (const [outside, inside] of Object.entries(lookAlikes)) {
      expect(characters).toContain(inside)
      expect(characters).not.toContain(outside)
    }
  }
})

test('whatever is typed, what comes back is of the alphabet, no longer than the entry, and reads back as itself', () => {
  fc.assert(
    fc.property(alphabet, fc.string({ unit: 'binary', maxLength: 90 }), (alphabet, typed) => {
      const code = normaliseUserCode(typed, alphabet)
      expect(Array.from(code).filter((one) => !alphabet.characters.includes(one))).toEqual([])
      expect(normaliseUserCode(code.slice(0, 64), alphabet)).toBe(code.slice(0, 64))
    }),
    runs,
  )
  expect(normaliseUserCode('constructor __proto__'.repeat(100)).length).toBeLessThanOrEqual(64)
  // The capital of a sharp s is two letters, but nobody typed two.
  expect(normaliseUserCode('ßWDJB')).toBe('WDJB')
})

verifies('rfc8628-6.1-unambiguous-alphabet', 'an alphabet is judged by the characters people take for one another', () => {
  expect(confusables(BASE20.characters)).toEqual([])
  expect(BASE20.characters).not.toMatch(/[AEIOUY\d]/)
  expect(confusables(BASE31.characters)).toEqual(['8B', '6G', '5S', '2Z', 'UV'])
  for (const pair of ['0O', '1I', '1L', 'IL', '8B', '5S', '2Z']) {
    expect(confusables(`CDF${pair}`)).toEqual([pair])
    expect(confusables(`${pair.toLowerCase()}cdf`)).toEqual([pair])
  }
})

test('the entropy of a code is that of its random characters: the check character makes no more codes', () => {
  const codes = Array.from(BASE20.characters).flatMap((one) => Array.from(BASE20.characters, (other) => one + other))
  const checked = codes.map((code) => code + checkCharacter(code, BASE20.characters))
  expect(Math.log2(new Set(checked).size)).toBeCloseTo(userCodeEntropy(2), 10)
  expect(userCodeEntropy(8)).toBeCloseTo(34.58, 2)
  expect(userCodeEntropy(8, BASE31)).toBeCloseTo(39.63, 2)
  const digits: UserCodeAlphabet = { name: 'digits', characters: '0123456789', lookAlikes: {} }
  expect(userCodeEntropy(9, digits)).toBeCloseTo(29.9, 2)
})
