import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { type Cluster, query, startCluster } from '../../../tests/support/postgres.ts'
import { asker } from '../src/ask.ts'
import { rowMoves } from '../src/moves.ts'
import { openPool } from '../src/open-pool.ts'
import { passingMoves } from '../src/passing.ts'
import { statementsFor } from '../src/statements.ts'
import { storeUnderTest } from './under-test.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster('fsync=off')
})
afterAll(() => cluster?.remove())

const counted = async (text: string) => (await query(cluster.url, text))[0]?.['n']
/** Expired rows straight into the table. */
const fill = (schema: string, rows: number) =>
  query(
    cluster.url,
    `INSERT INTO ${schema}.record (kind, id, value, lookups, expires_at) SELECT 'device', 'i' || n, '{}', ARRAY['l' || n], ${START} FROM generate_series(1, ${rows}) AS n;
    INSERT INTO ${schema}.lookup (kind, name, id) SELECT 'device', 'l' || n, 'i' || n FROM generate_series(1, ${rows}) AS n;
    INSERT INTO ${schema}.mark (key, until) SELECT 'm' || n, ${START} FROM generate_series(1, ${rows}) AS n;
    INSERT INTO ${schema}.counter (key, until, total) SELECT 'm' || n, ${START}, 1 FROM generate_series(1, ${rows}) AS n`,
  )

test('a sweep frees exactly what has expired, with its lookups, marks and counters, a hundred rows to a transaction', async () => {
  const { store, schema, dispose } = await storeUnderTest(cluster.url, fakeClock())
  await fill(schema, 1000)
  await store.insert({ kind: 'device', id: 'alive', value: {}, lookups: ['alive'], expiresAt: START + 1 })
  await store.insert({ kind: 'device', id: 'endless', value: {}, lookups: ['endless'] })
  await store.once('alive', START + 1)
  await store.count('alive', START + 1, 3)
  // How many rows went in each statement.
  await query(
    cluster.url,
    `CREATE TABLE ${schema}.deletions (rows bigint);
    CREATE FUNCTION ${schema}.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO ${schema}.deletions SELECT count(*) FROM gone; RETURN NULL; END';
    CREATE TRIGGER note AFTER DELETE ON ${schema}.record REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.note()`,
  )
  expect(await store.sweep(250)).toBe(250)
  expect(await counted(`SELECT count(*)::int AS n FROM ${schema}.lookup`)).toBe(752)
  expect(await store.sweep(10_000)).toBe(750)
  expect(await store.sweep(10_000)).toBe(0)
  expect(await query(cluster.url, `SELECT kind, name FROM ${schema}.lookup ORDER BY name`)).toEqual([
    { kind: 'device', name: 'alive' },
    { kind: 'device', name: 'endless' },
  ])
  expect(await query(cluster.url, `SELECT key FROM ${schema}.mark UNION ALL SELECT key FROM ${schema}.counter`)).toEqual([
    { key: 'alive' },
    { key: 'alive' },
  ])
  expect(await counted(`SELECT max(rows)::int AS n FROM ${schema}.deletions`)).toBe(100)
  expect(await store.find('device', 'alive')).toBeDefined()
  await dispose()
})

test('a sweep steps around what others hold, and holds up nobody', async () => {
  const { store, schema, dispose } = await storeUnderTest(cluster.url, fakeClock())
  await fill(schema, 300)
  const holder = new pg.Client({ connectionString: cluster.url })
  await holder.connect()
  await holder.query(`BEGIN; SELECT FROM ${schema}.record WHERE id IN ('i1', 'i150', 'i300') FOR UPDATE;
    SELECT FROM ${schema}.mark WHERE key = 'm7' FOR UPDATE; SELECT FROM ${schema}.counter WHERE key = 'm7' FOR UPDATE`)
  expect(await store.sweep(1000)).toBe(297)
  expect(await counted(`SELECT count(*)::int AS n FROM ${schema}.mark`)).toBe(1)
  await holder.query('ROLLBACK')
  await holder.end()
  expect(await store.sweep(1000)).toBe(3)
  await dispose()
})

test('moves that are made while sweeps run, from two servers, find nothing in their way', async () => {
  const { store, again, schema, dispose } = await storeUnderTest(cluster.url, fakeClock())
  const other = await again()
  await fill(schema, 5000)
  const watcher = new pg.Client({ connectionString: cluster.url })
  await watcher.connect()
  let sweeping = true
  const sweeps = Promise.all([store, other].map(async (each) => each.sweep(100_000))).finally(() => (sweeping = false))
  let [moves, waits] = [0, 0]
  const moving = atOnce(4, async (lane) => {
    for (let n = 0; sweeping; n++, moves++) {
      const id = `${lane} ${n}`
      expect(await store.insert({ kind: 'device', id, value: {}, lookups: [`l ${id}`], expiresAt: START + 1000 })).toBe(true)
      expect(await other.swap({ kind: 'device', id, version: 1, value: { n } })).toBe(true)
      expect(await store.once(id, START + 1000)).toBe(true)
      expect((await other.find('device', `l ${id}`))?.version).toBe(2)
    }
  })
  while (sweeping) {
    const { rows } = await watcher.query(
      "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND locktype IN ('tuple', 'relation', 'transactionid')",
    )
    waits += (rows[0] as { n: number }).n
  }
  // Both together, however they share.
  expect((await sweeps).reduce((sum, freed) => sum + freed, 0)).toBe(5000)
  await moving
  expect(moves).toBeGreaterThan(0)
  expect(waits).toBe(0)
  await watcher.end()
  await dispose()
})

test('an expired row that a sweep is freeing can be taken over at that moment', async () => {
  const { store, again, schema, dispose } = await storeUnderTest(cluster.url, fakeClock())
  const other = await again()
  await fill(schema, 200)
  const [, ...taken] = await Promise.all([
    other.sweep(1000),
    ...Array.from({ length: 200 }, (_, n) =>
      store.insert({ kind: 'device', id: n % 2 ? `i${n + 1}` : `new ${n}`, value: { n }, lookups: [`l${n + 1}`] }),
    ),
  ])
  expect(taken).not.toContain(false)
  for (let n = 0; n < 200; n++) expect((await store.find('device', `l${n + 1}`))?.value).toEqual({ n })
  await dispose()
})

test('marks are looked through a part at a time when there are many, once around in about a minute', async () => {
  const { schema, dispose } = await storeUnderTest(cluster.url, fakeClock())
  // Few to a page, so that the table has many pages.
  await query(
    cluster.url,
    `ALTER TABLE ${schema}.mark SET (fillfactor = 10);
    INSERT INTO ${schema}.mark (key, until) SELECT repeat('m', 300) || n, ${START} FROM generate_series(1, 9000) AS n`,
  )
  const pool = await openPool(cluster.url, 2, 5000)
  const ask = asker(pool, 5000, true)
  const sql = statementsFor(schema)
  const passing = passingMoves(ask, sql, fakeClock(), 5000)
  const left = () => counted(`SELECT count(*)::int AS n FROM ${schema}.mark`)
  // The first one looks everywhere.
  await passing.sweep(() => true)
  expect(await left()).toBe(0)
  await query(
    cluster.url,
    `INSERT INTO ${schema}.mark (key, until) SELECT repeat('m', 300) || n, ${START} FROM generate_series(1, 9000) AS n`,
  )
  await passing.sweep(() => true)
  const afterOne = Number(await left())
  expect(afterOne).toBeGreaterThan(0)
  expect(afterOne).toBeLessThan(9000)
  for (let sweeps = 0; sweeps < 20 && (await left()) !== 0; sweeps++) await passing.sweep(() => true)
  expect(await left()).toBe(0)
  // And stops when it is told to.
  await query(cluster.url, `INSERT INTO ${schema}.mark (key, until) VALUES ('m', ${START})`)
  await passing.sweep(() => false)
  expect(await left()).toBe(1)
  expect(await rowMoves(ask, sql, fakeClock(), 5000).sweep(1)).toBe(0)
  await pool.end()
  await dispose()
})
