/** Somebody who is signed in, and is not the person before the device, decides about it: with the code, without it, in the same browser. */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

async function open() {
  const house = await openHouse()
  await addAccount(house, 'mallory', 'battery staple')
  const device = await house.device()
  const started = await device.start()
  const ada = openBrowser(house)
  await ada.signIn()
  const page = await ada.enter(started.userCode)
  const mallory = openBrowser(house)
  const entry = await mallory.signIn('mallory', 'battery staple')
  const csrf = /name="csrf" value="([^"]+)"/.exec(entry.body)?.[1] ?? ''
  /** What Mallory's browser posts to the decision, forged around her own form secret. */
  const forge = async (decision: string, user_code = started.userCode) =>
    mallory.visit('POST', '/device/decide', new URLSearchParams({ csrf, user_code, decision, confirmed: 'yes' }).toString())
  return { house, device, ada, page, mallory, forge, ...started }
}

verifies(
  'rfc10027-6.1.3-one-time-codes',
  'a code that was entered in one browser is neither approved nor denied in another, not even by the same person',
  async () => {
    const { house, device, ada, page, forge, deviceCode, userCode } = await open()
    const elsewhere = openBrowser(house)
    const form = await elsewhere.signIn()
    const before = JSON.stringify(await house.recordOf(deviceCode))
    for (const decision of ['approve', 'deny', 'again']) {
      const forged = await forge(decision)
      expect([forged.status, forged.body.includes('Countersign CLI')], decision).toEqual([409, false])
      const csrf = /name="csrf" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
      const own = new URLSearchParams({ csrf, user_code: userCode, decision, confirmed: 'yes' }).toString()
      expect((await elsewhere.visit('POST', '/device/decide', own)).status, decision).toBe(409)
    }
    expect(JSON.stringify(await house.recordOf(deviceCode))).toBe(before)
    expect((await ada.approve(page)).status).toBe(200)
    expect((await device.poll(deviceCode)).status).toBe(200)
    expect(await house.recordOf(deviceCode)).toMatchObject({ decision: { subject: house.subject } })
  },
)

test('a code that nobody entered is decided by nobody: entering it is what binds it to a browser', async () => {
  const { house, device, forge } = await open()
  const { deviceCode, userCode } = await device.start()
  for (const decision of ['approve', 'deny']) expect((await forge(decision, userCode)).status).toBe(409)
  expect((await house.recordOf(deviceCode))?.state).toBe('pending')
})

test('whoever signs in next in the same browser does not inherit the code that was entered there', async () => {
  const { house, ada, page, deviceCode } = await open()
  await ada.submit(page, '/sign-out', {})
  await ada.signIn('mallory', 'battery staple')
  const entry = await ada.get('/device')
  const csrf = /name="csrf" value="([^"]+)"/.exec(entry.body)?.[1] ?? ''
  expect((await ada.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', csrf })).status).toBe(409)
  expect((await house.recordOf(deviceCode))?.state).toBe('pending')
})

test('no field of the form says whose approval it is', async () => {
  const { house, device, mallory } = await open()
  const { deviceCode, userCode } = await device.start()
  const page = await mallory.enter(userCode)
  const forged = { decision: 'approve', confirmed: 'yes', subject: house.subject, sub: house.subject, name: 'ada', browser: 'x' }
  expect((await mallory.submit(page, '/device/decide', forged)).status).toBe(200)
  expect((await device.poll(deviceCode)).status).toBe(200)
  expect(await house.grants()).toEqual([])
})
