/** Swap and remove: they happen to the version that was read, or not at all. */
import { expect } from 'vitest'
import { type Clause, START } from './under-test.ts'

export function changeClauses(clause: Clause): void {
  clause('a swap replaces the value and counts the version up; lookups and group stay', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: { state: 'pending', entered: true }, lookups: ['l'], group: 'g' })
    expect(await store.swap({ kind: 'device', id: 'a', version: 1, value: { state: 'approved' } })).toBe(true)
    const row = { id: 'a', version: 2, value: { state: 'approved' } }
    expect(await store.read('device', 'a')).toEqual(row)
    expect(await store.find('device', 'l')).toEqual(row)
    expect(await store.list('device', 'g', 10)).toEqual([row])
    expect(await store.swap({ kind: 'device', id: 'a', version: 2, value: { state: 'redeemed' } })).toBe(true)
    expect((await store.read('device', 'a'))?.version).toBe(3)
  })

  clause('a swap from any other version, or of a row that is not there, changes nothing', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: { n: 1 } })
    await store.swap({ kind: 'device', id: 'a', version: 1, value: { n: 2 } })
    for (const version of [0, 1, 3, -1, 2.5]) {
      expect(await store.swap({ kind: 'device', id: 'a', version, value: { n: 9 }, expiresAt: START })).toBe(false)
    }
    expect(await store.swap({ kind: 'device', id: 'b', version: 1, value: { n: 9 } })).toBe(false)
    expect(await store.swap({ kind: 'grant', id: 'a', version: 2, value: { n: 9 } })).toBe(false)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 2, value: { n: 2 } })
    expect(await store.read('device', 'b')).toBeUndefined()
  })

  clause('a removed row is gone at once, with its lookups and its place in the group', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l', 'm'], group: 'g' })
    await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['n'], group: 'g' })
    expect(await store.remove('device', 'a', 1)).toBe(true)
    expect(await store.read('device', 'a')).toBeUndefined()
    expect(await store.find('device', 'l')).toBeUndefined()
    expect((await store.list('device', 'g', 10)).map((row) => row.id)).toEqual(['b'])
    expect((await store.find('device', 'n'))?.id).toBe('b')
    expect(await store.insert({ kind: 'device', id: 'c', value: {}, lookups: ['l', 'm'] })).toBe(true)
    expect(await store.insert({ kind: 'device', id: 'a', value: { again: true } })).toBe(true)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { again: true } })
  })

  clause('a row that is inserted again has nothing of the one before it', async ({ store, clock }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'], group: 'g' })
    await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'], group: 'g', expiresAt: START + 10 })
    await store.remove('device', 'a', 1)
    clock.step(10)
    for (const id of ['a', 'b']) expect(await store.insert({ kind: 'device', id, value: { again: true } })).toBe(true)
    for (const lookup of ['l', 'm']) expect(await store.find('device', lookup)).toBeUndefined()
    expect(await store.list('device', 'g', 10)).toEqual([])
    clock.step(10)
    for (const id of ['a', 'b']) expect(await store.read('device', id)).toEqual({ id, version: 1, value: { again: true } })
  })

  clause('remove needs the version that was read; twice, the second finds nothing', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })
    await store.swap({ kind: 'device', id: 'a', version: 1, value: {} })
    for (const version of [0, 1, 3]) expect(await store.remove('device', 'a', version)).toBe(false)
    expect(await store.remove('grant', 'a', 2)).toBe(false)
    expect((await store.find('device', 'l'))?.id).toBe('a')
    expect(await store.remove('device', 'a', 2)).toBe(true)
    expect(await store.remove('device', 'a', 2)).toBe(false)
    expect(await store.swap({ kind: 'device', id: 'a', version: 2, value: {} })).toBe(false)
  })
}
