import { BASE20, BASE31 } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCharacter } from '../src/check-character.ts'

const runs = { seed: 2122, numRuns: 300 }
/** Characters of an alphabet of this size; which they are does not matter. */
const ofSize = (size: number) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-'.slice(0, size)
const alphabets = [BASE20.characters, BASE31.characters]

const isRight = (code: string, characters: string) => checkCharacter(code.slice(0, -1), characters) === code.at(-1)

/** A code with its check character, of each length that codes have and some more. */
const checkedCode = (characters: string) =>
  fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 14 }).map((drawn) => {
    const code = drawn.join('')
    return code + checkCharacter(code, characters)
  })

/** The code with some of its characters in other places. */
const moved = (code: string, at: number, places: readonly number[]) =>
  Array.from(code, (one, index) => (index < at || index >= at + places.length ? one : (code[at + (places[index - at] ?? 0)] ?? ''))).join(
    '',
  )

test('every code has exactly one check character', () => {
  for (const characters of alphabets) {
    fc.assert(
      fc.property(checkedCode(characters), (code) => {
        const right = Array.from(characters).filter((last) => isRight(code.slice(0, -1) + last, characters))
        expect(right).toEqual([code.at(-1)])
      }),
      runs,
    )
  }
})

test('every single wrong character is noticed, at every place, the check character too', () => {
  for (const characters of [...alphabets, ...[10, 16, 26, 32, 36, 62].map(ofSize)]) {
    fc.assert(
      fc.property(checkedCode(characters), (code) => {
        for (const [at, right] of Array.from(code).entries()) {
          for (const wrong of characters) {
            const typed = code.slice(0, at) + wrong + code.slice(at + 1)
            if (isRight(typed, characters) !== (wrong === right)) expect.fail(`${characters}: ${code} typed as ${typed}`)
          }
        }
      }),
      { ...runs, numRuns: 100 },
    )
  }
})

test('every exchange of neighbours is noticed, and over one character between, at every place', () => {
  for (const characters of [...alphabets, ...[16, 32].map(ofSize)]) {
    fc.assert(
      fc.property(checkedCode(characters), (code) => {
        for (let at = 0; at < code.length; at++) {
          for (const places of [
            [1, 0],
            [2, 1, 0],
          ]) {
            if (at + places.length > code.length) continue
            const typed = moved(code, at, places)
            if (typed !== code && isRight(typed, characters)) expect.fail(`${characters}: ${code} typed as ${typed}`)
          }
        }
      }),
      runs,
    )
  }
})

test('no two characters, first and last of the alphabet among them, can change places unnoticed: all pairs in all places', () => {
  for (const characters of alphabets) {
    for (const one of characters) {
      for (const other of characters) {
        for (let at = 0; at < 12; at++) {
          const before = characters.charAt(3).repeat(at)
          const code = before + one + other + characters.charAt(7).repeat(12 - at)
          const typed = before + other + one + code.slice(at + 2)
          const unnoticed = checkCharacter(code, characters) === checkCharacter(typed, characters)
          if (unnoticed !== (one === other)) expect.fail(`${code} and ${typed}`)
        }
      }
    }
  }
})

test('a doubled character misread as another doubled one is noticed', () => {
  for (const characters of alphabets) {
    for (const one of characters) {
      for (const other of characters) {
        for (let at = 0; at < 12; at++) {
          const around = [characters.charAt(2).repeat(at), characters.charAt(5).repeat(12 - at)] as const
          const unnoticed = checkCharacter(around.join(one + one), characters) === checkCharacter(around.join(other + other), characters)
          if (unnoticed !== (one === other)) expect.fail(`${one}${one} and ${other}${other}`)
        }
      }
    }
  }
})

test('what is typed at random passes once in as many times as there are characters', () => {
  for (const characters of alphabets) {
    const drawn = fc.sample(fc.array(fc.constantFrom(...characters), { minLength: 9, maxLength: 9 }), { seed: 2122, numRuns: 40_000 })
    const passed = drawn.filter((each) => isRight(each.join(''), characters)).length
    expect(passed / drawn.length).toBeGreaterThan(0.85 / characters.length)
    expect(passed / drawn.length).toBeLessThan(1.15 / characters.length)
  }
})

test('codes reckoned by hand', () => {
  // B, C, D are 0, 1, 2. Field of four: x * (x * 1 + 2) = x * (2 + 2) = 0. Modulo 5 all are 0.
  expect(checkCharacter('CD', BASE20.characters)).toBe('B')
  // 4 is (0, 1): 2 * (2 * 1 + 0) = 4 and 4 + 1 = 0 modulo 5, so (0, 1) again.
  expect(checkCharacter('GB', BASE20.characters)).toBe('G')
  // A, B are 0, 1: 2 * (2 * 1 + 0) = 4, and 4 + 27 = 31.
  expect(checkCharacter('BA', BASE31.characters)).toBe(BASE31.characters[27])
  expect(checkCharacter('', BASE20.characters)).toBe('B')
})
