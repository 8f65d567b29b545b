import fc from 'fast-check'
import { beginPolling, next, type PollObservation, type PollState } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'

/** Plays answers to the machine; tells the moments of the polls in seconds, and how it ended. */
function play(
  interval: number,
  expiresIn: number,
  answers: readonly PollObservation[],
): { polls: number[]; end: string; state: PollState } {
  const left = [...answers]
  const polls: number[] = []
  let now = 0
  let { state, action } = next(beginPolling(interval, expiresIn * 1000), { type: 'started' }, now)
  for (;;) {
    if (action.type === 'stop' || action.type === 'expire') return { polls, end: action.type, state }
    if (action.type === 'wait') {
      now += action.milliseconds
      ;({ state, action } = next(state, { type: 'waited' }, now))
    } else {
      polls.push(now / 1000)
      ;({ state, action } = next(state, left.shift() ?? { type: 'pending' }, now))
    }
  }
}

function gaps(moments: readonly number[]): readonly number[] {
  return moments.map((moment, index) => moment - (moments[index - 1] ?? 0))
}

const pending: PollObservation = { type: 'pending' }
const slowDown: PollObservation = { type: 'slow_down' }
const unanswered: PollObservation = { type: 'unanswered' }
const tokens: PollObservation = { type: 'tokens' }

verifies('rfc8628-3.5-wait-interval', 'the interval passes before every poll, the first included, with a tenth to spare', () => {
  const { polls } = play(5, 300, [pending, pending, tokens])
  expect(gaps(polls)).toEqual([5.5, 5.5, 5.5])
})

verifies('rfc8628-3.5-slow-down', 'slow_down adds five seconds for that poll and all later ones', () => {
  const { polls } = play(5, 300, [pending, slowDown, pending, slowDown, pending, pending, tokens])
  expect(gaps(polls).map((gap) => gap / 1.1)).toEqual([5, 5, 10, 10, 15, 15, 15].map((gap) => expect.closeTo(gap, 6)))
})

test('a longer interval named with slow_down is believed, a shorter one is not', () => {
  expect(play(5, 600, [{ type: 'slow_down', interval: 30 }, tokens]).state.interval).toBe(30)
  expect(play(5, 600, [{ type: 'slow_down', interval: 1 }, tokens]).state.interval).toBe(10)
})

test('slow_down again and again never ends it before the code does', () => {
  const { polls, end } = play(
    5,
    900,
    Array.from({ length: 50 }, () => slowDown),
  )
  expect(end).toBe('expire')
  expect(polls.length).toBeGreaterThan(10)
})

verifies('rfc8628-3.5-timeout-backoff', 'unanswered polls double the gap up to a minute, and an answer brings the pace back', () => {
  const { polls } = play(5, 900, [unanswered, unanswered, unanswered, unanswered, unanswered, pending, pending, tokens])
  expect(gaps(polls)).toEqual([5.5, 11, 22, 44, 60, 60, 5.5, 5.5].map((gap) => expect.closeTo(gap, 6)))
})

test('a long interval is not shortened by the limit of the backoff', () => {
  const { polls } = play(100, 2000, [unanswered, unanswered, tokens])
  expect(gaps(polls)).toEqual([110, 110, 110].map((gap) => expect.closeTo(gap, 6)))
})

test('Retry-After is honoured when it is longer than the backoff', () => {
  expect(gaps(play(5, 600, [{ type: 'unanswered', retryAfter: 40 }, tokens]).polls)[1]).toBeCloseTo(40)
  expect(gaps(play(5, 600, [{ type: 'unanswered', retryAfter: 2 }, tokens]).polls)[1]).toBeCloseTo(11)
})

verifies(
  'seed-000-honour-interval-client',
  'the interval is the one of the answer, and status 429 counts as slow_down with Retry-After',
  () => {
    expect(gaps(play(7, 300, [pending, slowDown, pending, tokens]).polls)).toEqual(
      [7.7, 7.7, 13.2, 13.2].map((gap) => expect.closeTo(gap, 6)),
    )
    const { polls, state } = play(7, 300, [{ type: 'unanswered', throttled: true, retryAfter: 30 }, pending, tokens])
    expect(gaps(polls)).toEqual([7.7, 30, 13.2].map((gap) => expect.closeTo(gap, 6)))
    expect(state.interval).toBe(12)
  },
)

verifies('seed-003-server-dictates-timing', 'interval and life both come from the server', () => {
  const quick = play(3, 120, [])
  expect(gaps(quick.polls).slice(0, 5)).toEqual([3.3, 3.3, 3.3, 3.3, 3.3].map((gap) => expect.closeTo(gap, 6)))
  expect(quick.polls.at(-1)).toBe(118)
  const calm = play(10, 900, [])
  expect(gaps(calm.polls).slice(0, 3)).toEqual([11, 11, 11])
  expect(calm.polls.at(-1)).toBe(898)
})

test('the last poll is just before the end, and nothing is polled after it', () => {
  const { polls, end } = play(5, 60, [])
  expect(polls.at(-1)).toBe(58)
  expect(end).toBe('expire')
})

test('a backoff that would sleep past the end still polls once before it', () => {
  const { polls } = play(5, 90, [unanswered, unanswered, unanswered, unanswered])
  expect(polls.at(-1)).toBe(88)
})

test('a timer that fires early waits for the rest; a clock that was set back does not hang', () => {
  const begun = next(beginPolling(5, 300_000), { type: 'started' }, 0)
  expect(next(begun.state, { type: 'waited' }, 5000).action).toEqual({ type: 'wait', milliseconds: 500 })
  expect(next(begun.state, { type: 'waited' }, -3_600_000).action).toEqual({ type: 'poll' })
})

test('a machine that slept past the end does not poll', () => {
  const begun = next(beginPolling(5, 300_000), { type: 'started' }, 0)
  expect(next(begun.state, { type: 'waited' }, 4_000_000).action).toEqual({ type: 'expire' })
})

verifies('rfc8628-3.5-stop-on-other-errors', 'tokens, a refusal and a broken success stop it', () => {
  for (const type of ['tokens', 'refused', 'malformed'] as const)
    expect(play(5, 300, [pending, { type }])).toMatchObject({ end: 'stop', polls: [5.5, 11] })
})

test('whatever happens: never two polls within the interval, an interval that only grows, no poll after the end', () => {
  const seconds = fc.double({ min: 0.001, max: 1e9, noNaN: true })
  const observation: fc.Arbitrary<PollObservation> = fc.oneof(
    fc.constant(pending),
    fc.record({ type: fc.constant('slow_down' as const), interval: fc.option(seconds, { nil: undefined }) }),
    fc.record({ type: fc.constant('unanswered' as const), retryAfter: fc.option(seconds, { nil: undefined }), throttled: fc.boolean() }),
  )
  const run = fc.property(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 61, max: 1800 }),
    fc.array(observation),
    (interval, life, script) => {
      let now = 0
      let polledAt = 0
      let step = next(beginPolling(interval, life * 1000), { type: 'started' }, now)
      const left = [...script]
      for (let turns = 0; step.action.type !== 'expire'; turns++) {
        expect(turns).toBeLessThan(10_000)
        if (step.action.type === 'wait') {
          expect(step.action.milliseconds).toBeGreaterThanOrEqual(0)
          now += step.action.milliseconds
          step = next(step.state, { type: 'waited' }, now)
        } else {
          expect(now - polledAt).toBeGreaterThanOrEqual(step.state.interval * 1000 - 1e-3)
          expect(now).toBeLessThan(life * 1000)
          polledAt = now
          const before = step.state.interval
          step = next(step.state, left.shift() ?? pending, now)
          expect(step.state.interval).toBeGreaterThanOrEqual(before)
        }
      }
      expect(now).toBe(life * 1000)
    },
  )
  fc.assert(run, { numRuns: 300 })
})
