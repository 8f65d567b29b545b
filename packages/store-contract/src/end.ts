/** The end of a store and what comes after it; for rows that live outside the program, also other programs beside it. */
import type { Store } from '@countersign/authority'
import type { Awaitable } from '@countersign/protocol'
import { expect } from 'vitest'
import { raceRows } from './races.ts'
import { atOnce, type Clause, START } from './under-test.ts'

const MOVES: readonly ((store: Store) => Awaitable<unknown>)[] = [
  (store) => store.insert({ kind: 'device', id: 'late', value: {} }),
  (store) => store.read('device', 'a'),
  (store) => store.find('device', 'l'),
  (store) => store.list('device', 'g', 10),
  (store) => store.swap({ kind: 'device', id: 'a', version: 1, value: {} }),
  (store) => store.swapAndInsert({ kind: 'device', id: 'a', version: 1, value: {} }, { kind: 'grant', id: 'late', value: {} }),
  (store) => store.remove('device', 'a', 1),
  (store) => store.once('late', START + 1000),
  (store) => store.count('late', START + 1000, 1),
  (store) => store.sweep(10),
]

export function endClauses(clause: Clause): void {
  clause('a closed store refuses every move, and closing it again does no harm', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })
    await store.close()
    await store.close()
    for (const move of MOVES) {
      await expect(move(store)).rejects.toMatchObject({ name: 'CountersignError', code: 'store_unavailable' })
    }
  })

  clause('moves that were under way when the store was closed are answered', async ({ store }) => {
    const moves = atOnce(20, (n) => store.insert({ kind: 'device', id: `${n}`, value: {} }))
    await store.close()
    expect(await moves).toEqual(Array.from({ length: 20 }, () => true))
  })
}

export function sharedClauses(clause: Clause): void {
  clause('after a restart every row is there: value, version, lookups, group, order and end', async ({ store, again, clock }) => {
    const ids = ['c', 'a', 'b']
    for (const id of ids) await store.insert({ kind: 'grant', id, value: { id }, lookups: [`l${id}`], group: 'g', expiresAt: START + 1000 })
    await store.swap({ kind: 'grant', id: 'a', version: 1, value: { id: 'a', more: true } })
    await store.swap({ kind: 'grant', id: 'b', version: 1, value: { id: 'b' }, expiresAt: START + 2000 })
    await store.insert({ kind: 'grant', id: 'removed', value: {}, lookups: ['gone'], group: 'g' })
    await store.remove('grant', 'removed', 1)
    await store.insert({ kind: 'code', id: 'a', value: { state: 'approved' } })
    await store.swapAndInsert(
      { kind: 'code', id: 'a', version: 1, value: { state: 'redeemed' } },
      { kind: 'token', id: 'a', value: { of: 'code' }, lookups: ['born'] },
    )
    const before = await store.list('grant', 'g', 10)
    await store.close()

    const next = await again()
    expect(before.map((row) => row.id)).toEqual(ids)
    expect(await next.list('grant', 'g', 10)).toEqual(before)
    expect(await next.find('grant', 'la')).toEqual({ id: 'a', version: 2, value: { id: 'a', more: true } })
    expect(await next.find('grant', 'gone')).toBeUndefined()
    expect(await next.read('code', 'a')).toEqual({ id: 'a', version: 2, value: { state: 'redeemed' } })
    expect(await next.find('token', 'born')).toEqual({ id: 'a', version: 1, value: { of: 'code' } })
    expect(await next.insert({ kind: 'grant', id: 'd', value: {}, lookups: ['lc'] })).toBe(false)
    clock.set(START + 1000)
    expect((await next.list('grant', 'g', 10)).map((row) => row.id)).toEqual(['b'])
    expect(await next.swap({ kind: 'grant', id: 'b', version: 2, value: {} })).toBe(true)
    clock.set(START + 2000)
    expect(await next.read('grant', 'b')).toBeUndefined()
    await next.insert({ kind: 'grant', id: 'e', value: {}, group: 'g' })
    await next.insert({ kind: 'grant', id: 'c', value: {}, group: 'g' })
    expect((await next.list('grant', 'g', 10)).map((row) => row.id)).toEqual(['e', 'c'])
  })

  clause('two connections see each other at once, and race like one', async ({ store, again }) => {
    const other = await again()
    for (let n = 0; n < 20; n++) {
      const [writer, reader] = n % 2 ? [store, other] : [other, store]
      expect(await writer.insert({ kind: 'account', id: `${n}`, value: { n }, lookups: [`l${n}`] })).toBe(true)
      expect(await reader.find('account', `l${n}`)).toEqual({ id: `${n}`, version: 1, value: { n } })
      expect(await reader.swap({ kind: 'account', id: `${n}`, version: 1, value: { n: n + 100 } })).toBe(true)
      expect(await writer.read('account', `${n}`)).toEqual({ id: `${n}`, version: 2, value: { n: n + 100 } })
    }
    await raceRows([store, other])
  })

  clause('many connections write at once, and none of them is refused', async ({ again }) => {
    const stores = await atOnce(4, async () => again())
    const answers = await atOnce(400, (n) =>
      (stores[n % stores.length] as (typeof stores)[0]).insert({ kind: 'account', id: `${n}`, value: {}, group: 'g' }),
    )
    expect(answers.every(Boolean)).toBe(true)
    for (const store of stores) expect(await store.list('account', 'g', 1000)).toHaveLength(400)
  })
}
