import { fakeClock, START } from '@countersign/store-contract'
import { webEntropy } from '@countersign/proof/web-entropy'
import type { Clock } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EndingNumbers, endingNumbers } from '../src/ending-numbers.ts'

/** What they are to answer, as plainly as it can be said. */
function model(clock: Clock): Pick<EndingNumbers, 'valueOf' | 'add'> {
  const kept = new Map<string, { value: number; until: number }>()
  const living = (name: string) => {
    const found = kept.get(name)
    return found !== undefined && clock.now() < found.until ? found : undefined
  }
  return {
    valueOf: (name) => living(name)?.value ?? 0,
    add(name, until, amount) {
      const entry = living(name) ?? { value: 0, until }
      kept.set(name, entry)
      return (entry.value += amount)
    },
  }
}

/** Names that share their beginnings, of every width of character. */
const name = fc.oneof(
  fc.integer({ min: 0, max: 4000 }).map((at) => `open:cli:${at}`),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const until = fc.oneof(fc.integer({ min: -2, max: 60 }), fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN, 0.5))
const step = fc.record({
  name,
  until,
  amount: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: 0.1, max: 1e9, noNaN: true })),
  later: fc.nat(2),
})

test('every answer is that of a map from names to numbers, while pages grow, shrink and are pruned', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), fc.nat(50), (steps, pruned) => {
      const clock = fakeClock()
      const numbers = endingNumbers(clock, webEntropy())
      const expected = model(clock)
      for (const { name, until, amount, later } of steps) {
        expect(numbers.valueOf(name)).toBe(expected.valueOf(name))
        expect(numbers.add(name, clock.now() + until, amount)).toBe(expected.add(name, clock.now() + until, amount))
        clock.step(later)
        numbers.prune(pruned)
      }
    }),
    { seed: 8628, numRuns: 40 },
  )
})

test('a hundred thousand numbers are all found, and those that live on when the others are gone', () => {
  const clock = fakeClock()
  const numbers = endingNumbers(clock, webEntropy())
  const every = Array.from({ length: 100_000 }, (_, at) => at)
  const wrong = (value: (at: number) => number) => every.filter((at) => numbers.valueOf(`${at}`) !== value(at))
  const ends = (at: number) => START + (at % 10 === 0 ? 1000 : 10)
  expect(every.filter((at) => numbers.add(`${at}`, ends(at), at + 1) !== at + 1)).toEqual([])
  expect(wrong((at) => at + 1)).toEqual([])
  // Pages that have just become two are a bit less than half full.
  expect(numbers.room).toBeLessThan(2.4 * every.length)
  // Pages become one in pairs: every round half as many.
  const freeAll = () => {
    for (let round = 0; round < 10; round++) numbers.prune(every.length)
  }
  clock.step(10)
  freeAll()
  expect(wrong((at) => (at % 10 === 0 ? at + 1 : 0))).toEqual([])
  expect(numbers.room).toBeLessThan(0.4 * every.length)
  clock.step(1000)
  freeAll()
  expect(numbers.room).toBe(endingNumbers(clock, webEntropy()).room)
})

test('what has ended makes room for what comes, without a sweep', () => {
  const clock = fakeClock()
  const numbers = endingNumbers(clock, webEntropy())
  let most = 0
  for (let at = 0; at < 200_000; at++) {
    numbers.add(`${at}`, clock.now() + 1000, 1)
    clock.step(1)
    most = Math.max(most, numbers.room)
  }
  // A thousand live at a time.
  expect(most).toBeLessThan(6000)
})

test('the source of randomness decides where a number lies, and not what is answered', () => {
  const clock = fakeClock()
  for (const byte of [0, 255]) {
    const numbers = endingNumbers(clock, { random: (count) => new Uint8Array(count).fill(byte) })
    expect([numbers.add('a', START + 1, 1), numbers.add('b', START + 1, 5), numbers.add('a', START + 1, 1)]).toEqual([1, 5, 2])
  }
})
