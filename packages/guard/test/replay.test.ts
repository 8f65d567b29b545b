import { expect, test } from 'vitest'
import { createReplayMemory } from '../src/dpop/replay.ts'

function memoryAt(start: number, capacity?: number) {
  let now = start
  const once = createReplayMemory({ now: () => now }, capacity)
  return { once, at: (moment: number) => (now = moment) }
}

test('a key is new once, until its end', async () => {
  const { once, at } = memoryAt(1000)
  expect(await once('a', 2000)).toBe(true)
  expect(await once('a', 3000)).toBe(false)
  expect(await once('b', 2000)).toBe(true)
  at(1999)
  expect(await once('a', 3000)).toBe(false)
  at(2000)
  expect(await once('a', 3000)).toBe(true)
  expect(await once('a', 3000)).toBe(false)
})

test('of many at once exactly one is first', async () => {
  const { once } = memoryAt(1000)
  const answers = await Promise.all(Array.from({ length: 50 }, () => once('a', 2000)))
  expect(answers.filter(Boolean)).toHaveLength(1)
})

test('a full memory forgets nothing that could be replayed, and has room again when something ended', async () => {
  const { once, at } = memoryAt(1000, 2)
  expect(await once('a', 2000)).toBe(true)
  expect(await once('b', 5000)).toBe(true)
  await expect(once('c', 5000)).rejects.toThrow(RangeError)
  expect(await once('a', 5000)).toBe(false)
  at(2000)
  expect(await once('c', 5000)).toBe(true)
  expect(await once('b', 5000)).toBe(false)
})
