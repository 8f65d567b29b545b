/** Groups are hints: what they lead to is looked up, what leads nowhere goes when it is old enough, and no acknowledged row is ever missed. */
import type { Store } from '@countersign/authority'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openRedis, type RedisServer } from '../../../tests/support/redis.ts'
import { YOUNG_MS } from '../src/groups.ts'
import { type RedisStoreOptions, redisStore } from '../src/redis-store.ts'
import { prefixes } from './under-test.ts'

let redis: RedisServer & { readonly close: () => Promise<void> }
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis?.close())
const prefix = prefixes('g')

function given(more: Partial<RedisStoreOptions> = {}) {
  const clock = fakeClock()
  const own = prefix()
  const store = redisStore({ url: redis.url, clock, prefix: own, ...more })
  onTestFinished(() => store.close())
  const group = `{${own}:all}grant+all`
  const members = async () => (await redis.command('ZRANGE', group, '0', '-1')).split('\n').filter((line) => line !== '')
  return { clock, store, group, members, prefix: own }
}
const row = (id: string, expiresAt?: number) => ({ kind: 'grant', id, value: { id }, group: 'all', expiresAt })
const ids = async (store: Store) => (await store.list('grant', 'all', 1000)).map(({ id }) => id)

/** Makes members as old as they have to be to be doubted. */
async function age(group: string, members: readonly string[]): Promise<void> {
  for (const [index, member] of members.entries()) await redis.command('ZADD', group, `${Date.now() - YOUNG_MS - 10_000 + index}`, member)
}

test('what leads nowhere is taken out when the group is listed, unless it is young: then its row may be on its way', async () => {
  const { clock, group, members, store } = given()
  for (const id of ['a', 'b', 'c', 'd']) await store.insert(row(id, id === 'd' ? undefined : START + 1000))
  clock.step(1000)
  expect(await ids(store)).toEqual(['d'])
  expect(await members()).toHaveLength(4)
  await age(group, (await members()).slice(0, 2))
  expect(await ids(store)).toEqual(['d'])
  const left = await members()
  expect(left.map((member) => member.split('+')[1])).toEqual(['c', 'd'])
})

test('a removed row leaves its group at once, an insertion that is refused leaves nothing there', async () => {
  for (const cluster of [false, true]) {
    const { members, store } = given({ cluster })
    await store.insert(row('a'))
    await store.insert({ ...row('b'), lookups: ['name'] })
    expect(await store.insert(row('a'))).toBe(false)
    expect(await store.insert({ ...row('c'), lookups: ['name'] })).toBe(false)
    expect(await members()).toHaveLength(2)
    await store.remove('grant', 'a', 1)
    expect(await members()).toHaveLength(1)
    expect(await ids(store)).toEqual(['b'])
  }
})

test('a row that was inserted again, in another group or in the same, is where it belongs and nowhere else', async () => {
  const { clock, store } = given()
  for (const id of ['a', 'b', 'c']) await store.insert(row(id, START + 1000))
  clock.step(1000)
  await store.insert({ ...row('b'), group: 'other' })
  await store.insert(row('c'))
  await store.insert(row('a'))
  expect(await ids(store)).toEqual(['c', 'a'])
  expect((await store.list('grant', 'other', 10)).map(({ id }) => id)).toEqual(['b'])
})

test('a group is in the order of insertion, however fast, from however many connections', async () => {
  const { clock, prefix: own, store } = given()
  const other = redisStore({ url: redis.url, clock, prefix: own })
  for (let n = 0; n < 40; n++) expect(await (n % 2 ? store : other).insert(row(`${(n * 17) % 40}`))).toBe(true)
  expect(await ids(store)).toEqual(Array.from({ length: 40 }, (_, n) => `${(n * 17) % 40}`))
  await atOnce(300, (n) => (n % 2 ? store : other).insert(row(`more ${n}`)))
  const listed = await ids(other)
  expect(new Set(listed).size).toBe(340)
  await other.close()
})

test('whoever lists while rows are added misses none that was acknowledged before', async () => {
  const { clock, prefix: own, store } = given({ cluster: true })
  const other = redisStore({ url: redis.url, clock, prefix: own, cluster: true })
  const acknowledged: string[] = []
  let running = true
  const writers = Array.from({ length: 5 }, async (_, writer) => {
    for (let n = 0; n < 60; n++) {
      if (await other.insert(row(`${writer} ${n}`))) acknowledged.push(`${writer} ${n}`)
    }
  })
  const reading = (async () => {
    while (running) {
      const before = [...acknowledged]
      const listed = new Set(await ids(store))
      expect(before.filter((id) => !listed.has(id))).toEqual([])
    }
  })()
  await Promise.all(writers)
  running = false
  await reading
  expect(await ids(store)).toHaveLength(300)
  await other.close()
})

test('Redis frees a group by itself after its last row, and never before', async () => {
  const { clock, group, store } = given()
  const left = async () => Number(await redis.command('PTTL', group))
  await store.insert(row('a', START + 1000))
  expect(await left()).toBeGreaterThan(61_000)
  expect(await left()).toBeLessThan(70_000)
  await store.insert(row('b', START + 500))
  expect(await left()).toBeGreaterThan(60_500)
  await store.insert(row('c', START + 100_000))
  expect(await left()).toBeGreaterThan(200_000)
  // Living longer and longer, a row has its group follow now and then, and well ahead of it. The time that passes here passes in Redis, too.
  const lives = [await left()]
  let end = START + 100_000
  for (let version = 1; version < 25; version++) {
    clock.step(20_000)
    await redis.command('PEXPIRE', group, `${(await left()) - 20_000}`)
    end += 20_000
    expect(await store.swap({ kind: 'grant', id: 'c', version, value: {}, expiresAt: end })).toBe(true)
    lives.push(await left())
    expect(lives.at(-1)).toBeGreaterThan(end - clock.now() + 55_000)
  }
  const prolonged = lives.filter((life, at) => life > (lives[at - 1] ?? life))
  expect(prolonged.length).toBeGreaterThan(2)
  expect(prolonged.length).toBeLessThan(8)
  await store.insert(row('d'))
  expect(await left()).toBe(-1)
  await store.insert(row('e', clock.now() + 1000))
  expect(await left()).toBe(-1)
})

test('a sweep takes what leads nowhere out of groups that grow and are never listed', async () => {
  const { clock, group, members, store } = given()
  for (let n = 0; n < 120; n++) await store.insert(row(`${n}`, n % 10 === 0 ? undefined : START + 1000))
  clock.step(1000)
  expect(await store.sweep(100)).toBe(0)
  await age(group, await members())
  await store.insert(row('fresh'))
  expect(await store.sweep(5)).toBeLessThanOrEqual(5)
  let freed = 0
  for (let round = 0; round < 60; round++) {
    const now = await store.sweep(200)
    expect(now).toBeLessThanOrEqual(200)
    freed += now
    if (freed > 70) break
  }
  expect(freed).toBeGreaterThan(70)
  expect(await ids(store)).toEqual([...Array.from({ length: 12 }, (_, n) => `${n * 10}`), 'fresh'])
})

test('a page after a row goes on behind it, also when that row has ended and when others ended in between', async () => {
  const { clock, store } = given()
  for (let n = 0; n < 450; n++) await store.insert(row(`${n}`, n % 3 === 0 ? START + 1000 : undefined))
  const first = await store.list('grant', 'all', 210)
  expect(first.map(({ id }) => id)).toEqual(Array.from({ length: 210 }, (_, n) => `${n}`))
  clock.step(1000)
  const next = await store.list('grant', 'all', 1000, '209')
  expect(next.map(({ id }) => Number(id))).toEqual(Array.from({ length: 240 }, (_, n) => n + 210).filter((n) => n % 3 !== 0))
  expect((await store.list('grant', 'all', 5, '300')).map(({ id }) => id)).toEqual(['301', '302', '304', '305', '307'])
})
