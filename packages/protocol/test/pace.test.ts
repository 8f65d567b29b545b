import { DEFAULT_PACE, intervalAfter, nextPollFrom, type PaceRule } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const START = 1_700_000_000_000
const runs = { seed: 3005, numRuns: 500 }

/** The server's rule in full: the first poll is free, a poll on time moves the window, an early one costs a slow_down and moves nothing. */
function server(rule: PaceRule) {
  let openFrom = 0
  let slowDowns = 0
  return {
    poll(at: number): 'pending' | 'slow_down' {
      if (at < openFrom) {
        slowDowns++
        return 'slow_down'
      }
      openFrom = nextPollFrom(rule, slowDowns, at)
      return 'pending'
    },
    interval: () => intervalAfter(rule, slowDowns),
    slowDowns: () => slowDowns,
  }
}

const interval = fc.integer({ min: 2, max: 30 })
const ruleOf = (seconds: number): PaceRule => ({ ...DEFAULT_PACE, interval: seconds })
const jitters = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 2, maxLength: 60 })

verifies('rfc8628-3.5-slow-down-server', 'a client on a steady beat, each poll up to half a second off it, never gets slow_down', () => {
  fc.assert(
    fc.property(interval, jitters, (seconds, offBeat) => {
      const { poll } = server(ruleOf(seconds))
      expect(offBeat.map((jitter, beat) => poll(START + (beat + 1) * seconds * 1000 + jitter))).not.toContain('slow_down')
    }),
    runs,
  )
})

verifies(
  'rfc8628-3.5-slow-down-server',
  'a client that waits the interval after each answer never gets slow_down, however slow the network is',
  () => {
    const delay = fc.integer({ min: 0, max: 8000 })
    const rounds = fc.array(fc.record({ there: delay, back: delay, timer: fc.integer({ min: -500, max: 500 }) }), {
      minLength: 2,
      maxLength: 60,
    })
    fc.assert(
      fc.property(interval, rounds, (seconds, trips) => {
        const { poll } = server(ruleOf(seconds))
        let now = START
        for (const { there, back, timer } of trips) {
          now += seconds * 1000 + timer + there
          expect(poll(now)).toBe('pending')
          now += back
        }
      }),
      runs,
    )
  },
)

verifies(
  'rfc8628-3.5-slow-down-server',
  'one early poll costs exactly one slow_down and five seconds; a client that keeps the new interval recovers',
  () => {
    const early = fc.double({ min: 0, max: 0.49, noNaN: true })
    fc.assert(
      fc.property(interval, early, fc.integer({ min: 0, max: 5 }), jitters, (seconds, fraction, regular, offBeat) => {
        const { poll, interval, slowDowns } = server(ruleOf(seconds))
        let now = START
        for (let count = 0; count <= regular; count++) {
          now += seconds * 1000
          expect(poll(now)).toBe('pending')
        }
        now += seconds * 1000 * fraction
        expect(poll(now)).toBe('slow_down')
        expect(interval()).toBe(seconds + 5)
        const answers = offBeat.map((jitter, beat) => poll(now + (beat + 1) * interval() * 1000 + jitter))
        expect(answers).not.toContain('slow_down')
        expect(slowDowns()).toBe(1)
      }),
      runs,
    )
  },
)

test('an early poll does not move the window: what was on time before it is on time after it', () => {
  const { poll } = server({ interval: 5, longest: 60, tolerance: 0 })
  expect(poll(START)).toBe('pending')
  for (let early = 1; early < 5; early++) expect(poll(START + early * 1000)).toBe('slow_down')
  expect(poll(START + 5000)).toBe('pending')
  // From here on the raised interval holds.
  expect(poll(START + 5000 + 24_999)).toBe('slow_down')
  expect(poll(START + 5000 + 25_000)).toBe('pending')
})

test('a client that never heeds slow_down is slowed to the longest interval, and still heard once in every one', () => {
  const rule = DEFAULT_PACE
  const { poll, interval } = server(rule)
  const heard: number[] = []
  for (let at = START; at < START + 900_000; at += 2000) if (poll(at) === 'pending') heard.push(at)
  expect(interval()).toBe(rule.longest)
  const gaps = heard.slice(1).map((at, index) => at - (heard[index] ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(rule.longest * 1000 + 2000)
  expect(gaps.slice(3).every((gap) => gap >= (rule.longest - rule.tolerance) * 1000)).toBe(true)
})

verifies('rfc8628-3.5-slow-down-server', 'each slow_down adds five seconds for good, up to the longest interval', () => {
  expect([0, 1, 2, 10, 11, 12].map((times) => intervalAfter(DEFAULT_PACE, times))).toEqual([5, 10, 15, 55, 60, 60])
  expect(nextPollFrom(DEFAULT_PACE, 0, 1000)).toBe(5000)
  expect(nextPollFrom(DEFAULT_PACE, 1, 1000)).toBe(10_000)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 }), fc.nat(40), (seconds, longest, times) => {
      const rule = { interval: seconds, longest, tolerance: 1 }
      expect(intervalAfter(rule, times + 1)).toBeGreaterThanOrEqual(intervalAfter(rule, times))
      expect(intervalAfter(rule, times)).toBeGreaterThanOrEqual(seconds)
      expect(intervalAfter(rule, times)).toBeLessThanOrEqual(Math.max(seconds, longest))
    }),
    runs,
  )
})

test('the tolerance never swallows the interval', () => {
  expect(nextPollFrom({ interval: 1, longest: 60, tolerance: 1 }, 0, START)).toBe(START + 500)
  expect(nextPollFrom({ interval: 1, longest: 60, tolerance: 30 }, 0, START)).toBe(START + 500)
  expect(nextPollFrom({ interval: 5, longest: 60, tolerance: 0 }, 0, START)).toBe(START + 5000)
})
