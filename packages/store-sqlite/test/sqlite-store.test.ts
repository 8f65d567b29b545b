import { describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { changeBetweenReadAndSwap, failAfterTheMark, redeemManyAtOnce } from '../../../tests/support/redeem-race.ts'
import { atOnce, fakeClock, START, storeContract } from '@countersign/store-contract'
import { ENGINES, storeUnderTest } from './place.ts'

describe.each(ENGINES)('%s', (engine) => {
  storeContract(`sqlite (${engine})`, (clock) => storeUnderTest(clock, engine), { shared: true })

  verifies('seed-001-mark-before-issue', 'fifty redemptions at once on two connections, slow to issue, make one token', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(clock, engine)
    await redeemManyAtOnce([under.store, await under.again()], clock)
    await under.dispose()
  })

  verifies('seed-001-mark-before-issue', 'a failure after the mark costs the token and never makes two', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(clock, engine)
    await failAfterTheMark(under.store, clock)
    await under.dispose()
  })

  verifies('seed-001-single-predicate-lookup', 'a record that changes between the checks and the swap is not redeemed', async () => {
    const clock = fakeClock()
    const under = storeUnderTest(clock, engine)
    await changeBetweenReadAndSwap(under.store, clock)
    await under.dispose()
  })

  test('a sweep frees exactly what has expired, in steps that give up the turn', async () => {
    const clock = fakeClock()
    const { store, dispose } = storeUnderTest(clock, engine)
    await atOnce(700, (n) => store.insert({ kind: 'device', id: `${n}`, value: {}, lookups: [`l${n}`], expiresAt: START + 10 + (n % 2) }))
    clock.step(10)
    expect(await store.sweep(50)).toBe(50)
    let turns = 0
    const counting = setInterval(() => turns++, 0)
    const ticking = () => {
      turns++
      if (sweeping) setImmediate(ticking)
    }
    let sweeping = true
    setImmediate(ticking)
    expect(await store.sweep(10_000)).toBe(300)
    sweeping = false
    clearInterval(counting)
    expect(turns).toBeGreaterThanOrEqual(2)
    clock.step(1)
    expect(await store.sweep(10_000)).toBe(350)
    expect(await store.sweep(10_000)).toBe(0)
    await dispose()
  })

  test('an end that is not a number is an end, not eternity', async () => {
    const { store, dispose } = storeUnderTest(fakeClock(), engine)
    await store.insert({ kind: 'device', id: 'a', value: {}, expiresAt: Number.NaN })
    await store.insert({ kind: 'device', id: 'b', value: {}, expiresAt: Number.POSITIVE_INFINITY })
    await store.insert({ kind: 'device', id: 'c', value: {} })
    await store.swap({ kind: 'device', id: 'c', version: 1, value: {}, expiresAt: Number.NaN })
    expect(await store.read('device', 'a')).toBeUndefined()
    expect(await store.read('device', 'b')).toBeDefined()
    expect(await store.read('device', 'c')).toBeUndefined()
    await dispose()
  })
})
