import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../../requirements/verifies.ts'
import { answerOf, openApp } from './app.ts'
import { openHouse, resources } from './house.ts'
import { openBrowser } from './person.ts'

const risky = resources.map((resource) => ({ ...resource, risky: ['notes:write'] }))

/** A browser in which Ada signed in so many seconds ago, in front of a request. */
async function waiting(secondsSinceSignIn: number, scope = 'notes:read notes:write') {
  const house = await openHouse({ resources: risky })
  const device = await house.device()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(secondsSinceSignIn)
  const started = await device.start({ scope })
  return { house, device, browser, page: await browser.enter(started.userCode), ...started }
}

verifies(
  'seed-002-separate-trusted-browser',
  'a risky scope takes a sign-in of the last five minutes: the page leads to the password and back to the same decision',
  async () => {
    const { device, browser, page, deviceCode } = await waiting(300)
    expect(visibleText(page)).toContain('To approve it, sign in again first')
    expect(visibleText(page)).toContain('Add and change your notes sensitive notes:write')
    const password = await browser.submit(page, '/device/decide', { decision: 'again' })
    expect(visibleText(password)).toContain('Confirm that it is you')
    expect(password.body).toMatch(/name="name"[^>]* readonly[^>]* value="ada"/)
    const back = await browser.submit(password, '/sign-in', { password: 'correct horse' })
    expect(visibleText(back)).toContain('A device asks to act as you')
    expect(visibleText(back)).not.toContain('sign in again first')
    expect((await browser.submit(back, '/device/decide', { decision: 'approve', confirmed: 'yes', scope: 'notes:write' })).status).toBe(200)
    expect((await device.poll(deviceCode)).json['scope']).toBe('notes:write')
  },
)

test('one second earlier the sign-in is fresh enough, and without a risky scope it never has to be', async () => {
  for (const each of [await waiting(299), await waiting(7 * 3600, 'notes:read')]) {
    expect((await each.browser.approve(each.page)).status).toBe(200)
    expect((await each.device.poll(each.deviceCode)).status).toBe(200)
  }
})

test('a page that was opened in time and left open leads to the password all the same', async () => {
  const { house, device, browser, page, deviceCode } = await waiting(250)
  expect(visibleText(page)).not.toContain('sign in again')
  house.clock.advance(60)
  expect(visibleText(await browser.approve(page))).toContain('Confirm that it is you')
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
})

test('to deny, nobody has to sign in again', async () => {
  const { device, browser, page, deviceCode } = await waiting(3600)
  expect(visibleText(await browser.deny(page))).toContain('Denied')
  expect((await device.poll(deviceCode)).json['error']).toBe('access_denied')
})

verifies('seed-002-separate-trusted-browser', 'the code grant asks for the same, and comes back to the same request', async () => {
  const house = await openHouse({ resources: risky })
  const app = await openApp(house)
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(301)
  const page = await browser.get(app.address({ scope: 'notes:write' }))
  expect(visibleText(page)).toContain('sign in again first')
  for (const decision of ['approve', 'again']) {
    expect(visibleText(await browser.submit(page, '/authorize/decide', { decision }))).toContain('Confirm that it is you')
  }
  const password = await browser.submit(page, '/authorize/decide', { decision: 'again' })
  const back = await browser.submit(password, '/sign-in', { password: 'correct horse' })
  expect(visibleText(back)).toContain('A program asks to act as you')
  expect(answerOf(await browser.submit(back, '/authorize/decide', { decision: 'approve' })).parameters).toHaveProperty('code')
})

test('the operator says how fresh is fresh', async () => {
  const house = await openHouse({ resources: risky, settings: { freshSignIn: 30 } })
  const device = await house.device()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(30)
  const { userCode } = await device.start({ scope: 'notes:write' })
  expect(visibleText(await browser.enter(userCode))).toContain('sign in again first')
  await expect(openHouse({ settings: { freshSignIn: 5 } })).rejects.toThrow('freshSignIn')
})

test('signing in again is a new cookie under the old name of the browser; the old cookie and the old time are gone', async () => {
  const { browser, page } = await waiting(400)
  const before = String(browser.cookies.get('__Host-countersign'))
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  const wrong = await browser.submit(password, '/sign-in', { password: 'wrong' })
  expect([wrong.status, visibleText(wrong).includes('Confirm that it is you')]).toEqual([403, true])
  expect(browser.cookies.get('__Host-countersign')).toBe(before)
  await browser.submit(wrong, '/sign-in', { password: 'correct horse' })
  const after = String(browser.cookies.get('__Host-countersign'))
  expect(after).toMatch(/^[\w-]{43}$/)
  expect(after).not.toBe(before)
  browser.cookies.set('__Host-countersign', before)
  expect(visibleText(await browser.get('/device'))).toContain('Password')
})
