/** `once` and `count`: marks that pass by themselves, for replay, pacing and limits. */
import { expect } from 'vitest'
import { type Clause, START } from './under-test.ts'

export function passingClauses(clause: Clause): void {
  clause('once is true for the first and false for the others until the given moment, then true again', async ({ store, clock }) => {
    expect(await store.once('a', START + 1000)).toBe(true)
    expect(await store.once('a', START + 9000)).toBe(false)
    expect(await store.once('b', START + 1000)).toBe(true)
    clock.step(999)
    expect(await store.once('a', START + 9000)).toBe(false)
    clock.step(1)
    expect(await store.once('a', START + 2000)).toBe(true)
    expect(await store.once('a', START + 2000)).toBe(false)
  })

  clause('once for a moment that has come holds nobody back', async ({ store }) => {
    expect(await store.once('a', START)).toBe(true)
    expect(await store.once('a', START - 1)).toBe(true)
    expect(await store.once('a', START + 1)).toBe(true)
    expect(await store.once('a', START + 1)).toBe(false)
  })

  clause('once holds while the clock steps back and forth before the moment', async ({ store, clock }) => {
    await store.once('a', START + 1000)
    for (const at of [START + 999, START - 86_400_000, START + 1, 0]) {
      clock.set(at)
      await store.sweep(10)
      expect(await store.once('a', START + 5000)).toBe(false)
    }
  })

  clause('a counter adds up, starts at zero, and keeps the end it was born with', async ({ store, clock }) => {
    expect(await store.count('a', START + 1000, 1)).toBe(1)
    expect(await store.count('a', START + 9000, 2)).toBe(3)
    expect(await store.count('b', START + 9000, 5)).toBe(5)
    clock.step(999)
    expect(await store.count('a', START + 9000, 1)).toBe(4)
    clock.step(1)
    expect(await store.count('a', START + 3000, 1)).toBe(1)
    expect(await store.count('b', START + 9000, 0)).toBe(5)
  })

  clause('adding nothing reads a counter and never makes one', async ({ store, clock }) => {
    expect(await store.count('a', START + 1000, 0)).toBe(0)
    clock.step(500)
    expect(await store.count('a', START + 2000, 1)).toBe(1)
    clock.step(500)
    expect(await store.count('a', START + 9000, 0)).toBe(1)
    clock.step(1000)
    expect(await store.count('a', START + 9000, 0)).toBe(0)
  })

  clause('what was added is taken away again by a number below zero, also by many at once', async ({ store, clock }) => {
    expect(await store.count('a', START + 1000, 3)).toBe(3)
    expect(await store.count('a', START + 9000, -2)).toBe(1)
    const both = async (n: number) => store.count('a', START + 1000, n % 2 === 0 ? 1 : -1)
    await Promise.all(Array.from({ length: 40 }, (_, n) => both(n)))
    expect(await store.count('a', START + 1000, 0)).toBe(1)
    clock.step(1000)
    expect(await store.count('a', START + 9000, 0)).toBe(0)
  })

  clause('once and count keep to themselves, and away from rows', async ({ store }) => {
    await store.insert({ kind: 'a', id: 'a', value: {}, lookups: ['a'], group: 'a' })
    expect(await store.once('a', START + 1000)).toBe(true)
    expect(await store.count('a', START + 1000, 1)).toBe(1)
    expect(await store.once('a', START + 1000)).toBe(false)
    expect(await store.count('a', START + 1000, 0)).toBe(1)
    expect(await store.read('a', 'a')).toEqual({ id: 'a', version: 1, value: {} })
  })

  clause('thousands of marks pass, and the living ones are still held', async ({ store, clock }) => {
    await store.once('long', START + 1_000_000)
    await store.count('long', START + 1_000_000, 7)
    for (let index = 0; index < 2000; index++) {
      clock.step(1)
      expect(await store.once(`k${index}`, clock.now() + 10)).toBe(true)
      await store.count(`k${index}`, clock.now() + 10, 1)
      if (index % 400 === 0) await store.sweep(50)
    }
    expect(await store.once('long', START + 2_000_000)).toBe(false)
    expect(await store.count('long', START + 2_000_000, 0)).toBe(7)
    expect(await store.once('k1999', clock.now() + 10)).toBe(false)
    expect(await store.once('k0', clock.now() + 10)).toBe(true)
    expect(await store.count('k1999', clock.now() + 10, 0)).toBe(1)
    expect(await store.count('k0', clock.now() + 10, 0)).toBe(0)
  })
}
