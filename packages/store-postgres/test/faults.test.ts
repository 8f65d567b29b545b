/** A database that dies, stands still, says no, or loses its answer: every move ends in time, with the truth or with `store_unavailable`. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RemoteStore } from '@countersign/authority'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { type Cluster, query, startCluster } from '../../../tests/support/postgres.ts'
import { openTcpRelay, type TcpRelay } from '../../../tests/support/tcp-relay.ts'
import { type PostgresStoreOptions, postgresStore } from '../src/postgres-store.ts'

let cluster: Cluster
beforeAll(async () => {
  // As an operator has it: with durability.
  cluster = await startCluster()
})
afterAll(() => cluster?.remove())

const clock = fakeClock()
let made = 0
const open = (options: Partial<PostgresStoreOptions> = {}) =>
  postgresStore({ url: cluster.url, clock, schema: `s${made++}`, waitMs: 20_000, ...options })
/** The schema of the store that was opened last. */
const schema = () => `s${made - 1}`
const UNAVAILABLE = { name: 'CountersignError', code: 'store_unavailable' }

/** Asks until it is answered; tells the answer. */
async function finally_<T>(move: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await move()
    } catch (error) {
      expect(error).toMatchObject(UNAVAILABLE)
    }
  }
}

/** One of each move. */
const EVERY_MOVE: readonly ((store: RemoteStore) => Promise<unknown>)[] = [
  (store) => store.insert({ kind: 'device', id: `${Math.random()}`, value: {}, lookups: ['another'] }),
  (store) => store.read('device', 'a'),
  (store) => store.find('device', 'l'),
  (store) => store.list('device', 'g', 10),
  (store) => store.swap({ kind: 'device', id: 'a', version: 1, value: {} }),
  (store) => store.swapAndInsert({ kind: 'device', id: 'a', version: 1, value: {} }, { kind: 'grant', id: `${Math.random()}`, value: {} }),
  (store) => store.remove('device', 'b', 1),
  (store) => store.once('mark', START + 1000),
  (store) => store.count('counter', START + 1000, 1),
  (store) => store.count('counter', START + 1000, 0),
  (store) => store.sweep(10),
]

test('connections that are cut under load: every move is answered or unavailable, and what was answered is there', async () => {
  const store = await open()
  let [cutting, moves] = [true, 0]
  const cutter = (async () => {
    while (cutting) {
      const before = moves
      await query(cluster.url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', ['countersign'])
      while (cutting && moves < before + 25) await new Promise(setImmediate)
    }
  })()
  const unavailable: unknown[] = []
  const answered = await atOnce(16, async (lane) => {
    const versions = new Map<string, number>()
    for (let n = 0; n < 8; n++) {
      const id = `${lane} ${n}`
      moves++
      try {
        expect(await store.insert({ kind: 'device', id, value: { version: 1 }, lookups: [`l ${id}`] })).toBe(true)
        versions.set(id, 1)
        const change = { kind: 'device', id, version: 1, value: { version: 2 } }
        expect(await store.swapAndInsert(change, { kind: 'grant', id, value: {} })).toBe(true)
        versions.set(id, 2)
        // A read that was cut off is asked again by itself.
        expect(await store.find('device', `l ${id}`)).toEqual({ id, version: 2, value: { version: 2 } })
      } catch (error) {
        unavailable.push(error)
        if (versions.size === 0) versions.set(id, 0)
      }
    }
    return versions
  })
  cutting = false
  await cutter
  expect(unavailable.length).toBeGreaterThan(0)
  for (const error of unavailable) expect(error).toMatchObject(UNAVAILABLE)
  for (const [id, version] of answered.flatMap((versions) => [...versions])) {
    const row = await store.read('device', id)
    expect(row?.version ?? 0).toBeGreaterThanOrEqual(version)
    // A row, its version, value and lookup come together or not at all.
    if (row !== undefined) {
      expect(row.value).toEqual({ version: row.version })
      expect((await store.find('device', `l ${id}`))?.id).toBe(id)
    }
    // So do a change and what is inserted with it.
    expect((await store.read('grant', id)) !== undefined).toBe(row?.version === 2)
  }
  await store.close()
})

test('a server that is killed under load and started again has everything that it answered', async () => {
  const store = await open()
  const answered = new Map<string, number>()
  let dead = false
  const writers = Array.from({ length: 8 }, async (_, lane) => {
    for (let n = 0; !dead; n++) {
      const id = `${lane} ${n}`
      try {
        if (await store.insert({ kind: 'device', id, value: { version: 1 }, lookups: [`l ${id}`], group: 'g' })) answered.set(id, 1)
        if (await store.swap({ kind: 'device', id, version: 1, value: { version: 2 } })) answered.set(id, 2)
        if (n === 0) await store.once(`mark ${lane}`, START + 1000)
      } catch (error) {
        expect(error).toMatchObject(UNAVAILABLE)
        if (answered.size > 200) return
      }
    }
  })
  while (answered.size < 200) await new Promise(setImmediate)
  await cluster.kill()
  dead = true
  await Promise.all(writers)
  for (const move of EVERY_MOVE) await expect(move(store)).rejects.toMatchObject(UNAVAILABLE)
  await cluster.start()

  // The same store goes on, without being told.
  expect(await finally_(() => store.insert({ kind: 'device', id: 'after', value: {} }))).toBe(true)
  const rows = new Map((await store.list('device', 'g', 100_000)).map((row) => [row.id, row]))
  for (const [id, version] of answered) {
    expect([id, rows.get(id)?.version ?? 0]).toEqual([id, expect.toSatisfy((has) => has >= version)])
  }
  for (const row of rows.values()) expect(row.value).toEqual({ version: row.version })
  const lost = `SELECT (SELECT count(*) FROM ${schema()}.lookup)::int - (SELECT count(lookups) FROM ${schema()}.record)::int AS difference`
  expect(await query(cluster.url, lost)).toEqual([{ difference: 0 }])
  // Marks are not written to the log: they begin anew.
  expect(await store.once('mark 0', START + 1000)).toBe(true)
  await store.close()
})

test('a server that stands still: every move is told in time, none is made twice, and the same store goes on afterwards', async () => {
  const store = await open({ waitMs: 400 })
  await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'], group: 'g' })
  await store.insert({ kind: 'device', id: 'b', value: {} })
  cluster.freeze()
  const told = await Promise.allSettled(EVERY_MOVE.map((move) => move(store)))
  cluster.thaw()
  for (const each of told) expect(each).toMatchObject({ status: 'rejected', reason: { ...UNAVAILABLE, hint: expect.any(String) } })
  expect(await finally_(() => store.insert({ kind: 'device', id: 'after', value: {} }))).toBe(true)
  // What was under way may have been made; repeated, it is found so.
  expect((await store.read('device', 'a'))?.version).toBeLessThanOrEqual(2)
  expect(await store.count('counter', START + 1000, 1)).toBeLessThanOrEqual(2)
  await store.close()
})

test('a store that is closed while its server stands still lets go in time', async () => {
  const store = await open({ waitMs: 300 })
  // Many connections, of which one is in use then.
  await atOnce(8, (n) => store.insert({ kind: 'device', id: `${n}`, value: {} }))
  cluster.freeze()
  const moving = store.read('device', 'a').catch((error: unknown) => error)
  await store.close()
  expect(await moving).toMatchObject(UNAVAILABLE)
  cluster.thaw()
})

describe('an answer that is lost on its way', () => {
  let relay: TcpRelay
  beforeAll(async () => {
    relay = await openTcpRelay(Number(new URL(cluster.url).port))
  })
  afterAll(() => relay.close())

  test('leaves the move made; repeated, it is found so', async () => {
    const url = new URL(cluster.url)
    url.port = `${relay.port}`
    const store = await open({ url: url.href, connections: 1 })
    await store.insert({ kind: 'device', id: 'warm', value: {}, lookups: ['warm'] })
    const losing = async (move: () => Promise<unknown>) => {
      const lost = relay.loseNextAnswer()
      await expect(move()).rejects.toMatchObject(UNAVAILABLE)
      await lost
    }
    const row = { kind: 'device', id: 'a', value: { n: 1 }, lookups: ['l'] }
    await losing(() => store.insert(row))
    expect(await store.insert(row)).toBe(false)
    expect(await store.find('device', 'l')).toEqual({ id: 'a', version: 1, value: { n: 1 } })
    const change = { kind: 'device', id: 'a', version: 1, value: { n: 2 } }
    await losing(() => store.swap(change))
    expect(await store.swap(change)).toBe(false)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 2, value: { n: 2 } })
    await losing(() => store.once('mark', START + 1000))
    expect(await store.once('mark', START + 1000)).toBe(false)
    await losing(() => store.remove('device', 'a', 2))
    expect(await store.remove('device', 'a', 2)).toBe(false)
    // What only looks is asked again by itself.
    const lost = relay.loseNextAnswer()
    expect((await store.read('device', 'warm'))?.id).toBe('warm')
    await lost
    await store.close()
  })

  test('a connection on which nothing gets through any more is given up, and another one is made', async () => {
    const url = new URL(cluster.url)
    const held = await openTcpRelay(Number(url.port))
    url.port = `${held.port}`
    const store = await open({ url: url.href, waitMs: 300 })
    held.hold()
    await expect(store.read('device', 'a')).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringMatching(/no answer within \d+ ms/),
    })
    await expect(store.once('a', START + 1)).rejects.toMatchObject(UNAVAILABLE)
    await store.close()
    await held.close()
  })
})

describe('connections', () => {
  test('a pool of yours is used and left open; when it has none to give, moves are told in time', async () => {
    const pool = new pg.Pool({ connectionString: cluster.url, max: 1 })
    // Numbers and dates as somebody else may want them.
    pg.types.setTypeParser(pg.types.builtins.INT8, BigInt)
    const store = await postgresStore({ pool, clock, schema: `s${made++}`, waitMs: 200 })
    expect(await store.insert({ kind: 'device', id: 'a', value: { n: 1 } })).toBe(true)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { n: 1 } })
    const busy = await pool.connect()
    await expect(store.read('device', 'a')).rejects.toMatchObject({ ...UNAVAILABLE, hint: expect.stringContaining('busy') })
    busy.release()
    expect((await store.read('device', 'a'))?.version).toBe(1)
    await store.close()
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await pool.end()
    pg.types.setTypeParser(pg.types.builtins.INT8, (text) => text)
  })

  test('a pool or a URL, and one of them', async () => {
    await expect(postgresStore({ clock })).rejects.toMatchObject({ code: 'configuration_invalid' })
    const pool = new pg.Pool()
    await expect(postgresStore({ clock, pool, url: cluster.url })).rejects.toMatchObject({ code: 'configuration_invalid' })
  })

  test('every way a database cannot be used is told, with what to do about it and without the password', async () => {
    await query(cluster.url, 'CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0')
    await query(cluster.url, 'CREATE ROLE standby LOGIN; ALTER ROLE standby SET default_transaction_read_only = on')
    const changed = (change: (url: URL) => void) => {
      const url = new URL(cluster.url)
      url.password = 's3cret'
      change(url)
      return url.href
    }
    const places: readonly (readonly [string, RegExp])[] = [
      [changed((url) => (url.port = '1')), /start PostgreSQL/],
      [changed((url) => (url.pathname = '/nowhere')), /create the database/],
      [changed((url) => (url.username = 'nobody')), /user and the password/],
      [changed((url) => (url.pathname = '/latin')), /UTF8/],
      [changed((url) => (url.username = 'standby')), /primary/],
      [changed((url) => ((url.hostname = 'nowhere.invalid'), url.searchParams.set('sslmode', 'disable'))), /name of the host/],
    ]
    for (const [url, hint] of places) {
      const error: unknown = await postgresStore({ url, clock, schema: 'refused', waitMs: 5000 }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ ...UNAVAILABLE, hint: expect.stringMatching(hint) })
      expect((error as Error).message).toMatch(/^postgres:\/\/[\w.]+:\d+\/\w+: ./)
      expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain('s3cret')
    }
  })

  test('an error of the server does not carry the row it is about', async () => {
    const store = await open()
    await query(cluster.url, `ALTER TABLE ${schema()}.record ADD CONSTRAINT none CHECK (id <> 'refused') NOT VALID`)
    const error: unknown = await store
      .insert({ kind: 'account', id: 'refused', value: { passwordHash: 's3cret' } })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(UNAVAILABLE)
    expect((error as Error).cause).toBeUndefined()
    expect(JSON.stringify([String(error), error])).not.toContain('s3cret')
    await store.close()
  })
})
