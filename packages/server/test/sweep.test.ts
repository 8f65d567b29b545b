import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepSwept } from '../src/sweep.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const PAUSE = 60_000

/** A store that frees what it is told, call by call. */
function storeThatFrees(...counts: (number | Error)[]) {
  const limits: number[] = []
  return {
    limits,
    sweep: async (limit: number) => {
      limits.push(limit)
      const count = counts.shift() ?? 0
      if (count instanceof Error) throw count
      return count === -1 ? limit : count
    },
  }
}

test('sweeps after each pause, and at once while there is more', async () => {
  const store = storeThatFrees(-1, -1, 7)
  const stop = keepSwept(store, () => undefined, PAUSE)
  await vi.advanceTimersByTimeAsync(PAUSE - 1)
  expect(store.limits).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(store.limits).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(4)
  expect(store.limits).toHaveLength(3)
  await vi.advanceTimersByTimeAsync(PAUSE - 1)
  expect(store.limits).toHaveLength(3)
  await vi.advanceTimersByTimeAsync(1)
  expect(store.limits).toHaveLength(4)
  await stop()
})

test('goes on after a failure, and tells it', async () => {
  const broken = new Error('away')
  const store = storeThatFrees(broken, 1)
  const told: unknown[] = []
  const stop = keepSwept(store, (cause) => void told.push(cause), PAUSE)
  await vi.advanceTimersByTimeAsync(2 * PAUSE)
  expect(told).toEqual([broken])
  expect(store.limits).toHaveLength(2)
  await stop()
})

test('stopping waits for the sweep under way, and no other follows', async () => {
  let finish: (count: number) => void = () => undefined
  let calls = 0
  const sweep = () => {
    calls++
    return new Promise<number>((resolve) => {
      finish = resolve
    })
  }
  const stop = keepSwept({ sweep }, () => undefined, PAUSE)
  await vi.advanceTimersByTimeAsync(PAUSE)
  let stopped = false
  const stopping = stop().then(() => {
    stopped = true
  })
  await vi.advanceTimersByTimeAsync(0)
  expect(stopped).toBe(false)
  finish(200)
  await stopping
  await vi.advanceTimersByTimeAsync(3 * PAUSE)
  expect(calls).toBe(1)
})
