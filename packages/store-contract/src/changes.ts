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

  clause('a swap that inserts does both', async ({ store, clock }) => {
    await store.insert({ kind: 'device', id: 'a', value: { state: 'approved' }, lookups: ['l'] })
    const change = { kind: 'device', id: 'a', version: 1, value: { state: 'redeemed' }, expiresAt: START + 20 }
    const row = { kind: 'grant', id: 'b', value: { of: 'a' }, lookups: ['m'], group: 'g', expiresAt: START + 10 }
    expect(await store.swapAndInsert(change, row)).toBe(true)
    expect(await store.find('device', 'l')).toEqual({ id: 'a', version: 2, value: { state: 'redeemed' } })
    const born = { id: 'b', version: 1, value: { of: 'a' } }
    expect(await store.read('grant', 'b')).toEqual(born)
    expect(await store.find('grant', 'm')).toEqual(born)
    expect(await store.list('grant', 'g', 10)).toEqual([born])
    clock.step(10)
    expect(await store.read('grant', 'b')).toBeUndefined()
    expect(await store.read('device', 'a')).toBeDefined()
    clock.step(10)
    expect(await store.read('device', 'a')).toBeUndefined()
  })

  clause('what is not swapped inserts nothing: another version, a row that is not there, or has ended', async ({ store, clock }) => {
    await store.insert({ kind: 'device', id: 'a', value: { n: 1 } })
    await store.insert({ kind: 'device', id: 'ended', value: {}, expiresAt: START + 10 })
    clock.step(10)
    const row = { kind: 'grant', id: 'g', value: {}, lookups: ['l'], group: 'g' }
    const swaps = [0, 2, -1, 2.5].map((version) => ({ id: 'a', version }))
    for (const swap of [...swaps, { id: 'b', version: 1 }, { id: 'ended', version: 1 }]) {
      expect(await store.swapAndInsert({ kind: 'device', ...swap, value: { n: 9 } }, row)).toBe(false)
    }
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { n: 1 } })
    expect(await store.read('grant', 'g')).toBeUndefined()
    expect(await store.find('grant', 'l')).toBeUndefined()
    expect(await store.list('grant', 'g', 10)).toEqual([])
    expect(await store.insert(row)).toBe(true)
  })

  clause('a swap stays when the names of the row to be inserted are taken; they stay with who has them', async ({ store }) => {
    await store.insert({ kind: 'grant', id: 'g', value: { first: true }, lookups: ['l'] })
    await store.insert({ kind: 'device', id: 'a', value: { n: 1 } })
    const rows = [
      { kind: 'grant', id: 'g', value: {}, lookups: ['m'] },
      { kind: 'grant', id: 'h', value: {}, lookups: ['m', 'l'] },
      // Its own name is taken, too.
      { kind: 'device', id: 'a', value: {}, lookups: ['m'] },
    ]
    for (const [at, row] of rows.entries()) {
      expect(await store.swapAndInsert({ kind: 'device', id: 'a', version: at + 1, value: { n: at + 2 } }, row)).toBe(true)
    }
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 4, value: { n: 4 } })
    expect(await store.find('grant', 'l')).toEqual({ id: 'g', version: 1, value: { first: true } })
    expect(await store.read('grant', 'h')).toBeUndefined()
    for (const kind of ['grant', 'device']) expect(await store.find(kind, 'm')).toBeUndefined()
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
