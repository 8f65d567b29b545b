/** A cookie planted before signing in, or kept after signing out, is nobody's. */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { visibleText } from '../../examples/first-login/src/scriptless-browser.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const COOKIE = '__Host-countersign'

test('a planted cookie is replaced when the person signs in, and never becomes theirs', async () => {
  const house = await openHouse()
  const planted = 'planted-by-the-attacker-00000000000000000000'
  const victim = openBrowser(house)
  victim.cookies.set(COOKIE, planted)
  await victim.signIn()
  expect(victim.cookies.get(COOKIE)).not.toBe(planted)
  const attacker = openBrowser(house)
  attacker.cookies.set(COOKIE, planted)
  expect(visibleText(await attacker.get('/device'))).toContain('Password')
})

test('the form of a stranger signs nobody in: it is bound to the browser that was shown it', async () => {
  const house = await openHouse()
  const attacker = openBrowser(house)
  const form = await attacker.get('/sign-in')
  const victim = openBrowser(house)
  expect((await victim.submit(form, '/sign-in', { name: 'ada', password: 'correct horse' })).status).toBe(403)
})

test('a browser that was signed in is signed out after its time, whoever holds the cookie', async () => {
  const house = await openHouse()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(8 * 3600)
  expect(visibleText(await browser.get('/device'))).toContain('Password')
})

test('a browser in which the attacker is signed in, code entered and all, becomes nobody else’s: who signs in there starts afresh', async () => {
  const house = await openHouse()
  await addAccount(house, 'mallory', 'battery staple')
  const { deviceCode, userCode } = await (await house.device()).start()
  const attacker = openBrowser(house)
  await attacker.signIn('mallory', 'battery staple')
  const page = await attacker.enter(userCode)
  const planted = String(attacker.cookies.get(COOKIE))
  const victim = openBrowser(house)
  victim.cookies.set(COOKIE, planted)
  const form = await victim.submit(await victim.get('/device'), '/sign-out', {})
  expect(victim.cookies.has(COOKIE)).toBe(false)
  await victim.submit(form, '/sign-in', { name: 'ada', password: 'correct horse' })
  expect(victim.cookies.get(COOKIE)).not.toBe(planted)
  // What was entered under the planted cookie is not the victim's to approve, nor is the form secret the same.
  expect((await victim.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes' })).status).toBe(403)
  const csrf = /name="csrf" value="([^"]+)"/.exec((await victim.get('/device')).body)?.[1] ?? ''
  expect((await victim.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', csrf })).status).toBe(409)
  expect((await house.recordOf(deviceCode))?.state).toBe('pending')
  // And the cookie the attacker still has is nobody's.
  expect(visibleText(await attacker.get('/device'))).toContain('Password')
})

test('every sign-in makes a cookie of its own: the ones before, of this person or another, end', async () => {
  const house = await openHouse()
  const browser = openBrowser(house)
  const seen: string[] = []
  for (let time = 0; time < 3; time++) {
    const form = await openBrowser(house).get('/sign-in')
    browser.cookies.set('__Host-countersign-form', /countersign-form=([\w-]+)/.exec(String(form.headers['set-cookie']))?.[1] ?? '')
    await browser.submit(form, '/sign-in', { name: 'ada', password: 'correct horse' })
    seen.push(String(browser.cookies.get(COOKIE)))
  }
  expect(new Set(seen).size).toBe(3)
  for (const [index, cookie] of seen.entries()) {
    browser.cookies.set(COOKIE, cookie)
    expect(visibleText(await browser.get('/device')).includes('Password')).toBe(index < 2)
  }
})
