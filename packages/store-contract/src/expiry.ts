/** The end of a row: invisible from `expiresAt` on, its names free from then on, swept or not, whatever the clock does. */
import { expect } from 'vitest'
import { type Clause, type Given, START } from './under-test.ts'

/** What every way to reach the row says about it. */
async function seen({ store }: Given, id = 'a', lookup = 'l'): Promise<boolean[]> {
  const listed = await store.list('device', 'g', 10)
  return [(await store.read('device', id)) !== undefined, (await store.find('device', lookup)) !== undefined, listed.length > 0]
}
const ALL = [true, true, true]
const NONE = [false, false, false]

const row = (id: string, expiresAt?: number) => ({ kind: 'device', id, value: { id }, lookups: ['l'], group: 'g', expiresAt })

export function expiryClauses(clause: Clause): void {
  clause('a row is there until the millisecond before its end, and gone at its end', async (given) => {
    await given.store.insert(row('a', START + 1000))
    given.clock.step(999)
    expect(await seen(given)).toEqual(ALL)
    given.clock.step(1)
    expect(await seen(given)).toEqual(NONE)
  })

  clause('what has expired can be neither swapped nor removed', async ({ store, clock }) => {
    await store.insert(row('a', START + 1000))
    clock.step(1000)
    expect(await store.swap({ kind: 'device', id: 'a', version: 1, value: {}, expiresAt: START + 5000 })).toBe(false)
    expect(await store.remove('device', 'a', 1)).toBe(false)
    expect(await store.read('device', 'a')).toBeUndefined()
  })

  clause('the id and the lookups of an expired row are free, without any sweep', async (given) => {
    const { store, clock } = given
    await store.insert({ ...row('a', START + 1000), lookups: ['l', 'm'] })
    await store.insert({ kind: 'device', id: 'x', value: {}, lookups: ['x'], expiresAt: START + 1000 })
    clock.step(999)
    expect(await store.insert({ ...row('b'), lookups: ['m'] })).toBe(false)
    clock.step(1)
    expect(await store.insert({ ...row('b'), lookups: ['m', 'x'] })).toBe(true)
    expect(await store.find('device', 'l')).toBeUndefined()
    expect((await store.find('device', 'm'))?.id).toBe('b')
    expect((await store.find('device', 'x'))?.id).toBe('b')
    expect(await store.insert({ ...row('a'), value: { second: true } })).toBe(true)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { second: true } })
    expect((await store.list('device', 'g', 10)).map(({ id }) => id)).toEqual(['b', 'a'])
  })

  clause('a row without an end does not end', async (given) => {
    await given.store.insert(row('a'))
    given.clock.set(Number.MAX_SAFE_INTEGER)
    await given.store.sweep(10)
    expect(await seen(given)).toEqual(ALL)
  })

  clause('a swap keeps the end, or sets a later, an earlier or a first one', async (given) => {
    const { store, clock } = given
    const swap = (version: number, expiresAt?: number) => store.swap({ kind: 'device', id: 'a', version, value: {}, expiresAt })
    await store.insert(row('a', START + 1000))
    expect(await swap(1)).toBe(true)
    expect(await swap(2, START + 3000)).toBe(true)
    clock.set(START + 2999)
    expect(await seen(given)).toEqual(ALL)
    expect(await swap(3)).toBe(true)
    expect(await swap(4, START + 2000)).toBe(true)
    expect(await seen(given)).toEqual(NONE)
    expect(await store.insert(row('a'))).toBe(true)
    expect(await swap(1, START + 4000)).toBe(true)
    clock.set(START + 4000)
    expect(await seen(given)).toEqual(NONE)
  })

  clause('a row whose end has come already is taken, and never seen', async (given) => {
    expect(await given.store.insert(row('a', START))).toBe(true)
    expect(await seen(given)).toEqual(NONE)
    expect(await given.store.insert(row('b', START - 1))).toBe(true)
    expect(await seen(given, 'b')).toEqual(NONE)
  })

  clause('a clock that steps back and forth before the end changes nothing', async (given) => {
    await given.store.insert(row('a', START + 1000))
    for (const at of [START + 999, START - 86_400_000, START + 500, 0, START + 999]) {
      given.clock.set(at)
      expect(await seen(given)).toEqual(ALL)
      expect(await given.store.insert(row('b'))).toBe(false)
      await given.store.sweep(10)
    }
    given.clock.set(START + 1000)
    expect(await seen(given)).toEqual(NONE)
  })

  clause('what took the place of an expired row keeps it when the clock steps back', async ({ store, clock }) => {
    await store.insert({ ...row('a', START + 1000), lookups: ['l', 'm'] })
    clock.step(1000)
    expect(await store.insert({ ...row('b'), lookups: ['m'] })).toBe(true)
    clock.step(-1000)
    // The old row must not come back without one of its names, nor share it.
    expect(await store.read('device', 'a')).toBeUndefined()
    expect(await store.find('device', 'l')).toBeUndefined()
    expect((await store.find('device', 'm'))?.id).toBe('b')
    expect((await store.list('device', 'g', 10)).map(({ id }) => id)).toEqual(['b'])
  })

  clause('a sweep frees at most as many rows as it may, and only what has expired', async ({ store, clock }) => {
    for (let index = 0; index < 30; index++) {
      const expiresAt = index % 3 === 0 ? undefined : START + 100 + index
      await store.insert({ kind: 'device', id: `row ${index}`, value: { index }, lookups: [`l${index}`], group: 'g', expiresAt })
    }
    expect(await store.sweep(100)).toBe(0)
    clock.step(200)
    expect(await store.sweep(0)).toBe(0)
    let freed = 0
    for (let some = -1; some !== 0; freed += some) {
      some = await store.sweep(7)
      expect(some).toBeLessThanOrEqual(7)
    }
    // A store that frees by itself has nothing left to tell of.
    expect(freed).toBeLessThanOrEqual(20)
    expect((await store.list('device', 'g', 100)).map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `row ${n * 3}`))
    for (let index = 0; index < 30; index++) {
      const found = await store.find('device', `l${index}`)
      expect(found?.value).toEqual(index % 3 === 0 ? { index } : undefined)
    }
  })
}
