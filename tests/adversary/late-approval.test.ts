/** An approval that comes after the end: pressed twice, from a page that was left open, or under way while everything else happened. */
import { memoryStore, type Store } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse, testClock } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

async function entered(store?: Store, clock = testClock()) {
  const house = await openHouse({ clock, ...(store === undefined ? {} : { store }) })
  const device = await house.device()
  const started = await device.start()
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(started.userCode)
  return { house, clock, device, browser, page, ...started }
}

verifies('seed-001-one-time-use', 'a redeemed code is not approved again: no second token set, and the record stays as it is', async () => {
  const { house, device, browser, page, deviceCode, userCode } = await entered()
  await browser.approve(page)
  const { json } = await device.poll(deviceCode)
  const redeemed = JSON.stringify(await house.recordOf(deviceCode))
  for (const answer of [await browser.approve(page), await browser.deny(page), await browser.enter(userCode)]) {
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
  expect(JSON.stringify(await house.recordOf(deviceCode))).toBe(redeemed)
  expect((await device.refresh(json['refresh_token'])).status).toBe(200)
  expect((await device.poll(deviceCode)).json['error']).toBe('invalid_grant')
  expect(await house.grants()).toHaveLength(1)
})

test('denied stays denied, and expired stays expired, whoever presses Approve then', async () => {
  const denied = await entered()
  await denied.browser.deny(denied.page)
  expect((await denied.browser.approve(denied.page)).status).toBe(409)
  expect((await denied.device.poll(denied.deviceCode)).json['error']).toBe('access_denied')
  const expired = await entered()
  expired.clock.advance(300)
  expect((await expired.browser.approve(expired.page)).status).toBe(400)
  expect((await expired.device.poll(expired.deviceCode)).json['error']).toBe('expired_token')
  const slow = await entered()
  slow.clock.advance(120)
  expect((await slow.browser.approve(slow.page)).status).toBe(409)
  expect((await slow.device.poll(slow.deviceCode)).json['error']).toBe('authorization_pending')
  for (const { house } of [denied, expired, slow]) expect(await house.grants()).toEqual([])
})

test('an approval that read "pending" long ago swaps nothing in when the code was approved and redeemed meanwhile', async () => {
  for (const first of ['approve', 'deny'] as const) {
    const clock = testClock()
    const inner = memoryStore(clock)
    let meanwhile: (() => Promise<unknown>) | undefined
    const store: Store = {
      ...inner,
      // The moment between reading the record and deciding.
      swap: async (change) => {
        const act = meanwhile
        meanwhile = undefined
        await act?.()
        return inner.swap(change)
      },
    }
    const { house, device, browser, page, deviceCode } = await entered(store, clock)
    meanwhile = async () => {
      await browser[first](page)
      if (first === 'approve') expect((await device.poll(deviceCode)).status).toBe(200)
    }
    expect((await browser.approve(page)).status).toBe(409)
    expect((await house.recordOf(deviceCode))?.state).toBe(first === 'approve' ? 'redeemed' : 'denied')
    expect(await house.grants()).toHaveLength(first === 'approve' ? 1 : 0)
  }
})

test('the code grant: a request is not approved again after its code was redeemed, nor after it was denied', async () => {
  for (const first of ['approve', 'deny']) {
    const house = await openHouse()
    const app = await openApp(house)
    const browser = openBrowser(house)
    const page = await browser.signIn('ada', 'correct horse', app.address())
    const answer = await browser.submit(page, '/authorize/decide', { decision: first })
    const code = new URL(String(answer.headers['location'])).searchParams.get('code')
    if (code !== null) expect((await app.redeem(code)).status).toBe(200)
    const again = await browser.submit(page, '/authorize/decide', { decision: 'approve' })
    expect([again.status, again.headers['location']]).toEqual([409, undefined])
    expect(await house.grants()).toHaveLength(code === null ? 0 : 1)
  }
})
