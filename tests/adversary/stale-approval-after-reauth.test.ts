/**
 * Somebody else sits at a browser that was left open, or holds a copy of its cookie, or shares the detour through signing in: can a risky
 * request be approved without the password of the person in whose name it is approved?
 */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { deviceRecordId } from '../../packages/authority/src/records/device-record.ts'
import { openHouse, resources } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { visibleText } from '../../examples/first-login/src/scriptless-browser.ts'

const risky = resources.map((resource) => ({ ...resource, risky: ['notes:write'] }))
const APPROVE = { decision: 'approve', confirmed: 'yes', scope: 'notes:write' }

async function leftOpen() {
  const house = await openHouse({ resources: risky, settings: { codeLife: 1800, decideWithin: 600 } })
  await addAccount(house, 'mallory', 'battery staple')
  const device = await house.device()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(1000)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:write' })
  const page = await browser.enter(userCode)
  const record = async () =>
    (await house.store.read('device', await deviceRecordId(house, deviceCode)))?.value as {
      state: string
      decision?: { subject: string }
    }
  return { house, device, browser, page, userCode, deviceCode, record }
}

test('no form approves: not with the confirmation, not twice, not with the parameters of the detour', async () => {
  const { browser, page, record } = await leftOpen()
  for (const fields of [APPROVE, { ...APPROVE, again: 'yes' }, { ...APPROVE, entered: 'x', password: 'correct horse' }]) {
    expect(visibleText(await browser.submit(page, '/device/decide', fields))).toContain('Confirm that it is you')
  }
  expect((await record()).state).toBe('pending')
})

test('going back without the password changes nothing: neither by hand nor through the page of signing in', async () => {
  const { browser, page, userCode, record } = await leftOpen()
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  for (const attempt of [{}, { password: 'wrong' }, { name: 'mallory', password: 'battery staple' }]) {
    expect((await browser.submit(password, '/sign-in', attempt)).status).toBe(403)
  }
  const back = await browser.get(`/device/decide?entered=${userCode}`)
  expect(visibleText(back)).toContain('sign in again first')
  expect(visibleText(await browser.submit(back, '/device/decide', APPROVE))).toContain('Confirm that it is you')
  expect((await record()).state).toBe('pending')
})

test('whoever signs in there as somebody else has not entered the code: it is nobody but the first person who decides', async () => {
  const { browser, page, record } = await leftOpen()
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  // Without the mark of the detour it is an ordinary sign-in, and makes another browser of it.
  const other = await browser.submit(password, '/sign-in', { again: '', name: 'mallory', password: 'battery staple' })
  expect(visibleText(other)).toContain('Enter the code your device shows')
  expect(visibleText(other)).toContain('Signed in as mallory')
  const entered = await browser.submit(other, '/device', {})
  expect(entered.status).toBe(400)
  const csrf = /name="csrf" value="([^"]+)"/.exec(other.body)?.[1] ?? ''
  expect((await browser.submit(page, '/device/decide', { ...APPROVE, csrf })).status).toBe(409)
  expect((await record()).state).toBe('pending')
})

test('a copy of the cookie does not become fresh when its owner signs in again: it ends', async () => {
  const { house, browser, page, record } = await leftOpen()
  const thief = openBrowser(house)
  thief.cookies.set('__Host-countersign', String(browser.cookies.get('__Host-countersign')))
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  await browser.submit(password, '/sign-in', { password: 'correct horse' })
  // Not even recognised: an ordinary sign-in page.
  const answer = visibleText(await thief.submit(page, '/device/decide', APPROVE))
  expect([answer.includes('Password'), answer.includes('Confirm that it is you')]).toEqual([true, false])
  expect((await record()).state).toBe('pending')
})

test('being fresh in one browser makes no other one fresh, and it passes', async () => {
  const { house, browser, page, record } = await leftOpen()
  await openBrowser(house).signIn()
  expect(visibleText(await browser.submit(page, '/device/decide', APPROVE))).toContain('Confirm that it is you')
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  const back = await browser.submit(password, '/sign-in', { password: 'correct horse' })
  house.clock.advance(300)
  expect(visibleText(await browser.submit(back, '/device/decide', APPROVE))).toContain('Confirm that it is you')
  expect((await record()).state).toBe('pending')
})

test('the detour does not stretch the time to decide', async () => {
  const { house, browser, page, record } = await leftOpen()
  house.clock.advance(590)
  const password = await browser.submit(page, '/device/decide', { decision: 'again' })
  const back = await browser.submit(password, '/sign-in', { password: 'correct horse' })
  house.clock.advance(10)
  expect((await browser.submit(back, '/device/decide', APPROVE)).status).toBe(409)
  expect((await record()).state).toBe('pending')
})

test('the address one comes back to tells another browser nothing: living and invented codes look alike', async () => {
  const { house, userCode } = await leftOpen()
  const mallory = openBrowser(house)
  await mallory.signIn('mallory', 'battery staple')
  const seen = await Promise.all(
    [userCode, 'BBB-BBB-BBB'].map(async (code) => {
      const { status, body } = await mallory.get(`/device/decide?entered=${code}`)
      return `${status} ${body.replaceAll(code, 'CODE')}`
    }),
  )
  expect(seen[0]).toBe(seen[1])
  expect(seen[0]).toContain('Enter the code your device shows')
})
