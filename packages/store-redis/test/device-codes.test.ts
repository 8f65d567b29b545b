/** A device authorization in Redis: the record by its device code, the lookup by its user code, and never one without the other. */
import { DEVICE_CODE, normaliseUserCode } from '@countersign/protocol'
import { atOnce, fakeClock } from '@countersign/store-contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { openRedis, openRedisCluster, type RedisServer, type RedisServers } from '../../../tests/support/redis.ts'
import { openTcpRelay } from '../../../tests/support/tcp-relay.ts'
import { CLIENT, openHouse, testClock } from '../../authority/test/house.ts'
import { decide } from '../../authority/test/person.ts'
import { redisStore } from '../src/redis-store.ts'
import { prefixes } from './under-test.ts'

let redis: RedisServer & Pick<RedisServers, 'close'>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis?.close())
const prefix = prefixes('d')

/** An authority on Redis, and the keys it makes there. */
async function house() {
  const own = prefix()
  const clock = testClock(Date.now())
  const store = redisStore({ url: redis.url, clock, prefix: own })
  const opened = await openHouse({ store, clock })
  const keys = () => redis.keys(`{${own}:*`)
  const devices = async () => (await keys()).filter((key) => /\}device[:=]/.test(key))
  return { house: opened, store, clock, keys, devices, prefix: own }
}
const endsAt = async (key: string) => Number(await redis.command('PEXPIRETIME', key))
const differ = async (one: string, other: string) => Math.abs((await endsAt(one)) - (await endsAt(other)))
/** Redis counts each life from its own now; a script takes less than this. */
const TICK_MS = 5

verifies(
  'seed-003-redis-dual-key',
  'the record lies under the digest of the device code, the index under that of the user code and leads to it; neither tells a code',
  async () => {
    const { house: opened, devices, keys, store } = await house()
    const device = await opened.device()
    const { deviceCode, userCode } = await device.start()
    const code = normaliseUserCode(userCode)
    const lookup = await opened.digest('user_code', code)
    const id = deviceCode.slice(0, 3) + (await opened.digest('device_code', deviceCode))
    const tag = `{d0:${lookup.slice(0, 3)}}`
    expect(await devices()).toEqual([`${tag}device:${id}`, `${tag}device=${lookup}`])
    // The index holds where the record is, and the nonce both agree on.
    const index = await redis.command('GET', `${tag}device=${lookup}`)
    const [, nonce, leadsTo] = /^([\w-]{8,})\+(.+)$/.exec(index) ?? []
    expect(leadsTo).toBe(id)
    expect(await redis.command('GET', `${tag}device:${id}`)).toContain(` ${nonce} `)
    expect(await store.find('device', lookup)).toEqual(await store.read('device', id))
    // Every byte of every key and value.
    const kept = [...(await keys())]
    for (const key of await keys()) kept.push(await redis.command('DUMP', key), await redis.command('GET', key).catch(() => ''))
    for (const secret of [deviceCode, deviceCode.slice(3), code, userCode]) expect(kept.join('\n')).not.toContain(secret)
  },
)

verifies(
  'seed-003-redis-atomic-pipeline',
  'record and index lie in one slot and have one life, a little above that of the codes, so that a late poll hears expired_token',
  async () => {
    const { house: opened, devices, clock } = await house()
    const device = await opened.device()
    const before = Date.now()
    const { deviceCode, json } = await device.start()
    const [record, index] = (await devices()) as [string, string]
    const [tag] = /^\{[^}]+\}/.exec(record) ?? []
    expect(index.startsWith(tag ?? '-')).toBe(true)
    const ends = await endsAt(record)
    expect(await differ(record, index)).toBeLessThanOrEqual(TICK_MS)
    const life = Number(json['expires_in']) * 1000
    expect(ends).toBeGreaterThan(before + life)
    expect(ends).toBeLessThan(before + life + 15 * 60_000)
    // Entering the code and deciding change the record, and keep the life of both.
    await decide(opened, String(json['user_code']), 'approve')
    expect(await redis.command('GET', record)).toContain('"state":"approved"')
    clock.advance(Number(json['expires_in']))
    expect((await device.poll(deviceCode)).json['error']).toBe('expired_token')
    expect(await endsAt(record)).toBe(ends)
    expect(await differ(record, index)).toBeLessThanOrEqual(TICK_MS)
  },
)

verifies('seed-003-redis-atomic-pipeline', 'a user code that is taken writes neither of the two', async () => {
  const own = prefix()
  const clock = fakeClock()
  const store = redisStore({ url: redis.url, clock, prefix: own })
  const row = (id: string) => ({ kind: 'device', id, value: { id }, lookups: ['abc user code'], expiresAt: clock.now() + 1000 })
  const answers = await atOnce(50, (n) => store.insert(row(`abc ${n}`)))
  expect(answers.filter(Boolean)).toHaveLength(1)
  expect(await redis.keys(`{${own}:*`)).toEqual([`{${own}:abc}device:abc ${answers.indexOf(true)}`, `{${own}:abc}device=abc user code`])
  await store.close()
})

verifies('seed-003-redis-atomic-pipeline', 'a connection that is cut in the middle of the write leaves both or none', async () => {
  const own = prefix()
  const clock = fakeClock()
  const relay = await openTcpRelay(redis.port)
  const store = redisStore({ url: `redis://127.0.0.1:${relay.port}`, clock, prefix: own })
  const row = (id: string) => ({
    kind: 'device',
    id: `abc ${id}`,
    value: { id },
    lookups: [`abc code of ${id}`],
    expiresAt: clock.now() + 1000,
  })
  // So that the script is known, and the length of what is sent.
  expect(await store.insert(row('first'))).toBe(true)
  const counts = { both: 0, none: 0 }
  const cuts = [1, 30, 80, 150, 250, 290, 310, 330, 350, 370, 390, 410, 450, 'answer'] as const
  for (const cut of cuts) {
    const id = `row ${cut}`
    const done = cut === 'answer' ? relay.loseNextAnswer() : relay.cutRequestAfter(cut)
    const moving = store.insert(row(id)).then(
      (answer) => answer,
      (error: unknown) => error,
    )
    await Promise.race([done, moving])
    const answer = await moving
    // What was longer than the whole request would otherwise end the next one.
    void relay.cutRequestAfter(Number.MAX_SAFE_INTEGER)
    if (answer !== true) expect(answer).toMatchObject({ code: 'store_unavailable' })
    const keys = (await redis.keys(`{${own}:*`)).filter((key) => key.includes(id))
    expect([0, 2]).toContain(keys.length)
    if (keys.length === 2) {
      expect(await differ(keys[0] as string, keys[1] as string)).toBeLessThanOrEqual(TICK_MS)
      counts.both++
    } else counts.none++
    // Repeated, the move is done now, or is found done.
    await store.read('device', 'until the connection is there again').catch(() => undefined)
    expect(await store.insert(row(id))).toBe(keys.length === 0)
    expect((await store.find('device', `abc code of ${id}`))?.id).toBe(`abc ${id}`)
  }
  expect(counts.both).toBeGreaterThan(0)
  expect(counts.none).toBeGreaterThan(5)
  await store.close()
  await relay.close()
})

test('in a cluster the names of many device authorizations are spread over all masters, and every one is whole', async () => {
  const cluster = await openRedisCluster()
  const clock = testClock(Date.now())
  const store = redisStore({ nodes: cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port })), clock, prefix: 'spread' })
  const opened = await openHouse({ store, clock, settings: { codesPerMinute: 1000 } })
  const device = await opened.device()
  for (let n = 0; n < 30; n++) {
    const { deviceCode } = await device.start()
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
    expect((await device.poll(deviceCode)).json['error']).toBe('slow_down')
  }
  for (const server of cluster.servers) {
    const names = (await server.keys('{spread:*')).map((key) => /^\{spread:(.+?)\}(?:device)?([:=!#])/.exec(key))
    // What is in one place is on one server: record, index and both marks of the pace.
    const marks = new Map<string, Set<string>>()
    for (const [, place = '', mark = ''] of names.filter((name) => name !== null))
      marks.set(place, (marks.get(place) ?? new Set()).add(mark))
    const whole = [...marks.values()].filter((found) => found.has(':'))
    expect(whole.length).toBeGreaterThan(2)
    for (const found of whole) expect([...found].sort()).toEqual(['!', '#', ':', '='])
  }
  const answer = await opened.post('/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: 'x' })
  expect(answer.json['error']).toBe('invalid_grant')
  await store.close()
  await cluster.close()
})
