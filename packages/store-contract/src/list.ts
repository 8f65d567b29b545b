/** List: the living rows of one group, oldest first, page by page. */
import { expect } from 'vitest'
import { type Clause, START } from './under-test.ts'

export function listClauses(clause: Clause): void {
  clause('a group is listed oldest first, whatever the ids and however often rows changed', async ({ store }) => {
    const ids = ['m', 'z', 'a', 'k', '9', '10']
    for (const id of ids) await store.insert({ kind: 'grant', id, value: { id }, group: 'g' })
    await store.insert({ kind: 'grant', id: 'other', value: {}, group: 'h' })
    await store.insert({ kind: 'grant', id: 'none', value: {} })
    await store.swap({ kind: 'grant', id: 'a', version: 1, value: { id: 'a' } })
    const rows = await store.list('grant', 'g', 100)
    expect(rows).toEqual(ids.map((id) => ({ id, version: id === 'a' ? 2 : 1, value: { id } })))
    expect(await store.list('grant', 'nobody', 100)).toEqual([])
    expect(await store.list('grant', '', 100)).toEqual([])
  })

  clause('pages follow each other without gap or repetition', async ({ store }) => {
    const ids = Array.from({ length: 23 }, (_, index) => `row ${(index * 7) % 23}`)
    for (const id of ids) await store.insert({ kind: 'grant', id, value: {}, group: 'g' })
    const seen: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await store.list('grant', 'g', 5, after)
      expect(page.length).toBeLessThanOrEqual(5)
      if (page.length === 0) break
      seen.push(...page.map((row) => row.id))
      after = page.at(-1)?.id
    }
    expect(seen).toEqual(ids)
    expect(await store.list('grant', 'g', 0)).toEqual([])
    expect(await store.list('grant', 'g', 1)).toHaveLength(1)
  })

  clause('rows that are added while the pages are read come last', async ({ store }) => {
    for (const id of ['c', 'b']) await store.insert({ kind: 'grant', id, value: {}, group: 'g' })
    const first = await store.list('grant', 'g', 2)
    await store.insert({ kind: 'grant', id: 'a', value: {}, group: 'g' })
    expect((await store.list('grant', 'g', 2, first.at(-1)?.id)).map((row) => row.id)).toEqual(['a'])
  })

  clause('a page after a row that is gone leaves no living row out', async ({ store }) => {
    for (const id of ['a', 'b', 'c', 'd']) await store.insert({ kind: 'grant', id, value: {}, group: 'g' })
    await store.remove('grant', 'b', 1)
    const rest = (await store.list('grant', 'g', 10, 'b')).map((row) => row.id)
    expect(rest).toEqual(expect.arrayContaining(['c', 'd']))
    expect(rest).toEqual([...rest].sort())
  })

  clause('the last row of a page may have expired: the next page goes on behind it', async ({ store, clock }) => {
    for (const id of ['a', 'b', 'c']) {
      await store.insert({ kind: 'grant', id, value: {}, group: 'g', ...(id === 'b' ? { expiresAt: START + 10 } : {}) })
    }
    clock.step(10)
    expect((await store.list('grant', 'g', 10)).map((row) => row.id)).toEqual(['a', 'c'])
    expect((await store.list('grant', 'g', 10, 'b')).map((row) => row.id)).toContain('c')
  })
}
