import { afterAll, expect, test } from 'vitest'
import { fakeClock, START } from '@countersign/store-contract'
import { query, sharedDatabase } from '../../../tests/support/postgres.ts'
import { nameOf, textOf } from '../src/names.ts'
import { storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
afterAll(release)

test('a name comes back from its text, which PostgreSQL can hold, and plain names stay as they are', () => {
  for (const name of ['', 'a', 'ä', '😀', '\u0001', '\u0001"a"', 'a\0b', '\0', '\ud800', 'a\udfffb', '"', 'x'.repeat(5000)]) {
    const text = textOf(name)
    expect(nameOf(text)).toBe(name)
    expect(Buffer.from(text).toString()).toBe(text)
    expect(text).not.toContain('\0')
  }
  expect(textOf('plain "name" 😀')).toBe('plain "name" 😀')
})

test('names that no index holds are told apart to their last character, and come back whole', async () => {
  const { store, schema, dispose } = await storeUnderTest(url, fakeClock())
  // What compression cannot make short.
  const random = Array.from({ length: 9000 }, () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 20_000))).join('')
  const names = [
    `${random}a`,
    `${random}b`,
    `a${random}`,
    `${random}\0`,
    `${random}\ud800`,
    random.slice(0, 400),
    random.slice(0, 401),
    random.slice(0, 1200),
  ]
  for (const [index, name] of names.entries()) {
    const row = { id: name, version: 1, value: { index } }
    expect(await store.insert({ kind: 'odd', id: name, value: { index }, lookups: [name, `${name}!`], group: name })).toBe(true)
    expect(await store.insert({ kind: 'odd', id: name, value: {} })).toBe(false)
    expect(await store.insert({ kind: 'odd', id: `${index}`, value: {}, lookups: [name] })).toBe(false)
    expect([await store.read('odd', name), await store.find('odd', `${name}!`)]).toEqual([row, row])
    expect(await store.list('odd', name, 10)).toEqual([row])
    expect(await store.list('odd', name, 10, name)).toEqual([])
    expect(await store.once(name, START + 1000)).toBe(true)
    expect(await store.once(name, START + 1000)).toBe(false)
    expect(await store.count(name, START + 1000, index + 1)).toBe(index + 1)
    expect(await store.count(name, START + 1000, 0)).toBe(index + 1)
  }
  // A short name that looks like the digest of a long one is another one.
  const [digest] = await query(url, `SELECT id FROM ${schema}.record WHERE whole_id IS NOT NULL LIMIT 1`)
  expect(await store.read('odd', String(digest?.['id']))).toBeUndefined()
  expect(await store.insert({ kind: 'odd', id: String(digest?.['id']), value: {} })).toBe(true)
  for (const name of names) {
    expect(await store.swap({ kind: 'odd', id: name, version: 1, value: {} })).toBe(true)
    expect(await store.remove('odd', name, 2)).toBe(true)
    expect(await store.find('odd', name)).toBeUndefined()
  }
  await dispose()
})

test('an end that is not a number is an end, not eternity', async () => {
  const { store, dispose } = await storeUnderTest(url, fakeClock())
  await store.insert({ kind: 'device', id: 'a', value: {}, expiresAt: Number.NaN })
  await store.insert({ kind: 'device', id: 'b', value: {}, expiresAt: Number.POSITIVE_INFINITY })
  await store.insert({ kind: 'device', id: 'c', value: {} })
  await store.swap({ kind: 'device', id: 'c', version: 1, value: {}, expiresAt: Number.NaN })
  expect(await store.read('device', 'a')).toBeUndefined()
  expect(await store.read('device', 'b')).toBeDefined()
  expect(await store.read('device', 'c')).toBeUndefined()
  expect([await store.once('a', Number.NaN), await store.once('a', Number.NaN)]).toEqual([true, true])
  expect([await store.count('a', Number.NaN, 2), await store.count('a', START + 1, 2)]).toEqual([2, 2])
  await dispose()
})

test('marks and counters of one key that are asked for at once are answered one after the other, over or not', async () => {
  const { store, dispose } = await storeUnderTest(url, fakeClock())
  const asked = await Promise.all([
    ...['a', 'b', 'a', 'a'].map((key) => store.once(key, START + 10)),
    // It is over already, so it holds nobody back; then somebody comes whose mark stays.
    ...[START, START, START + 10, START + 10].map((until) => store.once('c', until)),
  ])
  expect(asked).toEqual([true, true, false, false, true, true, true, false])
  const sums = await Promise.all([
    ...[1, 2, 3].map((add) => store.count('a', START + 10, add)),
    store.count('b', START + 10, 5),
    ...[
      [START, 1],
      [START, 2],
      [START + 10, 4],
      [START, 8],
    ].map(([until, add]) => store.count('c', until as number, add as number)),
  ])
  expect(sums).toEqual([1, 3, 6, 5, 1, 2, 4, 12])
  expect(await Promise.all(['a', 'b', 'c', 'd', 'a'].map(async (key) => store.count(key, START, 0)))).toEqual([6, 5, 12, 0, 6])
  await dispose()
})
