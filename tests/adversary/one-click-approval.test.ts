/** A link in a message, a picture in a page, a scanner that opens every address: no GET enters, approves, denies or spends anything. */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

const APPROVAL = 'decision=approve&confirmed=yes&scope=notes:read'

verifies(
  'rfc8628-3.3.1-confirm-code',
  'every address with everything a form would say, opened by the person and by strangers: no record changes, and the device waits on',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode, userCode, json } = await device.start()
    const entered = await device.start()
    const browser = openBrowser(house)
    await browser.signIn()
    const page = await browser.enter(entered.userCode)
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const changes = watchMoves(house.store, CHANGES)
    const guesses = watchMoves(house.store, ['count'])
    for (const code of [userCode, entered.userCode]) {
      for (const who of [browser, openBrowser(house)]) {
        for (const method of ['GET', 'HEAD']) {
          for (const path of [
            String(json['verification_uri_complete']).replace('https://auth.example', ''),
            `/device?user_code=${code}&csrf=${csrf}&${APPROVAL}`,
            `/device/decide?user_code=${code}&csrf=${csrf}&${APPROVAL}`,
            `/device/decide?entered=${code}&csrf=${csrf}&${APPROVAL}`,
            `/sign-in?user_code=${code}&name=ada&password=correct%20horse`,
            `/sign-in?entered=${code}&again=yes`,
            `/sign-out?csrf=${csrf}`,
            `/devices/revoke-all?csrf=${csrf}`,
            `/token?device_code=${deviceCode}&client_id=countersign-cli`,
          ]) {
            await who.visit(method, path)
          }
        }
      }
    }
    expect(changes).toEqual([])
    expect(guesses.filter((move) => move.startsWith('count guess:') && !move.endsWith(' 0'))).toEqual([])
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
    expect((await device.poll(entered.deviceCode)).json['error']).toBe('authorization_pending')
    // The person is still signed in, and the page that was open still counts.
    expect((await browser.approve(page)).status).toBe(200)
  },
)

test('an approval from before opens no door: the next link of the same client, for the same scope, asks like the first', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const browser = openBrowser(house)
  await browser.signIn()
  for (let time = 0; time < 3; time++) {
    const { deviceCode, userCode } = await device.start()
    const linked = await browser.get(`/device?user_code=${userCode}`)
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
    const page = await browser.submit(linked, '/device', { user_code: userCode })
    expect((await house.recordOf(deviceCode))?.state).toBe('pending')
    // Nor does the form go through without the box that says "I started this".
    expect((await browser.submit(page, '/device/decide', { decision: 'approve' })).status).toBe(400)
    expect((await house.recordOf(deviceCode))?.state).toBe('pending')
    await browser.approve(page)
    expect((await device.poll(deviceCode)).status).toBe(200)
  }
})

test('the address of an authorization request, opened again and again by somebody who approved it before', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  await app.redeem(await app.code())
  const browser = openBrowser(house)
  await browser.signIn()
  for (const prompt of [undefined, 'consent', 'select_account']) {
    const page = await browser.get(app.address({ prompt }))
    expect([page.status, page.headers['location'], page.body.includes('value="approve"')]).toEqual([200, undefined, true])
    const request = /name="request" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const again = await browser.get(`/authorize/decide?request=${request}&${APPROVAL}`)
    expect(again.headers['location']).toBeUndefined()
  }
  expect(await house.grants()).toHaveLength(1)
})
