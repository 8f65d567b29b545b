/**
 * An account that was disabled, for whatever reason, between one step and the next. What was approved in its name is redeemed by nobody,
 * what it holds is not renewed, and its browsers are signed out.
 */
import { setAccountDisabled } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { visibleText } from '../../examples/first-login/src/scriptless-browser.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'

verifies('oauth21-4.3.1-grant-active', 'between approval and redemption: no tokens, and nothing is spent by asking', async () => {
  const house = await openHouse()
  for (const key of ['none', 'ES256'] as const) {
    const device = await house.device(key)
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'approve')
    const before = JSON.stringify(await house.recordOf(deviceCode))
    await setAccountDisabled(house, 'ada', true)
    for (let poll = 0; poll < 3; poll++) expect((await device.poll(deviceCode)).json).toMatchObject({ error: 'access_denied' })
    expect([JSON.stringify(await house.recordOf(deviceCode)), await house.grants()]).toEqual([before, []])
    await setAccountDisabled(house, 'ada', false)
  }
})

test('while the device waits for its number: the right one is refused too', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start({ countersign_supported: 'true' })
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.approve(await browser.enter(userCode))
  const countersign = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
  await setAccountDisabled(house, 'ada', true)
  const { json } = await device.poll(deviceCode, { countersign })
  expect([json['error'], json['access_token'], await house.grants()]).toEqual(['access_denied', undefined, []])
})

test('between approval and redemption of an authorization code', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const code = await app.code()
  await setAccountDisabled(house, 'ada', true)
  expect((await app.redeem(code)).json['error']).toBe('invalid_grant')
  expect(await house.grants()).toEqual([])
})

verifies(
  'oauth21-4.3.1-grant-active',
  'before a refresh: nothing is rotated, and the family goes on when the account comes back',
  async () => {
    const house = await openHouse()
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'approve')
    const { json } = await device.poll(deviceCode)
    await setAccountDisabled(house, 'ada', true)
    const before = JSON.stringify(await house.grants())
    for (let time = 0; time < 3; time++) expect((await device.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
    expect(JSON.stringify(await house.grants())).toBe(before)
    await setAccountDisabled(house, 'ada', false)
    expect((await device.refresh(json['refresh_token'])).status).toBe(200)
  },
)

test('in front of the page: Approve, Deny and the code itself lead to signing in, where the password does no more', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  await setAccountDisabled(house, 'ada', true)
  for (const answer of [
    await browser.approve(page),
    await browser.deny(page),
    await browser.get('/device'),
    await browser.get('/devices'),
  ]) {
    expect(visibleText(answer)).toContain('Password')
  }
  expect((await browser.signIn()).status).toBe(403)
  expect((await house.recordOf(deviceCode))?.state).toBe('pending')
})
