import { storeContract } from '@countersign/store-contract'
import { afterAll, beforeAll, describe } from 'vitest'
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
  storeContract(name, (clock) => storeUnderTest(opened.at, prefix(), clock), { shared: true })
})
