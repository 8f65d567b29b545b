import { expect, test } from 'vitest'
import { unlessAborted, wait, withinTime } from '../../src/wire/time.ts'
import { rejection } from '../support/authority.ts'
import { fakeTime, START } from '../support/fake-time.ts'

const never = () => new Promise<never>(() => {})
const late = () => new Error('late')

test('a wait ends when it is over', async () => {
  const { sleep, run, clock } = fakeTime()
  await run(wait(sleep, 5000, undefined))
  expect(clock.now()).toBe(START + 5000)
})

test('a wait ends with the signal, also when the sleep does not look at it', async () => {
  const stop = new AbortController()
  const waiting = rejection(wait(never, 5000, stop.signal))
  stop.abort()
  expect(await waiting).toMatchObject({ code: 'aborted' })
})

test('work that is late is given up and told to stop', async () => {
  const { sleep, run, clock, sleepers } = fakeTime()
  let stopped: AbortSignal | undefined
  const working = withinTime(sleep, 3000, undefined, (signal) => ((stopped = signal), never()), late)
  expect(await run(rejection(working))).toMatchObject({ message: 'late' })
  expect(clock.now()).toBe(START + 3000)
  expect(stopped?.aborted).toBe(true)
  expect(sleepers()).toBe(0)
})

test('work in time leaves no alarm behind, also when it fails', async () => {
  const { sleep, sleepers, settle } = fakeTime()
  expect(await withinTime(sleep, 3000, undefined, async () => 'done', late)).toBe('done')
  expect(await rejection(withinTime(sleep, 3000, undefined, () => Promise.reject(new Error('broken')), late))).toMatchObject({
    message: 'broken',
  })
  await settle()
  expect(sleepers()).toBe(0)
})

test('with a signal that was aborted before, the work is never begun', async () => {
  let begun = false
  const work = async () => {
    begun = true
  }
  expect(await rejection(unlessAborted(AbortSignal.abort(), work))).toMatchObject({ code: 'aborted' })
  expect(begun).toBe(false)
})

test('no listener stays on the signal', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = ((...rest: Parameters<typeof add>) => (listeners++, add(...rest))) as typeof add
  signal.removeEventListener = ((...rest: Parameters<typeof remove>) => (listeners--, remove(...rest))) as typeof remove
  await unlessAborted(signal, async () => 1)
  expect(listeners).toBe(0)
})
