import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { changeBetweenReadAndSwap, failAfterTheMark, redeemManyAtOnce } from '../../../tests/support/redeem-race.ts'
import { fakeClock, START, storeContract } from '@countersign/store-contract'
import { memoryStore } from '../src/store-memory.ts'

storeContract(
  'memory',
  (clock) => {
    const store = memoryStore(clock)
    return { store, again: () => store, dispose: () => store.close() }
  },
  { shared: false },
)

verifies('seed-001-mark-before-issue', 'memory: fifty redemptions at once, slow to issue, make one token', async () => {
  const clock = fakeClock()
  await redeemManyAtOnce([memoryStore(clock)], clock)
})

verifies('seed-001-mark-before-issue', 'memory: a failure after the mark costs the token and never makes two', async () => {
  const clock = fakeClock()
  await failAfterTheMark(memoryStore(clock), clock)
})

verifies('seed-001-single-predicate-lookup', 'memory: a record that changes between the checks and the swap is not redeemed', async () => {
  const clock = fakeClock()
  await changeBetweenReadAndSwap(memoryStore(clock), clock)
})

test('a sweep frees exactly what has expired, going on where the last one stopped', async () => {
  const clock = fakeClock()
  const store = memoryStore(clock)
  for (let index = 0; index < 100; index++) {
    await store.insert({ kind: 'device', id: `${index}`, value: {}, expiresAt: index % 2 === 0 ? START + 10 : START + 20 })
  }
  clock.step(10)
  const freed: number[] = []
  for (let turn = 0; turn < 7; turn++) freed.push(await store.sweep(9))
  expect(freed).toEqual([9, 9, 9, 9, 9, 5, 0])
  clock.step(10)
  expect(await store.sweep(1000)).toBe(50)
})

test('among rows that live on a sweep looks at some thousands in one go', async () => {
  const clock = fakeClock()
  const store = memoryStore(clock)
  for (let index = 0; index < 12_000; index++) {
    await store.insert({ kind: 'device', id: `${index}`, value: {}, expiresAt: index % 1000 === 0 ? START + 10 : START + 20 })
  }
  clock.step(10)
  const freed = [await store.sweep(100), await store.sweep(100), await store.sweep(100)]
  expect(freed.reduce((sum, each) => sum + each)).toBe(12)
  for (const each of freed) expect(each).toBeLessThan(7)
})

test('what has ended goes as new rows come, without a sweep', async () => {
  const clock = fakeClock()
  const store = memoryStore(clock)
  const insert = (id: string, life: number) =>
    store.insert({ kind: 'device', id, value: {}, lookups: [`l${id}`], expiresAt: clock.now() + life })
  for (let index = 0; index < 100; index++) await insert(`old ${index}`, 10)
  clock.step(10)
  for (let index = 0; index < 100; index++) await insert(`new ${index}`, 10)
  expect(await store.sweep(1000)).toBe(0)
})
