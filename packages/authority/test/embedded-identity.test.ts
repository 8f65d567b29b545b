/** The example of docs/identity.md: an authority beside the login that an application has already. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { type YourLogin, yourIdentity } from '../../../examples/own-login/src/identity.ts'
import { openHouse } from './house.ts'
import { openBrowser } from './person.ts'

test('who is signed in to the application decides, who is not is sent to its login and back to the code; who left gets no more tokens', async () => {
  const people = new Map([['7', { name: 'Ada' }]])
  const login: YourLogin = {
    personOf: async (cookies) =>
      cookies.includes('app=ada') ? { id: '7', name: 'Ada', signedInAt: 1_800_000_000_000, browser: 'browser-session-1' } : undefined,
    find: async (id) => people.get(id),
  }
  const house = await openHouse({ identity: yourIdentity(login, '') })
  const device = await house.device()
  const { userCode, deviceCode } = await device.start()
  const stranger = await house.send('GET', `/device?user_code=${userCode}`)
  expect([stranger.status, stranger.headers['location']]).toEqual([303, `/login?next=%2Fdevice%3Fuser_code%3D${userCode}`])
  const browser = openBrowser(house)
  browser.cookies.set('app', 'ada')
  const page = await browser.enter(userCode)
  expect(visibleText(page)).toContain('wants to sign in as Ada')
  // The application has its own way out, and there is none here: no button leads to a page that is not there.
  expect(visibleText(page)).toContain('Signed in as Ada')
  expect(page.body).not.toContain('/sign-out')
  expect((await browser.approve(page)).status).toBe(200)
  const { json } = await device.poll(deviceCode)
  expect(json['token_type']).toBe('Bearer')
  people.delete('7')
  expect((await device.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
})

test('the page shows the example as it is', () => {
  const example = readFileSync(new URL('../../../examples/own-login/src/identity.ts', import.meta.url), 'utf8')
  expect(readFileSync(new URL('../../../docs/identity.md', import.meta.url), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\``)
})
