/** Fifty at once: of moves that exclude each other exactly one happens, and no update is lost. */
import type { Store } from '@countersign/authority'
import { expect } from 'vitest'
import { atOnce, type Clause, START } from './under-test.ts'

const MANY = 50
const winners = (answers: readonly boolean[]) => answers.filter(Boolean).length

/** Reads, changes and swaps until nobody was faster. */
async function increment(store: Store, id: string): Promise<void> {
  for (;;) {
    const row = await store.read('counter', id)
    if (row === undefined) throw new Error(`counter '${id}' is gone`)
    const { n } = row.value as { n: number }
    if (await store.swap({ kind: 'counter', id, version: row.version, value: { n: n + 1 } })) return
  }
}

/** The races that concern rows, between any number of connections to the same rows. */
export async function raceRows(stores: readonly Store[]): Promise<void> {
  const at = (index: number) => stores[index % stores.length] as Store
  const first = at(0)

  const sameId = await atOnce(MANY, (n) => at(n).insert({ kind: 'device', id: 'same', value: { n }, lookups: [`own ${n}`] }))
  expect(winners(sameId)).toBe(1)
  expect(await first.read('device', 'same')).toEqual({ id: 'same', version: 1, value: { n: sameId.indexOf(true) } })
  for (let n = 0; n < MANY; n++) expect((await first.find('device', `own ${n}`)) !== undefined).toBe(sameId[n])

  const sameLookup = await atOnce(MANY, (n) => at(n).insert({ kind: 'device', id: `id ${n}`, value: { n }, lookups: ['code'] }))
  expect(winners(sameLookup)).toBe(1)
  expect((await first.find('device', 'code'))?.value).toEqual({ n: sameLookup.indexOf(true) })
  for (let n = 0; n < MANY; n++) expect((await first.read('device', `id ${n}`)) !== undefined).toBe(sameLookup[n])

  const swaps = await atOnce(MANY, (n) => at(n).swap({ kind: 'device', id: 'same', version: 1, value: { swapped: n } }))
  expect(winners(swaps)).toBe(1)
  expect(await first.read('device', 'same')).toEqual({ id: 'same', version: 2, value: { swapped: swaps.indexOf(true) } })

  await first.insert({ kind: 'device', id: 'approved', value: {} })
  const claims = await atOnce(MANY, (n) =>
    at(n).swapAndInsert(
      { kind: 'device', id: 'approved', version: 1, value: { claimed: n } },
      { kind: 'grant', id: `of ${n}`, value: { n }, lookups: [`born ${n}`], group: 'grants' },
    ),
  )
  expect(winners(claims)).toBe(1)
  const winner = claims.indexOf(true)
  expect(await first.read('device', 'approved')).toEqual({ id: 'approved', version: 2, value: { claimed: winner } })
  expect(await first.list('grant', 'grants', MANY)).toEqual([{ id: `of ${winner}`, version: 1, value: { n: winner } }])
  for (let n = 0; n < MANY; n++) expect((await first.find('grant', `born ${n}`)) !== undefined).toBe(claims[n])

  const either = await atOnce(MANY, (n) =>
    n % 2 === 0 ? at(n).remove('device', 'same', 2) : at(n).swap({ kind: 'device', id: 'same', version: 2, value: { swapped: n } }),
  )
  expect(winners(either)).toBe(1)
  expect((await first.read('device', 'same')) === undefined).toBe(either.indexOf(true) % 2 === 0)

  await first.insert({ kind: 'device', id: 'doomed', value: {}, lookups: ['doomed'] })
  expect(winners(await atOnce(MANY, (n) => at(n).remove('device', 'doomed', 1)))).toBe(1)
  expect(await first.find('device', 'doomed')).toBeUndefined()

  await first.insert({ kind: 'counter', id: 'c', value: { n: 0 } })
  await atOnce(MANY, (n) => increment(at(n), 'c'))
  expect(await first.read('counter', 'c')).toEqual({ id: 'c', version: MANY + 1, value: { n: MANY } })
}

/** @param inTwoMoves `swapAndInsert` is a swap and then an insert, with time in between */
export function raceClauses(clause: Clause, inTwoMoves: boolean): void {
  clause('of fifty inserts, swaps or removes at once exactly one happens, and no update is lost', async ({ store }) => {
    await raceRows([store])
  })

  clause('of fifty who take over the names of an expired row exactly one gets them', async ({ store, clock }) => {
    await store.insert({ kind: 'device', id: 'old', value: {}, lookups: ['code'], expiresAt: START + 10 })
    clock.step(10)
    const answers = await atOnce(MANY, (n) => store.insert({ kind: 'device', id: n % 2 ? 'old' : `${n}`, value: { n }, lookups: ['code'] }))
    expect(winners(answers)).toBe(1)
    expect((await store.find('device', 'code'))?.value).toEqual({ n: answers.indexOf(true) })
  })

  clause('of fifty who ask once exactly one is told yes, and fifty additions give fifty different sums', async ({ store }) => {
    expect(winners(await atOnce(MANY, () => store.once('jti', START + 1000)))).toBe(1)
    const sums = await atOnce(MANY, () => store.count('hits', START + 1000, 1))
    expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: MANY }, (_, index) => index + 1))
  })

  clause('nobody sees what was inserted before the swap it came with, nor, where they are one move, after it', async ({ store }) => {
    await atOnce(MANY, async (n) => {
      await store.insert({ kind: 'device', id: `${n}`, value: {} })
      const move = store.swapAndInsert({ kind: 'device', id: `${n}`, version: 1, value: {} }, { kind: 'grant', id: `${n}`, value: {} })
      for (let swapped = false; !swapped; await new Promise(setImmediate)) {
        const before = await store.read('grant', `${n}`)
        swapped = (await store.read('device', `${n}`))?.version === 2
        if (before !== undefined) expect([n, swapped]).toEqual([n, true])
        if (swapped && !inTwoMoves) expect([n, await store.read('grant', `${n}`)]).toEqual([n, { id: `${n}`, version: 1, value: {} }])
      }
      expect([n, await move]).toEqual([n, true])
      expect(await store.read('grant', `${n}`)).toBeDefined()
    })
  })

  clause('an answered move is seen by every move that follows', async ({ store }) => {
    await atOnce(MANY, async (n) => {
      const id = `own ${n}`
      expect(await store.insert({ kind: 'device', id, value: { n: 0 }, lookups: [`l${n}`], group: 'g' })).toBe(true)
      expect((await store.find('device', `l${n}`))?.id).toBe(id)
      for (let version = 1; version <= 5; version++) {
        expect(await store.swap({ kind: 'device', id, version, value: { n: version } })).toBe(true)
        expect(await store.read('device', id)).toEqual({ id, version: version + 1, value: { n: version } })
      }
      expect(await store.remove('device', id, 6)).toBe(true)
      expect(await store.read('device', id)).toBeUndefined()
    })
    expect(await store.list('device', 'g', 100)).toEqual([])
  })
}
