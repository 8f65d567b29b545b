import {
  BASE20,
  BASE31,
  couldBeUserCode,
  drawUserCode,
  formatUserCode,
  GUESSING_TARGET,
  guessBudget,
  guessingProbability,
  normaliseUserCode,
  userCodeBudget,
  userCodeEntropy,
  userCodeLength,
} from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const runs = { seed: 5001, numRuns: 1000 }
const liveCodes = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 100_000_000 }))
const alphabet = fc.constantFrom(BASE20, BASE31)

verifies(
  'rfc8628-5.1-user-code-entropy',
  'whatever number of codes lives, spending the whole budget on them stays within one chance in a million',
  () => {
    fc.assert(
      fc.property(liveCodes, alphabet, (live, alphabet) => {
        const exposure = { length: userCodeLength(live, alphabet), alphabet, liveCodes: live }
        const budget = guessBudget(exposure)
        expect(guessingProbability(exposure, budget)).toBeLessThanOrEqual(GUESSING_TARGET)
        // One more would be too many, so the budget is no smaller than it need be.
        expect(guessingProbability(exposure, budget + 1)).toBeGreaterThan(GUESSING_TARGET)
        // And people still get to mistype: a budget of nothing would lock everyone out.
        expect(budget).toBeGreaterThanOrEqual(24)
      }),
      runs,
    )
  },
)

verifies('rfc8628-5.1-user-code-entropy', 'with one code alive the five tries of a browser stay within the reference of 2^-32', () => {
  for (const [alphabet, budget] of [
    [BASE20, 5],
    [BASE31, 6],
  ] as const) {
    const exposure = { length: userCodeLength(1, alphabet), alphabet, liveCodes: 1 }
    expect(guessingProbability(exposure, 5)).toBeLessThanOrEqual(2 ** -32)
    expect(guessBudget(exposure, 2 ** -32)).toBe(budget)
    // One character fewer, and not even one try would: the check character cannot stand in for a random one.
    expect(guessBudget({ ...exposure, length: exposure.length - 1 }, 2 ** -32)).toBe(0)
  }
})

verifies('rfc8628-5.1-user-code-entropy', 'codes grow with the number of codes alive', () => {
  const steps = [0, 1, 999, 1000, 99_999, 100_000, 5_000_000]
  expect(steps.map((live) => userCodeLength(live))).toEqual([8, 8, 8, 10, 10, 12, 12])
  expect(steps.map((live) => userCodeLength(live, BASE31))).toEqual([7, 7, 7, 9, 9, 11, 11])
  fc.assert(
    fc.property(liveCodes, fc.nat(1_000_000), alphabet, (live, more, alphabet) => {
      expect(userCodeLength(live + more, alphabet)).toBeGreaterThanOrEqual(userCodeLength(live, alphabet))
      // Whatever the alphabet, no less to guess than in the one of 20.
      expect(userCodeEntropy(userCodeLength(live, alphabet), alphabet)).toBeGreaterThanOrEqual(userCodeEntropy(userCodeLength(live)))
    }),
    runs,
  )
})

test('the budgets are the ones that were reckoned by hand', () => {
  expect(guessBudget({ length: 8, liveCodes: 1 })).toBe(24_414)
  expect(guessBudget({ length: 8, liveCodes: 1000 })).toBe(24)
  expect(guessBudget({ length: 10, liveCodes: 100_000 })).toBe(97)
  expect(guessBudget({ length: 12, liveCodes: 1_000_000 })).toBe(3906)
  expect(guessBudget({ length: 8, alphabet: BASE31, liveCodes: 1000 })).toBe(813)
  expect(guessBudget({ length: 7, alphabet: BASE31, liveCodes: 1000 })).toBe(26)
  expect(guessBudget({ length: 8, liveCodes: 1_000_000 })).toBe(0)
  expect(guessBudget({ length: 8, liveCodes: 0 })).toBe(24_414)
})

test('the probability is the share of codes alive among the codes possible, and what guessing really hits', () => {
  expect(guessingProbability({ length: 8, liveCodes: 1 }, 1)).toBeCloseTo(1 / 25_600_000_000, 20)
  expect(guessingProbability({ length: 1, liveCodes: 20 }, 3)).toBe(1)
  expect(guessingProbability({ length: 8, liveCodes: 1000 }, 0)).toBe(0)

  // In a space of 400 codes with 40 alive, one guess in ten hits.
  const random = counting()
  const alive = new Set<string>()
  while (alive.size < 40) alive.add(drawUserCode({ random }, 2))
  const hits = Array.from({ length: 4000 }, () => drawUserCode({ random }, 2)).filter((guess) => alive.has(guess)).length
  expect(hits / 4000).toBeGreaterThan(guessingProbability({ length: 2, liveCodes: 40 }, 1) * 0.8)
  expect(hits / 4000).toBeLessThan(guessingProbability({ length: 2, liveCodes: 40 }, 1) * 1.2)
})

verifies(
  'rfc8628-5.1-user-code-entropy',
  'a code of a length that is no longer given out keeps the budget it had, however many longer ones are alive',
  () => {
    const code = (length: number, alphabet = BASE20) => drawUserCode({ random: counting() }, length, alphabet)
    expect([1, 999, 1000, 50_000, 5_000_000].map((live) => userCodeBudget(code(8), live))).toEqual([24_414, 24, 24, 24, 24])
    expect([1000, 99_999, 100_000, 5_000_000].map((live) => userCodeBudget(code(10), live))).toEqual([9765, 97, 97, 97])
    expect([100_000, 1_000_000].map((live) => userCodeBudget(code(12), live))).toEqual([39_062, 3906])
    expect([1000, 5_000_000].map((live) => userCodeBudget(code(7, BASE31), live, BASE31))).toEqual([26, 26])
    expect(userCodeBudget(code(9, BASE31), 5_000_000, BASE31)).toBe(252)
    fc.assert(
      fc.property(liveCodes, alphabet, (live, alphabet) => {
        const length = userCodeLength(live, alphabet)
        expect(userCodeBudget(code(length, alphabet), live, alphabet)).toBe(guessBudget({ length, alphabet, liveCodes: live }))
      }),
      runs,
    )
  },
)

verifies(
  'rfc8628-5.1-user-code-entropy',
  'every code drawn could be one, as it is shown too; what is shorter, longer or mistyped could not',
  () => {
    const entropy = { random: counting() }
    fc.assert(
      fc.property(liveCodes, alphabet, fc.nat(), fc.nat(), (live, alphabet, at, other) => {
        const code = drawUserCode(entropy, userCodeLength(live, alphabet), alphabet)
        expect(couldBeUserCode(code, alphabet)).toBe(true)
        expect(couldBeUserCode(normaliseUserCode(formatUserCode(code), alphabet), alphabet)).toBe(true)
        const characters = Array.from(code)
        const place = at % code.length
        const wrong = characters.with(place, alphabet.characters.charAt(other % alphabet.characters.length)).join('')
        expect(couldBeUserCode(wrong, alphabet)).toBe(wrong === code)
        // Codes of all lengths are alive at once, but none is one character away from another length.
        expect(couldBeUserCode(characters.toSpliced(place, 1).join(''), alphabet)).toBe(false)
        expect(couldBeUserCode(characters.toSpliced(place, 0, code.charAt(place)).join(''), alphabet)).toBe(false)
      }),
      runs,
    )
    for (const nothing of ['', 'B', 'BBBB', 'BBBBBBBB', 'B'.repeat(15), 'B'.repeat(64)]) expect(couldBeUserCode(nothing)).toBe(false)
  },
)

/** A repeatable source of bytes (xorshift32). */
function counting(): (count: number) => Uint8Array {
  let state = 0x9e3779b9
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state >>> 24
    })
}
