/** Locks of the database: who waits for them, who does not, and in which order they are taken. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RemoteStore } from '@countersign/authority'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { type Cluster, query, startCluster } from '../../../tests/support/postgres.ts'
import { type PostgresStoreOptions, postgresStore } from '../src/postgres-store.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster('fsync=off', 'deadlock_timeout=100ms')
})
afterAll(() => cluster?.remove())

const clock = fakeClock()
let made = 0
const open = (options: Partial<PostgresStoreOptions> = {}) =>
  postgresStore({ url: cluster.url, clock, schema: `s${made++}`, waitMs: 20_000, ...options })
/** The schema of the store that was opened last. */
const schema = () => `s${made - 1}`

const lock = async (text: string) => {
  const client = new pg.Client({ connectionString: cluster.url })
  await client.connect()
  await client.query(`BEGIN; ${text}`)
  return client
}

/** Whether a transaction of its own could do this now. */
async function isFree(text: string): Promise<boolean> {
  const client = await lock("SET LOCAL lock_timeout = '50ms'")
  try {
    await client.query(text)
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}
const waiting = async () => {
  for (;;) {
    const [found] = await query(cluster.url, "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    if (found?.['n'] === 1) return
  }
}

test('a move that waits for a row somebody holds is told in time, and the server does not go on waiting for it', async () => {
  const store = await open({ waitMs: 400 })
  await store.insert({ kind: 'device', id: 'a', value: { n: 1 } })
  const holder = await lock(`UPDATE ${schema()}.record SET version = 7 WHERE id = 'a'`)
  const change = { kind: 'device', id: 'a', version: 1, value: { n: 2 } }
  await expect(store.swap(change)).rejects.toMatchObject({ code: 'store_unavailable', hint: expect.stringContaining('locked') })
  // Others are not kept from anything.
  expect(await store.read('device', 'a')).toMatchObject({ version: 1 })
  expect(await store.insert({ kind: 'device', id: 'b', value: {} })).toBe(true)
  for (;;) {
    const [left] = await query(cluster.url, "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    if (left?.['n'] === 0) break
  }
  await holder.query('ROLLBACK')
  await holder.end()
  expect(await store.swap(change)).toBe(true)
  await store.close()
})

test('of many swaps made at once only the one whose row somebody holds has to wait', async () => {
  const store = await open()
  await atOnce(20, (n) => store.insert({ kind: 'device', id: `${n}`, value: {} }))
  const holder = await lock(`SELECT FROM ${schema()}.record WHERE id = '3' FOR UPDATE`)
  const swaps = Array.from({ length: 20 }, (_, n) => store.swap({ kind: 'device', id: `${n}`, version: 1, value: { n } }))
  expect(await Promise.all(swaps.filter((_, n) => n !== 3))).not.toContain(false)
  await holder.query('COMMIT')
  await holder.end()
  expect(await swaps[3]).toBe(true)
  await store.close()
})

test('a deadlock with somebody from outside is survived', async () => {
  const store = await open()
  await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'], expiresAt: START - 1 })
  await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'], expiresAt: START - 1 })
  // It takes b, then a; the insert takes what is in its way, a and then b.
  const other = await lock(`DELETE FROM ${schema()}.record WHERE id = 'b'`)
  const inserting = store.insert({ kind: 'device', id: 'c', value: {}, lookups: ['l', 'm'] })
  await waiting()
  const crossing = other.query(`DELETE FROM ${schema()}.record WHERE id = 'a'; COMMIT`).catch(() => other.query('ROLLBACK'))
  await crossing
  await other.end()
  expect(await inserting).toBe(true)
  expect(((await store.find('device', 'l')) ?? {}) as object).toMatchObject({ id: 'c' })
  await store.close()
})

test.each([
  ['mark', (store: RemoteStore, key: string) => store.once(key, START + 1000)],
  ['counter', (store: RemoteStore, key: string) => store.count(key, START + 1000, 1)],
])('keys of a %s are taken in one order, however they come, so that no two wait for each other', async (table, move) => {
  const store = await open()
  await Promise.all(['a', 'b', 'c'].map((key) => move(store, key)))
  const row = (key: string) => `SELECT FROM ${schema()}.${table} WHERE key = '${key}' FOR UPDATE`
  const holder = await lock(row('b'))
  const moving = Promise.all(['c', 'b', 'a'].map((key) => move(store, key)))
  await waiting()
  expect([await isFree(row('a')), await isFree(row('c'))]).toEqual([false, true])
  await holder.query('ROLLBACK')
  await holder.end()
  await moving
  await store.close()
})

test('lookups are taken in one order, however they come', async () => {
  const store = await open()
  const lookup = (name: string) => `INSERT INTO ${schema()}.lookup (kind, name, id) VALUES ('device', '${name}', 'theirs')`
  const holder = await lock(lookup('b'))
  const inserting = store.insert({ kind: 'device', id: 'ours', value: {}, lookups: ['c', 'b', 'a'] })
  await waiting()
  expect([await isFree(lookup('a')), await isFree(lookup('c'))]).toEqual([false, true])
  await holder.query('ROLLBACK')
  await holder.end()
  expect(await inserting).toBe(true)
  await store.close()
})

test('of inserts that want the same names from two servers, in every order, one gets them', async () => {
  const one = await open()
  const two = await postgresStore({ url: cluster.url, clock, schema: schema(), waitMs: 20_000 })
  for (let round = 0; round < 10; round++) {
    const names = Array.from({ length: 6 }, (_, n) => `${round} ${n}`)
    const won = await atOnce(12, (n) =>
      (n % 2 ? one : two).insert({ kind: 'device', id: `${round} ${n}`, value: {}, lookups: n % 3 ? names : [...names].reverse() }),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
  }
  await Promise.all([one.close(), two.close()])
})

test('serializable transactions as the rule of the database are asked again until they go through', async () => {
  const url = new URL(cluster.url)
  url.searchParams.set('options', '-c default_transaction_isolation=serializable')
  const store = await open({ url: url.href })
  await store.insert({ kind: 'counter', id: 'c', value: { n: 0 } })
  const counted = await atOnce(30, async (n) => {
    for (;;) {
      const row = await store.read('counter', 'c')
      if (row === undefined) throw new Error('the counter is gone')
      const { n: now } = row.value as { n: number }
      if (await store.swap({ kind: 'counter', id: 'c', version: row.version, value: { n: now + 1 } })) return n
    }
  })
  expect(counted).toHaveLength(30)
  expect((await store.read('counter', 'c'))?.value).toEqual({ n: 30 })
  const won = await atOnce(20, (n) => store.insert({ kind: 'device', id: `${n}`, value: {}, lookups: ['one'] }))
  expect(won.filter(Boolean)).toHaveLength(1)
  await store.close()
})
