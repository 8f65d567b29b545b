import pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { query, sharedDatabase } from '../../../tests/support/postgres.ts'
import { fakeClock, START } from '@countersign/store-contract'
import { asker } from '../src/ask.ts'
import { openPool } from '../src/open-pool.ts'
import { postgresStore } from '../src/postgres-store.ts'
import { migrate, migrationSql } from '../src/schema/migrations.ts'
import { dropSchema, newSchema } from './under-test.ts'

const { url, release } = await sharedDatabase()
const schemas: string[] = []
let schema = ''
beforeEach(() => {
  schema = newSchema()
  schemas.push(schema)
})
afterAll(async () => {
  for (const each of schemas) await dropSchema(url, each)
  await release()
})

const sql = (text: string, values: readonly unknown[] = []) => query(url, text.replaceAll('S.', `${schema}.`), values)
const open = (clock = fakeClock()) => postgresStore({ url, clock, schema, connections: 3 })
const versions = async () => (await sql('SELECT version FROM S.migration ORDER BY version')).map(({ version }) => version)

async function migrateTo(steps: readonly ((s: string) => string)[]): Promise<void> {
  const pool = await openPool(url, 1, 5000)
  try {
    await migrate(asker(pool, 5000, false), 'here', schema, steps)
  } finally {
    await pool.end()
  }
}

describe('migration', () => {
  const first = (s: string) => `CREATE TABLE ${s}.early (a text);`
  const second = (s: string) => `ALTER TABLE ${s}.early ADD b text; UPDATE ${s}.early SET b = a || '!';`

  test('an older schema is brought forward, step by step, and keeps its rows', async () => {
    await migrateTo([first])
    await sql("INSERT INTO S.early VALUES ('kept')")
    await migrateTo([first, second])
    expect(await sql('SELECT a, b FROM S.early')).toEqual([{ a: 'kept', b: 'kept!' }])
    await sql("UPDATE S.early SET b = 'touched'")
    await migrateTo([first, second])
    expect(await sql('SELECT b FROM S.early')).toEqual([{ b: 'touched' }])
    expect(await versions()).toEqual([1, 2])
  })

  test('a step that fails leaves everything as it was', async () => {
    await migrateTo([first])
    await expect(migrateTo([first, second, () => 'CREATE TABLE nowhere.at_all (a text);'])).rejects.toThrow('nowhere')
    expect(await sql('SELECT * FROM S.early')).toEqual([])
    expect(await versions()).toEqual([1])
    await migrateTo([first, second])
  })

  test('several servers that start at once make the tables once', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()))
    expect(await Promise.all(stores.map((store, n) => store.insert({ kind: 'device', id: `${n}`, value: {} })))).not.toContain(false)
    await Promise.all(stores.map((store) => store.close()))
    expect(await versions()).toEqual([1, 2])
  })

  test('a server that finds the tables as they should be waits for no other that is making some', async () => {
    await (await open()).close()
    const maker = new pg.Client({ connectionString: url })
    await maker.connect()
    await maker.query(`BEGIN; SELECT pg_advisory_xact_lock(${0x4353676e}, hashtext('${schema}'))`)
    const store = await open()
    expect(await store.insert({ kind: 'device', id: 'a', value: {} })).toBe(true)
    await store.close()
    await maker.query('ROLLBACK')
    await maker.end()
  })

  test('a schema of a newer version is refused, with the way out, and left alone', async () => {
    await (await open()).close()
    await sql('INSERT INTO S.migration (version) VALUES (99)')
    await expect(open()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('99'),
      hint: expect.stringContaining('newer'),
    })
  })

  test('what is printed for people makes the very tables that a server makes, may be run again, and leaves it nothing to do', async () => {
    const tables = `SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns WHERE table_schema = $1 ORDER BY 1, 2`
    const routines = `SELECT routine_name, data_type FROM information_schema.routines WHERE routine_schema = $1 ORDER BY 1, 2`
    await (await open()).close()
    const made = [await sql(tables, [schema]), await sql(routines, [schema])]
    const byHand = newSchema()
    schemas.push(byHand)
    await query(url, migrationSql(byHand))
    await query(url, migrationSql(byHand))
    expect([await sql(tables, [byHand]), await sql(routines, [byHand])]).toEqual(made)
    // For a server that finds it done nothing is written, so reading is enough.
    await query(
      url,
      `DROP ROLE IF EXISTS ${byHand}; CREATE ROLE ${byHand} LOGIN; GRANT USAGE ON SCHEMA ${byHand} TO ${byHand};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${byHand} TO ${byHand}`,
    )
    const plain = new URL(url)
    plain.username = byHand
    const store = await postgresStore({ url: plain.href, clock: fakeClock(), schema: byHand })
    expect(await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'], group: 'g', expiresAt: START + 1 })).toBe(true)
    expect(await store.once('a', START + 1)).toBe(true)
    expect(await store.count('a', START + 1, 1)).toBe(1)
    expect(await store.swap({ kind: 'device', id: 'a', version: 1, value: {}, expiresAt: START })).toBe(true)
    expect(await store.sweep(10)).toBe(1)
    await store.close()
    await expect(postgresStore({ url: plain.href, clock: fakeClock(), schema })).rejects.toMatchObject({
      code: 'store_unavailable',
      hint: expect.stringContaining('rights'),
    })
    await query(url, `DROP OWNED BY ${byHand}; DROP ROLE ${byHand}`)
  })

  test('who owns the schema makes the tables, without the right to make schemas', async () => {
    await query(url, `CREATE ROLE ${schema} LOGIN; CREATE SCHEMA ${schema} AUTHORIZATION ${schema}`)
    const owner = new URL(url)
    owner.username = schema
    const store = await postgresStore({ url: owner.href, clock: fakeClock(), schema })
    expect(await store.insert({ kind: 'device', id: 'a', value: {} })).toBe(true)
    await store.close()
    await query(url, `DROP OWNED BY ${schema}; DROP ROLE ${schema}`)
  })

  test('tables of another program are refused and left alone', async () => {
    await sql(`CREATE SCHEMA ${schema}; CREATE TABLE S.record (theirs text)`)
    await expect(open()).rejects.toMatchObject({ code: 'store_unavailable', hint: expect.stringContaining('another schema') })
    expect(await sql('SELECT * FROM S.record')).toEqual([])
    expect(await sql('SELECT to_regclass($1)::text AS made', [`${schema}.lookup`])).toEqual([{ made: null }])
  })

  test('a database that cannot hold our texts is refused, and so is an old server', async () => {
    const told = (version: string, encoding: string) => async () => ({ rows: [[version, encoding, null]], rowCount: 1 })
    await expect(migrate(told('130018', 'UTF8'), 'here', 'a')).rejects.toMatchObject({ message: expect.stringContaining('version 14') })
    await expect(migrate(told('150002', 'LATIN1'), 'here', 'a')).rejects.toMatchObject({ message: expect.stringContaining('LATIN1') })
  })

  test('a name that is no plain name is no schema', async () => {
    for (const name of ['', 'A', 'a-b', '1a', 'a"; DROP TABLE x; --', "a'b", 'a'.repeat(42)]) {
      await expect(postgresStore({ url, clock: fakeClock(), schema: name })).rejects.toMatchObject({ code: 'configuration_invalid' })
      expect(() => migrationSql(name)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
    }
  })
})

describe('tables', () => {
  test('lookups go with their row, also when somebody deletes rows by hand', async () => {
    const store = await open()
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l', 'm'] })
    await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['n'] })
    await sql("DELETE FROM S.record WHERE id = 'a'")
    expect(await sql('SELECT name FROM S.lookup')).toEqual([{ name: 'n' }])
    expect(await store.insert({ kind: 'device', id: 'c', value: {}, lookups: ['m'] })).toBe(true)
    await store.close()
  })

  test('lookups that lost their row find nothing, and are free', async () => {
    const store = await open()
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l', 'm'] })
    await sql('TRUNCATE S.record')
    expect(await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['n'] })).toBe(true)
    expect(await store.find('device', 'l')).toBeUndefined()
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['l', 'm', 'n'] })).toBe(false)
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['l', 'm'] })).toBe(true)
    expect((await store.find('device', 'l'))?.id).toBe('b')
    expect((await store.find('device', 'n'))?.id).toBe('a')
    await store.close()
  })

  test('reads, finds, lists and sweeps go through an index', async () => {
    await (await open()).close()
    await sql(`INSERT INTO S.record (kind, id, value, group_name, expires_at)
      SELECT 'k' || n % 3, 'i' || n, '{}', 'g' || n % 50, CASE WHEN n % 2 = 0 THEN n END FROM generate_series(1, 5000) AS n`)
    await sql('ANALYZE S.record')
    const plan = async (text: string) => JSON.stringify(await sql(`EXPLAIN ${text}`))
    expect(await plan("SELECT FROM S.record WHERE kind = 'k1' AND id = 'i1'")).toContain('record_pkey')
    expect(
      await plan("SELECT FROM S.record WHERE kind = 'k1' AND group_name = 'g1' AND sequence > 7 ORDER BY sequence LIMIT 10"),
    ).toContain('record_by_group')
    expect(await plan('SELECT FROM S.record WHERE expires_at <= 7 ORDER BY expires_at LIMIT 10')).toContain('record_by_expiry')
    expect(await plan("SELECT FROM S.mark WHERE ctid >= '(0,0)' AND ctid < '(32,0)'")).toContain('Tid Range Scan')
  })

  test('a swap that keeps the end touches no index', async () => {
    const store = await open()
    await store.insert({ kind: 'device', id: 'a', value: { n: 0 }, lookups: ['l'], group: 'g', expiresAt: START + 1000 })
    for (let version = 1; version <= 5; version++) await store.swap({ kind: 'device', id: 'a', version, value: { n: version } })
    await store.close()
    // Counted on this very server connection by connection, and told when it has nothing to do.
    for (;;) {
      const [told] = await sql(
        'SELECT n_tup_upd::int AS changed, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = $2',
        [schema, 'record'],
      )
      if (told?.['changed'] !== 5) continue
      expect(told).toEqual({ changed: 5, hot: 5 })
      break
    }
  })

  test('marks and counters are not logged; rows are', async () => {
    await (await open()).close()
    const kinds = await sql(
      "SELECT relname, relpersistence FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY relname",
      [schema],
    )
    expect(kinds.map(({ relname, relpersistence }) => `${String(relname)} ${String(relpersistence)}`)).toEqual([
      'counter u',
      'lookup p',
      'mark u',
      'migration p',
      'record p',
    ])
  })

  test('an insert into a group waits for the one before it, so that a list never grows in its middle', async () => {
    const store = await open()
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    await other.query(`BEGIN; SELECT ${schema}.insert_record('grant', 'first', '{}', NULL, 'g', NULL, 0, NULL)`)
    let done = false
    const second = store.insert({ kind: 'grant', id: 'second', value: {}, group: 'g' }).then(() => (done = true))
    // Another group does not wait.
    expect(await store.insert({ kind: 'grant', id: 'x', value: {}, group: 'h' })).toBe(true)
    for (;;) {
      const [waiting] = await sql("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
      if (waiting?.['n'] !== 0) break
    }
    expect(done).toBe(false)
    await other.query('COMMIT')
    await other.end()
    await second
    expect((await store.list('grant', 'g', 10)).map(({ id }) => id)).toEqual(['first', 'second'])
    await store.close()
  })
})
