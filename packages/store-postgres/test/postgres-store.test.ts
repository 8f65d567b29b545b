import { afterAll, beforeAll, describe } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { type PgBouncer, startPgBouncer } from '../../../tests/support/pgbouncer.ts'
import { sharedDatabase } from '../../../tests/support/postgres.ts'
import { changeBetweenReadAndSwap, failAfterTheMark, redeemManyAtOnce } from '../../../tests/support/redeem-race.ts'
import { fakeClock, storeContract } from '@countersign/store-contract'
import { storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
afterAll(release)

describe('directly', () => {
  storeContract('postgres', (clock) => storeUnderTest(url, clock), { shared: true })

  verifies('seed-001-mark-before-issue', 'fifty redemptions at once on two connections, slow to issue, make one token', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock)
    await redeemManyAtOnce([under.store, await under.again()], clock)
    await under.dispose()
  })

  verifies('seed-001-mark-before-issue', 'a failure after the mark costs the token and never makes two', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock)
    await failAfterTheMark(under.store, clock)
    await under.dispose()
  })

  verifies('seed-001-single-predicate-lookup', 'a record that changes between the checks and the swap is not redeemed', async () => {
    const clock = fakeClock()
    const under = await storeUnderTest(url, clock)
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

  storeContract('pgbouncer', (clock) => storeUnderTest(pooler.url, clock, {}, url), { shared: true })
})
