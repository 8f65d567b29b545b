import { BASE20, BASE31, drawUserCode, GUESSING_TARGET, guessBudget, guessingProbability, userCodeLength } from '@countersign/protocol'
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
        const exposure = { length: userCodeLength(live), alphabet, liveCodes: live }
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
  const exposure = { length: userCodeLength(1), liveCodes: 1 }
  expect(guessingProbability(exposure, 5)).toBeLessThanOrEqual(2 ** -32)
  expect(guessBudget(exposure, 2 ** -32)).toBe(5)
})

verifies('rfc8628-5.1-user-code-entropy', 'codes grow with the number of codes alive', () => {
  expect([0, 1, 999, 1000, 99_999, 100_000, 5_000_000].map(userCodeLength)).toEqual([8, 8, 8, 10, 10, 12, 12])
  fc.assert(
    fc.property(liveCodes, fc.nat(1_000_000), (live, more) => {
      expect(userCodeLength(live + more)).toBeGreaterThanOrEqual(userCodeLength(live))
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
