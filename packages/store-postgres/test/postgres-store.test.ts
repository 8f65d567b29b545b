import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { type PgBouncer, startPgBouncer } from '../../../tests/support/pgbouncer.ts'
import { sharedDatabase } from '../../../tests/support/postgres.ts'
import { changeBetweenReadAndSwap, failAfterTheMark, redeemManyAtOnce } from '../../../tests/support/redeem-race.ts'
import { fakeClock, START, storeContract } from '@countersign/store-contract'
import { openTcpRelay } from '../../../tests/support/tcp-relay.ts'
import { dropSchema, newSchema, storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
const schema = newSchema()
afterAll(async () => {
  await dropSchema(url, schema)
  await release()
})

describe('directly', () => {
  storeContract('postgres', (clock) => storeUnderTest(url, clock, { schema }), { shared: true })

  verifies('seed-001-mark-before-issue', 'fifty redemptions at once on two connections, slow to issue, make one token', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock, { schema })
    await redeemManyAtOnce([under.store, await under.again()], clock)
    await under.dispose()
  })

  verifies('seed-001-mark-before-issue', 'a failure after the mark costs the token and never makes two', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock, { schema })
    await failAfterTheMark(under.store, clock)
    await under.dispose()
  })

  verifies('seed-001-single-predicate-lookup', 'a record that changes between the checks and the swap is not redeemed', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock, { schema })
    await changeBetweenReadAndSwap(under.store, clock)
    await under.dispose()
  })
})

describe('through PgBouncer in transaction mode', () => {
  let pooler: PgBouncer
  beforeAll(async () => {
    pooler = await startPgBouncer(url)
  })
  afterAll(() => pooler.close())

  storeContract('pgbouncer', (clock) => storeUnderTest(pooler.url, clock, { schema }, url), { shared: true })
})

test('a move is one round trip, whatever it is about', async () => {
  const relay = await openTcpRelay(Number(new URL(url).port || 5432))
  const place = new URL(url)
  place.port = `${relay.port}`
  const clock = fakeClock()
  const { store, dispose } = await storeUnderTest(place.href, clock, { schema, connections: 1 }, url)
  const row = { kind: 'device', value: {}, lookups: ['l'], group: 'g', expiresAt: START + 10 }
  const moves: readonly (readonly [unknown, () => unknown])[] = [
    [true, () => store.insert({ ...row, id: 'a' })],
    [false, () => store.insert({ ...row, id: 'b' })],
    [{ id: 'a', version: 1, value: {} }, () => store.read('device', 'a')],
    [{ id: 'a', version: 1, value: {} }, () => store.find('device', 'l')],
    [[{ id: 'a', version: 1, value: {} }], () => store.list('device', 'g', 10)],
    [true, () => store.swapAndInsert({ kind: 'device', id: 'a', version: 1, value: {} }, { ...row, kind: 'grant', id: 'a' })],
    [false, () => store.swapAndInsert({ kind: 'device', id: 'a', version: 1, value: {} }, { ...row, kind: 'grant', id: 'b' })],
    [true, () => store.swap({ kind: 'device', id: 'a', version: 2, value: {}, expiresAt: START })],
    // In the place of one that has expired.
    [true, () => store.insert({ ...row, id: 'c' })],
    [true, () => store.remove('device', 'c', 1)],
    [true, () => store.once('m', START + 10)],
    [2, () => store.count('c', START + 10, 2)],
    [2, () => store.count('c', START + 10, 0)],
  ]
  for (const [answer, move] of moves) {
    const before = relay.roundTrips()
    expect(await move()).toEqual(answer)
    expect(relay.roundTrips() - before).toBe(1)
  }
  // Many of a sort that are made together share one.
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => store.insert({ kind: 'device', id: `${n}`, value: { n: 0 }, expiresAt: START + 100 })),
  )
  const before = relay.roundTrips()
  const all = (make: (n: number) => unknown) => Promise.all(Array.from({ length: 100 }, (_, n) => make(n)))
  const [read, marked, swapped] = await Promise.all([
    all((n) => store.read('device', `${n}`)),
    all((n) => store.once(`m${n}`, START + 10)),
    all((n) => store.swap({ kind: 'device', id: `${n}`, version: 1, value: { n }, ...(n % 2 ? { expiresAt: START + 200 } : {}) })),
  ])
  expect(relay.roundTrips() - before).toBe(3)
  expect(read).toEqual(Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, version: 1, value: { n: 0 } })))
  expect([...marked, ...swapped]).not.toContain(false)
  for (let n = 0; n < 100; n++) expect(await store.read('device', `${n}`)).toEqual({ id: `${n}`, version: 2, value: { n } })
  // Each kept its end, or has the one it was given.
  clock.step(100)
  for (let n = 0; n < 100; n++) expect((await store.read('device', `${n}`)) !== undefined).toBe(n % 2 === 1)
  await dispose()
  await relay.close()
})
