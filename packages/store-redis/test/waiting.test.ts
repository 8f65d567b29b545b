import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { waitingFor } from '../src/waiting.ts'

test('what waits too long is given up, once, in the order in which it came; what was answered is not', async () => {
  // What the test runner does meanwhile by other timers is its own.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ pause: fc.nat(60), end: fc.option(fc.nat(30), { nil: undefined }) }), { maxLength: 40 }),
        async (steps) => {
          const timersOfOthers = vi.getTimerCount()
          const waiting = waitingFor(100)
          const begun: {
            readonly at: number
            readonly one: ReturnType<typeof waiting.begin>
            answered: boolean
            gaveUp: number | undefined
          }[] = []
          for (const { end, pause } of steps) {
            const entry = { at: performance.now(), answered: false, gaveUp: undefined as number | undefined }
            const one = waiting.begin(() => {
              expect(entry.gaveUp).toBeUndefined()
              entry.gaveUp = performance.now()
            })
            begun.push(Object.assign(entry, { one }))
            const other = end === undefined ? undefined : begun[end]
            if (other !== undefined) {
              other.answered ||= other.gaveUp === undefined
              waiting.end(other.one)
              waiting.end(other.one)
            }
            await vi.advanceTimersByTimeAsync(pause)
          }
          await vi.advanceTimersByTimeAsync(500)
          expect(vi.getTimerCount()).toBeLessThanOrEqual(timersOfOthers)
          for (const { answered, at, gaveUp } of begun) {
            expect(gaveUp === undefined).toBe(answered)
            if (gaveUp === undefined) continue
            expect(gaveUp - at).toBeGreaterThanOrEqual(100)
            expect(gaveUp - at).toBeLessThan(105)
          }
        },
      ),
      { numRuns: 50 },
    )
  } finally {
    vi.useRealTimers()
  }
})
