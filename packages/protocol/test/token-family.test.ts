import { familyEnded, familyExpiry, rotate, type TokenFamily } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const START = 1_700_000_000_000
const DAY = 86_400
const rule = { graceSeconds: 10 }

function born(changes: Partial<TokenFamily> = {}): TokenFamily {
  return { generation: 0, rotatedAt: START, idleSeconds: 14 * DAY, endsAt: START + 90 * DAY * 1000, revokedAt: undefined, ...changes }
}

interface Presentation {
  /** Relative to the generation that is valid when it is presented. */
  readonly offset: number
  readonly keyProven: boolean
  readonly waitMs: number
}

const presentation: fc.Arbitrary<Presentation> = fc.record({
  offset: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.constant(-1) }, fc.integer({ min: -4, max: 2 })),
  keyProven: fc.boolean(),
  waitMs: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 15 * DAY * 1000 }) },
  ),
})

interface Moment {
  readonly before: TokenFamily
  readonly generation: number
  readonly keyProven: boolean
  readonly now: number
  readonly result: ReturnType<typeof rotate>
}

function everyHistory(check: (moments: readonly Moment[]) => void) {
  fc.assert(
    fc.property(fc.array(presentation, { maxLength: 30 }), (presentations) => {
      let family = Object.freeze(born())
      let now = START
      const moments = presentations.map(({ offset, keyProven, waitMs }) => {
        now += waitMs
        const generation = family.generation + offset
        const result = rotate(family, generation, keyProven, rule, now)
        const moment = { before: family, generation, keyProven, now, result }
        if ('family' in result) family = Object.freeze(result.family)
        return moment
      })
      check(moments)
    }),
    { seed: 9700, numRuns: 1500 },
  )
}

test('after any presentations exactly one generation is valid, or none once the family has ended', () => {
  everyHistory((moments) => {
    for (const { before, now } of moments) {
      const candidates = Array.from({ length: before.generation + 4 }, (_, index) => index - 1)
      const valid = candidates.filter((generation) => rotate(before, generation, false, rule, now).outcome === 'rotated')
      expect(valid).toEqual(familyEnded(before, now) ? [] : [before.generation])
    }
  })
})

test('a rotation moves on by one generation, starts the idle time again and changes nothing else', () => {
  everyHistory((moments) => {
    for (const { before, generation, now, result } of moments) {
      if (result.outcome !== 'rotated') continue
      expect(generation).toBe(before.generation)
      expect(result.family).toEqual({ ...before, generation: before.generation + 1, rotatedAt: now })
    }
  })
})

verifies(
  'rfc9700-4.14.2-reuse-revokes',
  'a rotated-out token revokes the family for good, also for the one who holds the newest token',
  () => {
    everyHistory((moments) => {
      const replay = moments.findIndex(({ result }) => result.outcome === 'replayed')
      if (replay < 0) return
      const { before, now, result } = moments[replay] as Moment
      expect(result).toEqual({ outcome: 'replayed', family: { ...before, revokedAt: now } })
      for (const later of moments.slice(replay + 1)) expect(later.result).toEqual({ outcome: 'ended' })
    })
  },
)

test('everything but the valid generation and the direct predecessor in its grace, under the key, is a replay', () => {
  everyHistory((moments) => {
    for (const { before, generation, keyProven, now, result } of moments) {
      if (familyEnded(before, now)) continue
      const lost = generation === before.generation - 1 && generation >= 0 && now - before.rotatedAt < rule.graceSeconds * 1000
      const expected = generation === before.generation ? 'rotated' : lost && keyProven ? 'repeated' : 'replayed'
      expect(result.outcome).toBe(expected)
    }
  })
})

test('the grace needs the key, ends on time, and never reaches back two generations', () => {
  const family = born({ generation: 3 })
  expect(rotate(family, 2, true, rule, START + 9999)).toEqual({ outcome: 'repeated' })
  expect(rotate(family, 2, true, rule, START + 10_000).outcome).toBe('replayed')
  expect(rotate(family, 2, false, rule, START).outcome).toBe('replayed')
  expect(rotate(family, 1, true, rule, START).outcome).toBe('replayed')
  expect(rotate(family, 4, true, rule, START).outcome).toBe('replayed')
  expect(rotate(family, 2, true, { graceSeconds: 0 }, START).outcome).toBe('replayed')
  // A lost answer is only lost while nobody used the successor.
  const used = rotate(family, 3, true, rule, START + 1)
  expect(used.outcome === 'rotated' && rotate(used.family, 2, true, rule, START + 2).outcome).toBe('replayed')
})

verifies('rfc9700-4.14.2-idle-expiry', 'a family ends when idle too long; use extends it, but never past its absolute end', () => {
  const family = born()
  expect(familyExpiry(family)).toBe(START + 14 * DAY * 1000)
  expect(rotate(family, 0, true, rule, START + 14 * DAY * 1000 - 1).outcome).toBe('rotated')
  expect(rotate(family, 0, true, rule, START + 14 * DAY * 1000)).toEqual({ outcome: 'ended' })

  let current = family
  let now = START
  for (let uses = 0; uses < 40; uses++) {
    now += 3 * DAY * 1000
    const result = rotate(current, current.generation, true, rule, now)
    expect(result.outcome).toBe(now < family.endsAt ? 'rotated' : 'ended')
    if (result.outcome === 'rotated') current = result.family
    expect(familyExpiry(current)).toBeLessThanOrEqual(family.endsAt)
  }
  expect(current.generation).toBe(29)
})

test('a revoked family has ended at every time, whatever is presented', () => {
  const revoked = born({ generation: 2, revokedAt: START })
  for (const generation of [1, 2, 3]) expect(rotate(revoked, generation, true, rule, START)).toEqual({ outcome: 'ended' })
  expect(familyEnded(revoked, START - 1)).toBe(true)
})
