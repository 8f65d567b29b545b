/** A cookie planted before signing in, or kept after signing out, is nobody's. */
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
