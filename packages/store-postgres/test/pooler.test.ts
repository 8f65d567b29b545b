/** Poolers between the store and the database. */
import { afterAll, expect, test } from 'vitest'
import { atOnce, fakeClock } from '@countersign/store-contract'
import { startPgBouncer } from '../../../tests/support/pgbouncer.ts'
import { query, sharedDatabase } from '../../../tests/support/postgres.ts'
import { asker } from '../src/ask.ts'
import { openPool } from '../src/open-pool.ts'
import { storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
afterAll(release)

test('two stores of different schemas share server connections, and each asks its own tables', async () => {
  const pooler = await startPgBouncer(url, 'default_pool_size = 1')
  const stores = [await storeUnderTest(pooler.url, fakeClock(), {}, url), await storeUnderTest(pooler.url, fakeClock(), {}, url)]
  for (const [index, { store }] of stores.entries()) {
    expect(await store.insert({ kind: 'device', id: 'a', value: { index }, lookups: ['l'] })).toBe(true)
  }
  await atOnce(40, async (n) => {
    const { store } = stores[n % 2] as (typeof stores)[0]
    expect((await store.read('device', 'a'))?.value).toEqual({ index: n % 2 })
    expect((await store.find('device', 'l'))?.value).toEqual({ index: n % 2 })
  })
  for (const { dispose } of stores) await dispose()
  await pooler.close()
})

test('nothing is left behind on a connection: no statement of an unprepared store, no lock, no setting', async () => {
  const pooler = await startPgBouncer(url, 'default_pool_size = 1', 'max_db_connections = 1')
  const { store, dispose } = await storeUnderTest(pooler.url, fakeClock(), { preparedStatements: false }, url)
  await store.insert({ kind: 'device', id: 'a', value: {}, group: 'g', lookups: ['l'] })
  await store.list('device', 'g', 10)
  await store.sweep(10)
  const left = `SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'countersign%')::int AS statements,
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())::int AS locks,
    (SELECT count(*) FROM pg_settings WHERE source = 'session' AND name IN ('statement_timeout', 'lock_timeout', 'search_path'))::int AS settings`
  expect(await query(pooler.url, left)).toEqual([{ statements: 0, locks: 0, settings: 0 }])
  await dispose()
  await pooler.close()
})

test('the database is told to give up a statement when we do, unless the pooler in between takes no such wish', async () => {
  const timeoutAt = async (place: string) => {
    const pool = await openPool(place, 1, 1234)
    const { rows } = await asker(pool, 5000, true)('SHOW statement_timeout')
    await pool.end()
    return rows
  }
  const strict = await startPgBouncer(url)
  const lenient = await startPgBouncer(url, 'ignore_startup_parameters = statement_timeout')
  expect(await timeoutAt(url)).toEqual([['1234ms']])
  for (const { url: place, close } of [strict, lenient]) {
    expect(await timeoutAt(place)).not.toEqual([['1234ms']])
    await close()
  }
})
