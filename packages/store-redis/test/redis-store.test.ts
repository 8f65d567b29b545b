import { fakeClock, START, storeContract } from '@countersign/store-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { changeBetweenReadAndSwap, failAfterTheMark, redeemManyAtOnce } from '../../../tests/support/redeem-race.ts'
import { openRedis, openRedisCluster } from '../../../tests/support/redis.ts'
import { type At, prefixes, storeUnderTest } from './under-test.ts'

type Opened = { readonly at: At; readonly close: () => Promise<void> }

const SYSTEMS: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
  [
    'redis',
    async () => {
      const { close, url } = await openRedis()
      return { at: { url }, close }
    },
  ],
  [
    'redis, places apart',
    async () => {
      const { close, url } = await openRedis()
      return { at: { url, cluster: true }, close }
    },
  ],
  [
    'redis cluster',
    async () => {
      const { close, servers } = await openRedisCluster()
      return { at: { url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}` }, close }
    },
  ],
]

describe.each(SYSTEMS)('%s', (name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.close())
  const prefix = prefixes('t')
  storeContract(name, (clock) => storeUnderTest(opened.at, prefix(), clock), { shared: true, inTwoMoves: true })

  verifies('seed-001-mark-before-issue', 'fifty redemptions at once on two connections, slow to issue, make one token', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(opened.at, prefix(), clock)
    await redeemManyAtOnce([under.store, await under.again()], clock)
    await under.dispose()
  })

  verifies('seed-001-mark-before-issue', 'a failure after the mark costs the token and never makes two', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(opened.at, prefix(), clock)
    await failAfterTheMark(under.store, clock)
    await under.dispose()
  })

  verifies('seed-001-single-predicate-lookup', 'a record that changes between the checks and the swap is not redeemed', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(opened.at, prefix(), clock)
    await changeBetweenReadAndSwap(under.store, clock)
    await under.dispose()
  })

  test('an end that is not a number is an end, not eternity', async () => {
    const { store, dispose } = storeUnderTest(opened.at, prefix(), fakeClock())
    await store.insert({ kind: 'device', id: 'a', value: {}, expiresAt: Number.NaN })
    await store.insert({ kind: 'device', id: 'b', value: {}, expiresAt: Number.POSITIVE_INFINITY })
    await store.insert({ kind: 'device', id: 'c', value: {} })
    await store.swap({ kind: 'device', id: 'c', version: 1, value: {}, expiresAt: Number.NaN })
    expect(await store.read('device', 'a')).toBeUndefined()
    expect(await store.read('device', 'b')).toBeDefined()
    expect(await store.read('device', 'c')).toBeUndefined()
    expect(await store.once('n', Number.NaN)).toBe(true)
    expect(await store.once('n', Number.POSITIVE_INFINITY)).toBe(true)
    expect(await store.once('n', START + 1)).toBe(false)
    expect(await store.count('n', Number.POSITIVE_INFINITY, 0.5)).toBe(0.5)
    expect(await store.count('n', START + 1, 2 ** 40)).toBe(2 ** 40 + 0.5)
    await dispose()
  })
})
