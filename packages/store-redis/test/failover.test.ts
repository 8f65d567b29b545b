/** Another server takes over: what cannot be answered is refused soon, what is answered is right, and the store finds the new master by itself. */
import type { RemoteStore } from '@countersign/authority'
import { fakeClock } from '@countersign/store-contract'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRedis, openRedisCluster, openSentinel, type RedisServer, type RedisServers, until } from '../../../tests/support/redis.ts'
import { openTcpRelay } from '../../../tests/support/tcp-relay.ts'
import { redisStore } from '../src/redis-store.ts'
import { prefixes } from './under-test.ts'

const AWAY = { name: 'CountersignError', code: 'store_unavailable' }
const prefix = prefixes('f')

function storeAt(url: string, waitMs = 1000): RemoteStore {
  const store = redisStore({ url, clock: fakeClock(), prefix: prefix(), waitMs })
  onTestFinished(() => store.close())
  return store
}

/**
 * Inserts rows and swaps each, in all places, until told to stop. Every answer is checked at once: nothing but the right one or
 * `store_unavailable` is ever heard. `lossy`: a master dies, and may take along what it acknowledged last; then that is what was answered to.
 */
function load(store: RemoteStore, lossy = false) {
  const answered = new Map<string, number>()
  const refused: unknown[] = []
  let slowest = 0
  let running = true
  async function judged<T>(id: string, move: () => Promise<T>, right: (answer: T) => boolean): Promise<boolean> {
    const from = performance.now()
    try {
      const answer = await move()
      if (right(answer)) return true
      const row = lossy ? await store.read('device', id) : undefined
      if (!lossy || row?.version === answered.get(id)) throw new Error(`wrong: ${JSON.stringify(answer)} from ${String(move)}`)
      return false
    } catch (error) {
      refused.push(error)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return false
    } finally {
      slowest = Math.max(slowest, performance.now() - from)
    }
  }
  async function write(writer: number) {
    for (let n = 0; running; n++) {
      const id = `${String.fromCharCode(97 + ((n * 7 + writer) % 26))}${(n * 13) % 10} of ${writer} ${n}`
      const row = { kind: 'device', id, value: { n }, lookups: [`${id.slice(0, 3)} code ${writer} ${n}`] }
      if (!(await judged(id, () => store.insert(row), Boolean))) continue
      answered.set(id, 1)
      if (!(await judged(id, () => store.swap({ kind: 'device', id, version: 1, value: { n: -n } }), Boolean))) continue
      answered.set(id, 2)
      await judged(
        id,
        () => store.find('device', row.lookups[0] as string),
        (found) => found?.id === id && found.version === 2,
      )
    }
  }
  const writers = Array.from({ length: 6 }, (_, index) => write(index))
  return {
    answered,
    refused,
    /** Waits for so many rows more. */
    more: async (rows: number) => {
      const before = answered.size
      await until(async () => answered.size > before + rows)
    },
    end: async () => {
      running = false
      await Promise.all(writers)
      for (const error of refused) expect(error).toMatchObject(AWAY)
      // Bounded: a move is a few commands at most, each of which waits for a second.
      expect(slowest).toBeLessThan(15_000)
    },
  }
}

/** How many of the acknowledged rows are not there as they were acknowledged. */
async function missing(store: RemoteStore, answered: ReadonlyMap<string, number>): Promise<number> {
  let count = 0
  for (const [id, version] of answered) {
    const row = await store.read('device', id)
    if (row === undefined || row.version < version) count++
  }
  return count
}

describe('a master and a replica behind one address', () => {
  let master: RedisServer & { readonly close: () => Promise<void> }
  let replica: typeof master
  beforeAll(async () => {
    ;[master, replica] = await Promise.all([openRedis(), openRedis()])
    await follow(replica, master)
  })
  afterAll(() => Promise.all([master?.close(), replica?.close()]))

  async function follow(server: RedisServer, leader: RedisServer): Promise<void> {
    await server.command('REPLICAOF', '127.0.0.1', `${leader.port}`)
    await until(async () => (await server.command('INFO', 'replication')).includes('master_link_status:up'))
  }
  const inStep = () =>
    until(async () => {
      const info = await master.command('INFO', 'replication')
      const [, offset] = /master_repl_offset:(\d+)/.exec(info) ?? []
      return info.includes(`offset=${offset},`)
    })

  test('the replica takes over after the master was killed: the rows are there, by lookup too, and the address answers again', async () => {
    const relay = await openTcpRelay(master.port)
    onTestFinished(relay.close)
    const store = storeAt(`redis://127.0.0.1:${relay.port}`)
    const loading = load(store)
    await loading.more(100)
    await loading.end()
    expect(loading.refused).toEqual([])
    await inStep()
    await master.kill()
    await expect(store.insert({ kind: 'device', id: 'x', value: {} })).rejects.toMatchObject(AWAY)
    await replica.command('REPLICAOF', 'NO', 'ONE')
    relay.leadTo(replica.port)
    await until(async () => (await store.read('device', 'nobody')) === undefined)
    expect(await missing(store, loading.answered)).toBe(0)
    expect(await store.insert({ kind: 'device', id: 'x', value: {} })).toBe(true)
    await master.restart()
    await follow(master, replica)
    await master.command('REPLICAOF', 'NO', 'ONE')
    await follow(replica, master)
  })

  test('a master that became a replica refuses, which is told and changes nothing; the store goes where the address leads next', async () => {
    const relay = await openTcpRelay(master.port)
    onTestFinished(relay.close)
    const store = storeAt(`redis://127.0.0.1:${relay.port}`)
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })
    await inStep()
    await replica.command('REPLICAOF', 'NO', 'ONE')
    await follow(master, replica)
    const fault = { ...AWAY, hint: expect.stringContaining('failover') }
    // Its connection stays open: who hears that refusal has to look where the address leads by now.
    relay.leadNewTo(replica.port)
    await expect(store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'] })).rejects.toMatchObject(fault)
    await until(async () => (await store.read('device', 'b')) === undefined)
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'] })).toBe(true)
    expect((await store.find('device', 'l'))?.id).toBe('a')
    await replica.command('REPLICAOF', '127.0.0.1', '1')
    await master.command('REPLICAOF', 'NO', 'ONE')
    await follow(replica, master)
  })

  test('through Sentinel the store finds the master by its name, and the next one when that is gone', async () => {
    const sentinel = await openSentinel('rows', master)
    onTestFinished(sentinel.close)
    await until(async () => (await sentinel.command('SENTINEL', 'REPLICAS', 'rows')).includes(`${replica.port}`))
    const store = storeAt(`redis+sentinel://127.0.0.1:${sentinel.port}/rows`)
    expect(await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })).toBe(true)
    await inStep()
    await master.kill()
    await until(async () => (await store.find('device', 'l'))?.id === 'a')
    await until(() => store.insert({ kind: 'device', id: 'b', value: {} }))
    expect((await replica.command('INFO', 'replication')).includes('role:master')).toBe(true)
  })
})

describe('a cluster', () => {
  let cluster: RedisServers
  let url: string
  beforeAll(async () => {
    cluster = await openRedisCluster(3, 1)
    url = `redis+cluster://${cluster.servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  })
  afterAll(() => cluster?.close())
  const master = (index: number) => cluster.servers[index] as RedisServer
  const replica = (index: number) => cluster.servers[index + 3] as RedisServer
  const leads = async (server: RedisServer) => (await server.command('INFO', 'replication')).includes('role:master')

  test('a slot that moves to another master under load is found there; while it moves every answer is right', async () => {
    const store = storeAt(url)
    const loading = load(store)
    await loading.more(50)
    const [from, to] = [master(0), master(1)]
    const [fromId, toId] = await Promise.all([from.command('CLUSTER', 'MYID'), to.command('CLUSTER', 'MYID')])
    const own = `f${Number(/\d+/.exec(prefix())?.[0]) - 1}`
    const slots = new Set<string>()
    for (const key of await from.keys(`{${own}:*`)) slots.add(await from.command('CLUSTER', 'KEYSLOT', key))
    const moving = [...slots].slice(0, 6)
    expect(moving.length).toBeGreaterThan(1)
    for (const slot of moving) {
      await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
      await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
      for (;;) {
        const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '3')).split('\n').filter((key) => key !== '')
        if (keys.length === 0) break
        await from.command('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys)
      }
      for (const server of [to, from]) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
    }
    await loading.more(50)
    await loading.end()
    expect(await missing(store, loading.answered)).toBe(0)
    for (const slot of moving) expect(await to.command('CLUSTER', 'COUNTKEYSINSLOT', slot)).not.toBe('0')
  })

  test('a replica that takes over in good order loses nothing, and no answer is wrong', async () => {
    const store = storeAt(url)
    const loading = load(store)
    await loading.more(50)
    await replica(0).command('CLUSTER', 'FAILOVER')
    await until(() => leads(replica(0)))
    await loading.more(100)
    await loading.end()
    expect(await missing(store, loading.answered)).toBe(0)
  })

  test('a master that is killed takes its slots away for a moment and the others nothing; its replica is found', async () => {
    const store = storeAt(url)
    const loading = load(store, true)
    await loading.more(50)
    await master(1).kill()
    // The other masters answer meanwhile.
    await loading.more(20)
    await until(() => leads(replica(1)))
    await loading.more(100)
    await loading.end()
    expect(loading.refused.length).toBeGreaterThan(0)
    // Replicas follow a moment behind, so that the last answers of the dead may be gone; never more than those.
    expect(await missing(store, loading.answered)).toBeLessThan(20)
    await master(1).restart()
  })

  test('a master that stands still is given up, and its replica is found', async () => {
    const store = storeAt(url)
    const loading = load(store, true)
    await loading.more(50)
    master(2).signal('SIGSTOP')
    await until(() => leads(replica(2)))
    await loading.more(100)
    master(2).signal('SIGCONT')
    await loading.more(50)
    await loading.end()
    expect(loading.refused.length).toBeGreaterThan(0)
    expect(await missing(store, loading.answered)).toBeLessThan(20)
  })
})
