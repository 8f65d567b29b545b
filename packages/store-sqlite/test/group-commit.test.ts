import { statSync } from 'node:fs'
import type { Store } from '@countersign/authority'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { atOnce, fakeClock } from '@countersign/store-contract'
import type { EngineName } from '../src/open-file.ts'
import { openFile } from '../src/open-file.ts'
import { sqliteStore, storeOn } from '../src/sqlite-store.ts'
import { ENGINES, logOf, type Place, withPlace } from './place.ts'

const insert = (store: Store, id: string, text = '') =>
  store.insert({ kind: 'device', id, value: { text }, lookups: [`l${id}`], group: 'g' })
const unavailable = (hint: RegExp) => ({ name: 'CountersignError', code: 'store_unavailable', hint: expect.stringMatching(hint) })

/** A store whose file may not grow any more: what a full disk answers. */
function fullStore({ file }: Place, engine: EngineName): { store: Store; free: () => void } {
  const opened = openFile(file, engine)
  const pages = Number(opened.prepare('PRAGMA page_count').get()?.[0])
  opened.prepare(`PRAGMA max_page_count = ${pages + 4}`).get()
  return { store: storeOn(opened, file, fakeClock()), free: () => opened.prepare('PRAGMA max_page_count = 100000').get() }
}

describe.each(ENGINES)('group commit (%s)', (engine) => {
  test('the moves of one turn are one transaction, moves of other turns are others', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      const before = logOf(file).commits
      await atOnce(64, (n) => insert(store, `${n}`))
      expect(logOf(file).commits - before).toBe(1)
      await Promise.all([
        store.swap({ kind: 'device', id: '1', version: 1, value: {} }),
        store.remove('device', '2', 1),
        insert(store, 'x'),
      ])
      expect(logOf(file).commits - before).toBe(2)
      await insert(store, 'y')
      await insert(store, 'z')
      expect(logOf(file).commits - before).toBe(4)
      await store.close()
    }))

  test('nobody is answered before the commit, and nobody else sees anything before it', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      const other = openFile(file, engine)
      const count = other.prepare('SELECT count(*) FROM log')
      const seen: unknown[] = []
      const moves = atOnce(10, async (n) => {
        await insert(store, `${n}`)
        seen.push(count.get()?.[0])
      })
      await Promise.resolve()
      expect(count.get()).toEqual([0])
      await moves
      expect(seen).toEqual(Array.from({ length: 10 }, () => 10))
      other.close()
      await store.close()
    }))

  test('nobody is answered before the disk has confirmed, and what comes meanwhile shares the next transaction', () =>
    withPlace(async ({ file }) => {
      const confirm: (() => void)[] = []
      const flush = { run: () => new Promise<void>((resolve) => confirm.push(resolve)), close: async () => undefined }
      const store = storeOn(openFile(file, engine), file, fakeClock(), 5000, flush)
      const { commits } = logOf(file)
      const answered: string[] = []
      const first = insert(store, 'a').then(() => answered.push('a'))
      await expect.poll(() => confirm.length).toBe(1)
      const rest = atOnce(10, (n) => insert(store, `${n}`).then(() => answered.push(`${n}`)))
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      expect([answered, confirm.length, logOf(file).commits - commits]).toEqual([[], 1, 1])
      confirm.shift()?.()
      await first
      await expect.poll(() => confirm.length).toBe(1)
      expect(answered).toEqual(['a'])
      confirm.shift()?.()
      await rest
      expect(logOf(file).commits - commits).toBe(2)
      await store.close()
    }))

  describe('after a slow flush', () => {
    const SLOW = 2
    afterEach(() => void vi.useRealTimers())

    /** A store with one move answered by a slow flush, and another that has waited meanwhile. */
    async function afterSlowFlush(file: string) {
      vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
      const confirm: (() => void)[] = []
      const flush = { run: () => new Promise<void>((resolve) => confirm.push(resolve)), close: async () => undefined }
      const store = storeOn(openFile(file, engine), file, fakeClock(), 5000, flush)
      const first = insert(store, 'first')
      await turns()
      const waiting = insert(store, 'waiting')
      await turns()
      vi.advanceTimersByTime(SLOW)
      const { commits } = logOf(file)
      confirm.shift()?.()
      await first
      const close = async () => {
        confirm.shift()?.()
        await waiting
        await store.close()
      }
      return { store, commits: () => logOf(file).commits - commits, close }
    }
    async function turns() {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    }

    test('who waits and who was answered share the next transaction', () =>
      withPlace(async ({ file }) => {
        const { store, commits, close } = await afterSlowFlush(file)
        await turns()
        expect(commits()).toBe(0)
        const next = insert(store, 'next')
        await turns()
        expect(commits()).toBe(1)
        await close()
        await next
      }))

    test('nobody waits longer than twice as long for one who does not come', () =>
      withPlace(async ({ file }) => {
        const { commits, close } = await afterSlowFlush(file)
        vi.advanceTimersByTime(2 * SLOW - 1)
        await turns()
        expect(commits()).toBe(0)
        vi.advanceTimersByTime(1)
        await turns()
        expect(commits()).toBe(1)
        await close()
      }))
  })

  test('after a flush that failed nothing is told and nothing is written any more: what the disk has is not known', () =>
    withPlace(async ({ file }) => {
      let fails = false
      const run = async () => {
        if (fails) throw new Error('EIO: i/o error, fdatasync')
      }
      const store = storeOn(openFile(file, engine), file, fakeClock(), 5000, { run, close: async () => undefined })
      await insert(store, 'a')
      fails = true
      const refused = { ...unavailable(/failing disk/), message: expect.stringContaining('EIO') }
      await expect(insert(store, 'b')).rejects.toMatchObject(refused)
      fails = false
      await expect(insert(store, 'c')).rejects.toMatchObject(refused)
      await expect(store.read('device', 'a')).rejects.toMatchObject(refused)
      await store.close()
      const again = sqliteStore({ file, clock: fakeClock(), engine })
      expect((await again.read('device', 'a'))?.id).toBe('a')
      expect(await again.read('device', 'c')).toBeUndefined()
      await again.close()
    }))

  test('reads cost no transaction and do not wait for one', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      await insert(store, 'a')
      const { commits } = logOf(file)
      const order: string[] = []
      const writing = insert(store, 'b').then(() => order.push('written'))
      const reading = Promise.resolve(store.read('device', 'a')).then(() => order.push('read'))
      await Promise.all([writing, reading])
      expect(order).toEqual(['read', 'written'])
      await atOnce(20, () => store.find('device', 'la'))
      await store.list('device', 'g', 10)
      expect(logOf(file).commits - commits).toBe(1)
      await store.close()
    }))

  test('more moves than one transaction should hold are split, and all are answered', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      const answers = await atOnce(1300, (n) => insert(store, `${n % 1299}`))
      expect(answers.filter(Boolean)).toHaveLength(1299)
      expect(await store.list('device', 'g', 2000)).toHaveLength(1299)
      await store.close()
    }))

  test(
    'the log is brought back into the main file again and again, so it does not grow for ever',
    () =>
      withPlace(async ({ file }) => {
        const store = sqliteStore({ file, clock: fakeClock(), engine })
        for (let round = 0; round < 30; round++) await atOnce(200, (n) => insert(store, `${round} ${n}`, 'x'.repeat(3000)))
        // 6000 rows of a page each: as many pages without a checkpoint, and none of them in the main file.
        expect(logOf(file).pages).toBeLessThan(4500)
        expect(statSync(file).size).toBeGreaterThan(8_000_000)
        await store.close()
      }),
    20_000,
  )

  test(
    'a sweep is brought back by what it has freed, not by its steps: all at once in the end would stop everything',
    () =>
      withPlace(async ({ file }) => {
        const clock = fakeClock()
        const store = sqliteStore({ file, clock, engine })
        // Two rows a page, of which one stays, so that each page is written when the other goes.
        for (let round = 0; round < 30; round++) {
          await atOnce(200, (n) =>
            store.insert({
              kind: 'device',
              id: `${round} ${n}`,
              value: { text: 'x'.repeat(1500) },
              expiresAt: n % 2 ? clock.now() + 1 : undefined,
            }),
          )
        }
        clock.step(1)
        let most = 0
        for (let freed = 500; freed === 500; most = Math.max(most, logOf(file).pages)) freed = await store.sweep(500)
        expect(await store.sweep(10)).toBe(0)
        expect(most).toBeLessThan(2000)
        await store.close()
      }),
    20_000,
  )

  test('a commit that fails rejects every move of its batch, and none of it is there', () =>
    withPlace(async (where) => {
      const { store, free } = fullStore(where, engine)
      expect(await insert(store, 'before')).toBe(true)
      const small = insert(store, 'small')
      const swapped = store.swap({ kind: 'device', id: 'before', version: 1, value: { lost: true } })
      const big = insert(store, 'big', 'x'.repeat(100_000))
      for (const move of [small, swapped, big]) await expect(move).rejects.toMatchObject(unavailable(/space/))
      expect(await store.read('device', 'small')).toBeUndefined()
      expect(await store.find('device', 'lbig')).toBeUndefined()
      expect(await store.read('device', 'before')).toEqual({ id: 'before', version: 1, value: { text: '' } })

      free()
      expect(await insert(store, 'big', 'x'.repeat(100_000))).toBe(true)
      await store.close()
      const next = sqliteStore({ file: where.file, clock: fakeClock(), engine })
      expect((await next.list('device', 'g', 10)).map((row) => row.id)).toEqual(['before', 'big'])
      await next.close()
    }))

  test('a move that the engine cannot make takes its batch with it, and nothing else', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      const soon = 'soon' as unknown as number
      const moves = [insert(store, 'a'), store.insert({ kind: 'device', id: 'b', value: {}, expiresAt: soon }), insert(store, 'c')]
      for (const move of moves) await expect(move).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await insert(store, 'd')).toBe(true)
      expect((await store.list('device', 'g', 10)).map((row) => row.id)).toEqual(['d'])
      await store.close()
    }))

  test('while another program holds the lock reads go on, and moves wait for it without holding the loop', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      await insert(store, 'a')
      const other = openFile(file, engine)
      other.exec('BEGIN IMMEDIATE')
      const moves = atOnce(5, (n) => insert(store, `late ${n}`))
      let answered = false
      void moves.then(() => {
        answered = true
      })
      for (let turn = 0; turn < 5; turn++) {
        await new Promise(setImmediate)
        expect(await store.read('device', 'a')).toBeDefined()
      }
      expect(answered).toBe(false)
      other.exec('COMMIT')
      expect(await moves).toEqual([true, true, true, true, true])
      other.close()
      await store.close()
    }))

  test('a lock that is never given back ends the wait with an error, and nothing has happened', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine, waitMs: 30 })
      const other = openFile(file, engine)
      await store.insert({ kind: 'device', id: 'ended', value: {}, expiresAt: 1 })
      other.exec('BEGIN IMMEDIATE')
      const moves = await Promise.allSettled([insert(store, 'a'), store.sweep(10)])
      for (const move of moves) expect(move).toMatchObject({ status: 'rejected', reason: unavailable(/another program/) })
      other.exec('COMMIT')
      expect(await store.read('device', 'a')).toBeUndefined()
      // The engine must not be left with half a transaction of its own.
      expect(await insert(store, 'a')).toBe(true)
      expect(await store.swap({ kind: 'device', id: 'a', version: 1, value: {} })).toBe(true)
      other.close()
      await store.close()
    }))

  test('closing waits for moves that wait for a lock', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      const other = openFile(file, engine)
      other.exec('BEGIN IMMEDIATE')
      const move = insert(store, 'a')
      const closing = store.close()
      await new Promise(setImmediate)
      other.exec('COMMIT')
      expect(await move).toBe(true)
      await closing
      expect(other.prepare('SELECT count(*) FROM log').get()).toEqual([1])
      other.close()
    }))
})
