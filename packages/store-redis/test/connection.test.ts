/** Redis goes away in every way it can: the answer is an error within a bounded time, never a wrong one, and afterwards all is well again. */
import type { RemoteStore } from '@countersign/authority'
import { CountersignError } from '@countersign/protocol'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRedis, type RedisServer, until } from '../../../tests/support/redis.ts'
import { openTcpRelay } from '../../../tests/support/tcp-relay.ts'
import type { RedisClient } from '../src/client.ts'
import { redisStore } from '../src/redis-store.ts'
import { prefixes } from './under-test.ts'

const WAIT_MS = 500
const AWAY = { name: 'CountersignError', code: 'store_unavailable' }
/** Far more than the patience of a move, on any machine; still no hanging. */
const SOON_MS = 10_000

const MOVES: readonly ((store: RemoteStore) => Promise<unknown>)[] = [
  (store) => store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'], group: 'g' }),
  (store) => store.read('device', 'a'),
  (store) => store.find('device', 'l'),
  (store) => store.list('device', 'g', 10),
  (store) => store.swap({ kind: 'device', id: 'a', version: 1, value: {} }),
  (store) => store.swapAndInsert({ kind: 'device', id: 'a', version: 1, value: {} }, { kind: 'grant', id: 'a', value: {} }),
  (store) => store.remove('device', 'a', 1),
  (store) => store.once('a', START + 1000),
  (store) => store.count('a', START + 1000, 1),
]

/** Every move is refused, and soon. */
async function expectAway(store: RemoteStore): Promise<void> {
  const from = performance.now()
  const outcomes = await Promise.allSettled(MOVES.map((move) => move(store)))
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: AWAY })
  expect(performance.now() - from).toBeLessThan(SOON_MS)
}
/** Waits until a store answers again, and judges nothing else. */
const answers = (store: RemoteStore) => until(async () => (await store.read('device', 'nobody')) === undefined)

const prefix = prefixes('c')
function storeAt(url: string, more: { readonly waitMs?: number } = {}): RemoteStore {
  const store = redisStore({ url, clock: fakeClock(), prefix: prefix(), waitMs: WAIT_MS, ...more })
  onTestFinished(() => store.close())
  return store
}

describe('a server of our own', () => {
  let redis: RedisServer & { readonly close: () => Promise<void> }
  beforeAll(async () => {
    redis = await openRedis('--appendonly', 'yes', '--appendfsync', 'always')
  })
  afterAll(() => redis?.close())

  test('stopped, it is missed within the patience of a move; going on, it is there again, and what was given up was not done later', async () => {
    const store = storeAt(redis.url)
    await store.insert({ kind: 'device', id: 'kept', value: {}, lookups: ['kept'] })
    redis.signal('SIGSTOP')
    await expectAway(store)
    await expectAway(store)
    redis.signal('SIGCONT')
    await answers(store)
    expect((await store.find('device', 'kept'))?.id).toBe('kept')
    expect(await store.insert({ kind: 'device', id: 'after', value: {} })).toBe(true)
  })

  test('killed and started again under load, it has everything that was answered, and answers again by itself', async () => {
    const store = storeAt(redis.url)
    const answered = new Map<string, number>()
    const refused: unknown[] = []
    let running = true
    const writer = async (name: string) => {
      for (let n = 0; running; n++) {
        const id = `${name} ${n}`
        try {
          if (await store.insert({ kind: 'device', id, value: { n }, lookups: [`${name} code ${n}`] })) answered.set(id, 1)
          if (await store.swap({ kind: 'device', id, version: 1, value: { n: -n } })) answered.set(id, 2)
        } catch (error) {
          refused.push(error)
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
    }
    const writers = Array.from({ length: 8 }, (_, index) => writer(`w${index}`))
    for (let round = 0; round < 3; round++) {
      const before = answered.size
      await until(async () => answered.size > before + 100)
      await redis.kill()
      await until(async () => refused.length > round * 5)
      await redis.restart()
    }
    const before = answered.size
    await until(async () => answered.size > before + 20)
    running = false
    await Promise.all(writers)
    for (const error of refused) expect(error).toMatchObject(AWAY)
    for (const [id, version] of answered) {
      const row = await store.read('device', id)
      expect([id, row?.version]).toEqual([id, expect.toSatisfy((has: number | undefined) => has !== undefined && has >= version)])
      expect((await store.find('device', id.replace(' ', ' code ')))?.id).toBe(id)
    }
  })

  test('a server that is told to forget its scripts hears them again, and no move notices', async () => {
    const store = storeAt(redis.url)
    for (let round = 0; round < 3; round++) {
      await redis.command('SCRIPT', 'FLUSH')
      const sums = await atOnce(20, () => store.count('hits', START + 1000, 1))
      expect(Math.max(...sums)).toBe(20 * (round + 1))
      expect(await store.insert({ kind: 'device', id: `${round}`, value: {}, lookups: [`l${round}`], group: 'g' })).toBe(true)
    }
    expect(await store.list('device', 'g', 10)).toHaveLength(3)
  })

  test('a server that is not there yet is waited for, and used when it comes', async () => {
    await redis.kill()
    const store = storeAt(redis.url)
    await expect(store.read('device', 'a')).rejects.toMatchObject({ ...AWAY, message: expect.stringContaining(`127.0.0.1:${redis.port}`) })
    const patient = storeAt(redis.url, { waitMs: 20_000 })
    const reading = patient.read('device', 'a')
    await redis.restart()
    expect(await reading).toBeUndefined()
    await answers(store)
  })

  test('a closed store says so at once, also while the server is away, and lets the program end', async () => {
    const store = storeAt(redis.url)
    await store.read('device', 'a')
    redis.signal('SIGSTOP')
    const moves = Promise.allSettled(MOVES.map((move) => move(store)))
    await store.close()
    for (const outcome of await moves) expect(outcome).toMatchObject({ status: 'rejected', reason: AWAY })
    for (const move of MOVES) await expect(move(store)).rejects.toMatchObject({ ...AWAY, message: expect.stringContaining('closed') })
    redis.signal('SIGCONT')
  })
})

describe('a connection in between', () => {
  let redis: RedisServer & { readonly close: () => Promise<void> }
  beforeAll(async () => {
    redis = await openRedis()
  })
  afterAll(() => redis?.close())
  async function relayed(waitMs = WAIT_MS) {
    const relay = await openTcpRelay(redis.port)
    onTestFinished(relay.close)
    return { relay, store: storeAt(`redis://127.0.0.1:${relay.port}`, { waitMs }) }
  }

  /** Has every script heard once, so that what follows is about the move alone. */
  async function warm(store: RemoteStore): Promise<void> {
    await store.insert({ kind: 'warm', id: 'abc', value: {}, lookups: ['abc zero'], group: 'warm' })
    await store.swap({ kind: 'warm', id: 'abc', version: 1, value: {} })
    await store.once('warm', START + 1000)
    await store.count('warm', START + 1000, 1)
    await store.list('warm', 'warm', 10)
    await store.remove('warm', 'abc', 2)
  }

  test('a move whose answer is lost is refused and not made twice, and is found done', async () => {
    const { relay, store } = await relayed(5000)
    await warm(store)
    await store.insert({ kind: 'device', id: 'a', value: { n: 0 } })
    const lost = async (move: () => Promise<unknown>) => {
      const done = relay.loseNextAnswer()
      const outcome = move()
      outcome.catch(() => undefined)
      await done
      await expect(outcome).rejects.toMatchObject({ ...AWAY, message: expect.stringContaining('the connection was lost') })
      await answers(store)
    }
    await lost(() => store.count('hits', START + 1000, 1))
    expect(await store.count('hits', START + 1000, 0)).toBe(1)
    await lost(() => store.swap({ kind: 'device', id: 'a', version: 1, value: { n: 1 } }))
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 2, value: { n: 1 } })
    await lost(() => store.once('mark', START + 1000))
    expect(await store.once('mark', START + 1000)).toBe(false)
    await lost(() => store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['lb'], group: 'g' }))
    expect((await store.find('device', 'lb'))?.id).toBe('b')
    expect(await store.list('device', 'g', 10)).toHaveLength(1)
    await lost(() => store.remove('device', 'b', 1))
    expect(await store.read('device', 'b')).toBeUndefined()
    expect(await store.find('device', 'lb')).toBeUndefined()
    expect(await store.insert({ kind: 'device', id: 'c', value: {}, lookups: ['lb'] })).toBe(true)
  })

  test('a network that swallows everything ends in errors, not in waiting; a new connection is made when it is back', async () => {
    const { relay, store } = await relayed()
    await store.read('device', 'a')
    relay.hold()
    await expectAway(store)
    await relay.close()
    await expectAway(store)
  })

  test('a connection that has gone silent is given up for a new one, though nobody ended it', async () => {
    const { relay, store } = await relayed()
    expect(await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })).toBe(true)
    relay.silence()
    await expectAway(store)
    await answers(store)
    expect((await store.find('device', 'l'))?.id).toBe('a')
  })

  test('every move takes one round trip; following a lookup, and listing a group, one more', async () => {
    const { relay, store } = await relayed(5000)
    const row = { kind: 'device', id: 'abc 1', value: {}, lookups: ['abc code', 'elsewhere'], group: 'g', expiresAt: START + 1000 }
    const one = [
      () => store.insert(row),
      () => store.insert(row),
      () => store.read('device', 'abc 1'),
      () => store.swap({ kind: 'device', id: 'abc 1', version: 1, value: {} }),
      () => store.once('a', START + 1000),
      () => store.count('a', START + 1000, 1),
      () => store.read('device', 'nobody'),
      () => store.find('device', 'nobody'),
      () => store.list('device', 'nobody', 10),
    ]
    const two = [() => store.find('device', 'abc code'), () => store.list('device', 'g', 10), () => store.remove('device', 'abc 1', 2)]
    await warm(store)
    for (const [most, moves] of [
      [1, one],
      [2, two],
    ] as const) {
      for (const move of moves) {
        const before = relay.roundTrips()
        await move()
        expect([String(move), relay.roundTrips() - before]).toEqual([String(move), most])
      }
    }
  })
})

describe('a client that is brought along', () => {
  /** Answers nothing until told to. */
  function silent() {
    const calls: unknown[][] = []
    const client: RedisClient = { call: (...args) => new Promise(() => calls.push(args)) }
    return { client, calls }
  }

  test('moves beyond a bound do not wait any more', async () => {
    const { client, calls } = silent()
    const store = redisStore({ client, clock: fakeClock(), waitMs: 300 })
    const outcomes = await Promise.allSettled(Array.from({ length: 20_010 }, () => store.once('a', START + 1)))
    // What waits is bounded by moves, and not by the commands that they share.
    expect(calls.flatMap((call) => call.slice(3, 3 + Number(call[2])))).toHaveLength(20_000)
    const faults = outcomes.map((each) => (each as PromiseRejectedResult).reason as CountersignError)
    expect(faults.every((fault) => fault instanceof CountersignError && fault.code === 'store_unavailable')).toBe(true)
    expect(faults.filter(({ message }) => message.includes('20000 moves wait'))).toHaveLength(10)
    expect(faults.filter(({ message }) => message.includes('no answer within 300 ms'))).toHaveLength(20_000)
  })

  /** A client whose connection is lost, and comes when it is told to. */
  function lost() {
    const { calls, client } = silent()
    const listeners: [event: string, listener: () => void][] = []
    const on = (event: string, listener: () => void) => listeners.push([event, listener])
    const away = { ...client, on, status: 'reconnecting' }
    const tell = (event: string, ...about: unknown[]) => {
      for (const [name, listener] of listeners) if (name === event) (listener as (...given: unknown[]) => void)(...about)
    }
    const comeBack = () => {
      away.status = 'ready'
      tell('ready')
    }
    return { away, calls, comeBack, tell, sent: () => calls.map((call) => call[3]) }
  }
  const afterwards = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
  const turnOver = () => new Promise((resolve) => setImmediate(resolve))

  test('what was given up while the connection was away is not sent when it is back; what still waits is', async () => {
    const { away, comeBack, sent } = lost()
    const store = redisStore({ client: away, clock: fakeClock(), waitMs: 400 })
    const first = store.once('a', START + 1)
    first.catch(() => undefined)
    await afterwards(250)
    const second = store.once('b', START + 1)
    second.catch(() => undefined)
    await expect(first).rejects.toMatchObject(AWAY)
    expect(sent()).toEqual([])
    comeBack()
    expect(sent()).toEqual(['{cs:b}!b'])
    await expect(second).rejects.toMatchObject(AWAY)
    void store.once('c', START + 1).catch(() => undefined)
    await turnOver()
    expect(sent()).toEqual(['{cs:b}!b', '{cs:c}!c'])
  })

  test('when nobody could send anything for longer than a move waits, the next one does not wait, and is told why', async () => {
    const { away, comeBack, sent, tell } = lost()
    const store = redisStore({ client: away, clock: fakeClock(), waitMs: 200 })
    tell('error', new Error('connect ECONNREFUSED 10.0.0.1:6379'))
    const fault = { ...AWAY, message: 'Redis: connect ECONNREFUSED 10.0.0.1:6379', hint: expect.stringContaining('start Redis') }
    await expect(store.once('a', START + 1)).rejects.toMatchObject(fault)
    await afterwards(20)
    const from = performance.now()
    for (let n = 0; n < 100; n++) await expect(store.once('a', START + 1)).rejects.toMatchObject(fault)
    // Waiting, they would take 20 seconds.
    expect(performance.now() - from).toBeLessThan(SOON_MS)
    comeBack()
    await expect(store.once('b', START + 1)).rejects.toMatchObject({ ...AWAY, message: 'Redis: no answer within 200 ms' })
    expect(sent()).toEqual(['{cs:b}!b'])
    // A later loss is waited for again.
    away.status = 'reconnecting'
    const waiting = store.once('c', START + 1)
    await turnOver()
    expect(sent()).toEqual(['{cs:b}!b'])
    comeBack()
    expect(sent()).toEqual(['{cs:b}!b', '{cs:c}!c'])
    await expect(waiting).rejects.toMatchObject(AWAY)
  })

  test('what it throws is told without the command it was about', async () => {
    const fault = Object.assign(new Error('WRONGPASS invalid username-password pair'), { command: { name: 'auth', args: ['secret'] } })
    const store = redisStore({ client: { call: () => Promise.reject(fault) }, clock: fakeClock() })
    const error = await store.read('device', 'a').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ ...AWAY, hint: expect.stringContaining('password') })
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  test('one that would send a command twice is refused, with the options to make it with', () => {
    const make = (client: object) => () => redisStore({ client: { call: () => Promise.resolve(), ...client }, clock: fakeClock() })
    const refused = { code: 'configuration_invalid', message: expect.stringContaining('answered wrongly') }
    const fault = (client: object) => {
      try {
        make(client)()
        return 'taken'
      } catch (error) {
        return error
      }
    }
    const single = expect.objectContaining({ ...refused, hint: 'make it with CLIENT_OPTIONS' })
    const cluster = expect.objectContaining({ ...refused, hint: 'make it with CLUSTER_OPTIONS' })
    expect(fault({ options: {} })).toEqual(single)
    expect(fault({ options: { autoResendUnfulfilledCommands: true } })).toEqual(single)
    expect(fault({ options: { autoResendUnfulfilledCommands: false } })).toBe('taken')
    expect(fault({})).toBe('taken')
    expect(fault({ isCluster: true, options: {} })).toEqual(cluster)
    expect(fault({ isCluster: true, options: { retryDelayOnFailover: 100 } })).toEqual(cluster)
    expect(fault({ isCluster: true, options: { retryDelayOnFailover: 0 } })).toBe('taken')
    const clusterNodeRetryStrategy = () => 10
    expect(fault({ isCluster: true, options: { retryDelayOnFailover: 0, clusterNodeRetryStrategy } })).toEqual(cluster)
    const redisOptions = { autoResendUnfulfilledCommands: false }
    expect(fault({ isCluster: true, options: { retryDelayOnFailover: 0, clusterNodeRetryStrategy, redisOptions } })).toBe('taken')
  })
})
