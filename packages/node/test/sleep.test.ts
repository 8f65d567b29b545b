/** Clock and sleep of the machine. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock, systemSleep } from '../src/index.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the clock tells the wall time of the machine', () => {
  vi.setSystemTime(1_800_000_000_123)
  expect(systemClock().now()).toBe(1_800_000_000_123)
})

test('a sleep ends when its time has come, not before', async () => {
  let woke = false
  const slept = systemSleep()(5000).then(() => {
    woke = true
  })
  await vi.advanceTimersByTimeAsync(4999)
  expect(woke).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await slept
  expect(woke).toBe(true)
})

test('an abort ends the sleep at once with its reason, and leaves no timer', async () => {
  const abort = new AbortController()
  const slept = systemSleep()(5000, abort.signal)
  abort.abort('enough')
  await expect(slept).rejects.toBe('enough')
  expect(vi.getTimerCount()).toBe(0)
})

test('a signal that was aborted before refuses the sleep', async () => {
  await expect(systemSleep()(5000, AbortSignal.abort('too late'))).rejects.toBe('too late')
  expect(vi.getTimerCount()).toBe(0)
})

test('a finished sleep leaves no listener on the signal', async () => {
  const { signal } = new AbortController()
  const removed = vi.spyOn(signal, 'removeEventListener')
  const slept = systemSleep()(10, signal)
  await vi.advanceTimersByTimeAsync(10)
  await slept
  expect(removed).toHaveBeenCalledWith('abort', expect.any(Function))
})
