import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fakeClock } from '@countersign/store-contract'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRedis, openRedisCluster } from '../../../tests/support/redis.ts'
import { parseAddress, placeAt } from '../src/address.ts'
import { CLIENT_OPTIONS, CLUSTER_OPTIONS } from '../src/open-client.ts'
import { redisStore } from '../src/redis-store.ts'

const plain = { tls: false, username: undefined, password: undefined, database: 0, master: '' }

test.each([
  ['redis://redis', { ...plain, kind: 'single', nodes: [{ host: 'redis', port: 6379 }] }],
  ['redis://127.0.0.1:7000/', { ...plain, kind: 'single', nodes: [{ host: '127.0.0.1', port: 7000 }] }],
  ['redis://[::1]:7000/3', { ...plain, kind: 'single', nodes: [{ host: '::1', port: 7000 }], database: 3 }],
  ['rediss://:p%40ss@redis', { ...plain, kind: 'single', nodes: [{ host: 'redis', port: 6379 }], tls: true, password: 'p@ss' }],
  ['redis://ada:%C3%A4@redis:1', { ...plain, kind: 'single', nodes: [{ host: 'redis', port: 1 }], username: 'ada', password: 'ä' }],
  [
    'redis+cluster://a:1,b,[::1]:3',
    {
      ...plain,
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 3 },
      ],
    },
  ],
  ['rediss+cluster://u:p@a', { ...plain, kind: 'cluster', nodes: [{ host: 'a', port: 6379 }], tls: true, username: 'u', password: 'p' }],
  [
    'redis+sentinel://a,b:2/the-master',
    { ...plain, kind: 'sentinel', nodes: [expect.anything(), { host: 'b', port: 2 }], master: 'the-master' },
  ],
  ['rediss+sentinel://a/m', { ...plain, kind: 'sentinel', nodes: [{ host: 'a', port: 26_379 }], tls: true, master: 'm' }],
])('%s', (url, address) => {
  expect(parseAddress(url)).toEqual(address)
})

test.each([
  '',
  'redis',
  'redis:',
  'redis://',
  'http://redis',
  'redis://a,b',
  'redis://a:65536',
  'redis://a/x',
  'redis://a/1/2',
  'redis://a?db=1',
  'redis://a#1',
  'redis+cluster://a/1',
  'redis+cluster://a,',
  'redis+sentinel://a',
  'redis+sentinel://a/',
  'redis+other://a',
  'redis://u:%@a',
  'redis://u:p@b@a',
  'redis://[::1',
  'redis://user:hunter2@a@b',
  'redis://user:hunter2@',
  'redis://user:hunter2@a:port',
  'redis+sentinel://user:hunter2@a',
  'http://user:hunter2@a',
  'redis://a?password=hunter2',
])('%s is no address, and the error repeats nothing of it', (url) => {
  const fault = { code: 'configuration_invalid', message: 'the address of Redis is no URL that this store can use' }
  expect(() => parseAddress(url)).toThrow(expect.objectContaining({ ...fault, hint: expect.not.stringContaining('hunter2') }))
})

test('a place is told without user name and password', () => {
  expect(placeAt(parseAddress('redis://user:password@redis:1').nodes)).toBe('Redis at redis:1')
  expect(placeAt(parseAddress('redis+cluster://user:password@a,[::1]:2').nodes)).toBe('Redis at a:6379, [::1]:2')
})

test('a store needs one place, and a prefix that fits into a hash tag', () => {
  const clock = fakeClock()
  const client = { call: () => Promise.resolve() }
  const refused = (message: RegExp) => expect.objectContaining({ code: 'configuration_invalid', message: expect.stringMatching(message) })
  expect(() => redisStore({ clock })).toThrow(refused(/one of them only/))
  expect(() => redisStore({ clock, client, url: 'redis://redis' })).toThrow(refused(/one of them only/))
  for (const prefix of ['a{b', 'a}', 'ä', 'a b', 'a:b']) expect(() => redisStore({ clock, client, prefix })).toThrow(refused(/prefix/))
  expect(() => redisStore({ clock, client, prefix: 'my-app_1.0' })).not.toThrow()
})

test('rediss speaks TLS from the first byte', async () => {
  const heard = new Promise<Buffer>((resolve) => {
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', resolve)).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    void once(server, 'listening').then(() => {
      const store = redisStore({
        url: `rediss://user:password@127.0.0.1:${(server.address() as AddressInfo).port}`,
        clock: fakeClock(),
        waitMs: 200,
      })
      onTestFinished(() => store.close())
      store.read('device', 'a').catch(() => undefined)
    })
  })
  const first = await heard
  // RFC 8446 section 5.1: a handshake record.
  expect([...first.subarray(0, 2)]).toEqual([0x16, 0x03])
  expect(first.toString('latin1')).not.toContain('password')
})

describe('a server with access control', () => {
  const IN_A_CLUSTER = '+cluster|slots +cluster|info +readonly +asking'
  const COMMANDS =
    '+get +mget +set +del +exists +pexpire +persist +zadd +zrem +zscore +zrange +zrandmember +time +eval +evalsha +hello +info +client|setname'

  test.each(['one server', 'a cluster'])(
    '%s: the commands and keys that the README lists are enough; others are refused and told',
    async (system) => {
      const { readFileSync } = await import('node:fs')
      const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
      for (const command of `${COMMANDS} ${IN_A_CLUSTER}`.split(' ')) expect(readme).toContain(command)
      expect(readme).toContain('~{cs:*')
      const isCluster = system === 'a cluster'
      const single = isCluster ? undefined : await openRedis()
      const { servers, close } = single === undefined ? await openRedisCluster() : { servers: [single], close: single.close }
      onTestFinished(close)
      const commands = [...COMMANDS.split(' '), ...(isCluster ? IN_A_CLUSTER.split(' ') : [])]
      for (const server of servers) {
        const user = (name: string, password: string, allowed: readonly string[]) =>
          server.command('ACL', 'SETUSER', name, 'on', `>${password}`, 'resetkeys', '~{cs:*', '-@all', ...allowed)
        await user('rows', 'p@ss word', commands)
        await user(
          'poor',
          'p',
          commands.filter((command) => command !== '+set'),
        )
        await server.command('ACL', 'SETUSER', 'default', 'off')
      }
      const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',')
      const at = (user: string) => `redis${isCluster ? '+cluster' : ''}://${user}@${hosts}`
      const open = (user: string, prefix = 'cs') => {
        const store = redisStore({ url: at(user), clock: fakeClock(), prefix })
        onTestFinished(() => store.close())
        return store
      }
      const store = open('rows:p%40ss%20word')
      const end = fakeClock().now() + 1000
      for (const id of ['a', 'b'])
        expect(await store.insert({ kind: 'k', id, value: {}, lookups: [`l${id}`], group: 'g', expiresAt: end })).toBe(true)
      expect(await store.insert({ kind: 'k', id: 'c', value: {}, lookups: ['la'] })).toBe(false)
      expect(await store.swap({ kind: 'k', id: 'a', version: 1, value: {}, expiresAt: end * 2 })).toBe(true)
      expect(await store.remove('k', 'b', 1)).toBe(true)
      expect((await store.find('k', 'la'))?.version).toBe(2)
      expect(await Promise.all([store.read('k', 'nobody'), store.count('n', end, 0)])).toEqual([undefined, 0])
      expect(await store.list('k', 'g', 10)).toHaveLength(1)
      expect([await store.once('o', end), await store.count('n', end, 1), await store.sweep(100)]).toEqual([true, 1, 0])
      const away = { code: 'store_unavailable' }
      await expect(open('rows:wrong').read('k', 'a')).rejects.toMatchObject({ ...away, hint: expect.stringContaining('password') })
      await expect(open('poor:p').insert({ kind: 'k', id: 'd', value: {} })).rejects.toMatchObject({
        ...away,
        hint: expect.stringContaining('README'),
      })
      await expect(open('rows:p%40ss%20word', 'other').read('k', 'a')).rejects.toMatchObject(away)
    },
  )
})

describe('a client of ioredis that is brought along', () => {
  test('a Redis and a Cluster with the options that are exported work, and stay open when the store is closed', async () => {
    const redis = await openRedis()
    onTestFinished(redis.close)
    const cluster = await openRedisCluster()
    onTestFinished(cluster.close)
    const clients = [
      new Redis(redis.port, '127.0.0.1', CLIENT_OPTIONS),
      new Redis(redis.port, '127.0.0.1', { ...CLIENT_OPTIONS, lazyConnect: true, keyPrefix: 'mine:' }),
      new Cluster([{ host: '127.0.0.1', port: cluster.servers[0]?.port ?? 0 }], { ...CLUSTER_OPTIONS, enableAutoPipelining: true }),
    ]
    for (const client of clients) {
      const store = redisStore({ client, clock: fakeClock() })
      expect(await store.insert({ kind: 'k', id: 'a', value: {}, lookups: ['far'], group: 'g' })).toBe(true)
      expect((await store.find('k', 'far'))?.id).toBe('a')
      await store.close()
      await expect(store.read('k', 'a')).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await client.ping()).toBe('PONG')
      client.disconnect()
    }
    expect((await redis.keys()).filter((key) => key.startsWith('mine:{cs:')).length).toBe(3)
  })

  test('one that was made otherwise is refused', () => {
    const client = new Redis({ lazyConnect: true })
    expect(() => redisStore({ client, clock: fakeClock() })).toThrow(expect.objectContaining({ hint: 'make it with CLIENT_OPTIONS' }))
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true })
    expect(() => redisStore({ client: cluster, clock: fakeClock() })).toThrow(
      expect.objectContaining({ hint: 'make it with CLUSTER_OPTIONS' }),
    )
  })
})
