/** A poll that is under way while the person decides must not write the old state back. */
import type { Store } from '@countersign/authority'
import { memoryStore } from '@countersign/authority'
import { expect, test } from 'vitest'
import { openHouse, testClock } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'

test('a poll writes no record: an approval between its reads and its answer stays', async () => {
  const clock = testClock()
  const inner = memoryStore(clock)
  let during: (() => Promise<unknown>) | undefined
  const store: Store = {
    ...inner,
    // The moment between reading the record and pacing the poll.
    once: async (key, until) => {
      if (key.endsWith(':pace') && during !== undefined) {
        const act = during
        during = undefined
        await act()
      }
      return inner.once(key, until)
    },
  }
  const house = await openHouse({ store, clock })
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start()
  during = () => decide(house, userCode, 'approve')
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  expect((await device.poll(deviceCode)).status).toBe(200)
})

test('a denial that lands during the redemption wins, or comes too late; never both', async () => {
  for (const first of ['deny', 'redeem'] as const) {
    const house = await openHouse()
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start()
    if (first === 'deny') await decide(house, userCode, 'deny')
    else {
      await decide(house, userCode, 'approve')
      expect((await device.poll(deviceCode)).status).toBe(200)
    }
    const late = await decide(house, userCode, first === 'deny' ? 'approve' : 'deny').catch(() => undefined)
    expect(late).toBeUndefined()
    expect((await device.poll(deviceCode)).json['error']).toBe(first === 'deny' ? 'access_denied' : 'invalid_grant')
  }
})
