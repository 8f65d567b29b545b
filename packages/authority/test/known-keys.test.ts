import { enrollKey, forgetKey, listKnownKeys } from '@countersign/authority'
import { thumbprint } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { openApp } from './app.ts'
import { openHouse, type House } from './house.ts'
import { openBrowser } from './person.ts'

const DAY = 86_400
const supported = { countersign_supported: 'true' }

/** Ada looks at what a device asks for, from another network, and presses Approve. */
async function approve(house: House, userCode: string) {
  const browser = openBrowser(house, { address: '198.51.100.9' })
  await browser.signIn()
  const question = await browser.enter(userCode)
  const press = async () => {
    const { body, status } = await browser.approve(question)
    return { status, number: /class="unseen">([\d ]+)</.exec(body)?.[1] ?? '' }
  }
  return { ...(await press()), again: press }
}

/** The key an operator finds in the log after a refusal. */
function refusedKey({ events }: House): string {
  const refused = events.findLast((event) => event.type === 'device.refused')
  return refused !== undefined && 'keyThumbprint' in refused ? String(refused.keyThumbprint) : ''
}

/** A device signs in once with the number, so that its key is known. */
async function countersigned(house: House) {
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start(supported)
  const { number } = await approve(house, userCode)
  expect((await device.poll(deviceCode, { countersign: number })).status).toBe(200)
  const [known] = await listKnownKeys(house, house.subject)
  return { device, thumbprint: known?.keyThumbprint ?? '' }
}

verifies(
  'rfc10027-6.1.7-trusted-devices',
  'under the policy enrolled a refusal tells the operator the key; enrolled, the same request can be approved, and forgotten, none can',
  async () => {
    const house = await openHouse({ settings: { approvalPolicy: 'enrolled' } })
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start(supported)
    const visit = await approve(house, userCode)
    expect(visit.status).toBe(403)
    const thumbprint = refusedKey(house)
    expect(thumbprint).toMatch(/^[\w-]{43}$/)
    await enrollKey(house, house.subject, thumbprint)
    expect(await visit.again()).toEqual({ status: 200, number: '' })
    expect((await device.poll(deviceCode)).status).toBe(200)
    expect(await listKnownKeys(house, house.subject)).toEqual([
      { keyThumbprint: thumbprint, knownSince: house.clock.now(), enrolled: true },
    ])
    // Nobody else knows it, and no other key is known.
    expect(await listKnownKeys(house, 'somebody-else')).toEqual([])
    expect((await approve(house, (await (await house.device('ES256')).start()).userCode)).status).toBe(403)
    expect(await forgetKey(house, house.subject, thumbprint)).toBe(true)
    expect(await forgetKey(house, house.subject, thumbprint)).toBe(false)
    expect((await approve(house, (await device.start()).userCode)).status).toBe(403)
  },
)

test('what was countersigned is forgotten after a quarter of a year, what was enrolled is not', async () => {
  const house = await openHouse({ settings: { approvalPolicy: 'enrolled' } })
  const enrolled = await house.device('ES256')
  await approve(house, (await enrolled.start()).userCode)
  await enrollKey(house, house.subject, refusedKey(house))
  house.clock.advance(400 * DAY)
  expect((await approve(house, (await enrolled.start()).userCode)).status).toBe(200)

  const open = await openHouse()
  const { device, thumbprint } = await countersigned(open)
  open.clock.advance(89 * DAY)
  expect((await approve(open, (await device.start(supported)).userCode)).number).toBe('')
  expect(await listKnownKeys(open, open.subject)).toMatchObject([{ keyThumbprint: thumbprint }])
  open.clock.advance(2 * DAY)
  expect(await listKnownKeys(open, open.subject)).toEqual([])
  expect((await approve(open, (await device.start(supported)).userCode)).number).not.toBe('')
})

test('a key that was countersigned lasts once it is enrolled, also when it is countersigned again', async () => {
  const house = await openHouse()
  const { device, thumbprint } = await countersigned(house)
  await forgetKey(house, house.subject, thumbprint)
  const { deviceCode, userCode } = await device.start(supported)
  const { number } = await approve(house, userCode)
  await enrollKey(house, house.subject, thumbprint)
  await enrollKey(house, house.subject, thumbprint)
  expect((await device.poll(deviceCode, { countersign: number })).status).toBe(200)
  house.clock.advance(400 * DAY)
  expect(await listKnownKeys(house, house.subject)).toMatchObject([{ keyThumbprint: thumbprint, enrolled: true }])

  const other = await openHouse()
  const known = await countersigned(other)
  await enrollKey(other, other.subject, known.thumbprint)
  other.clock.advance(400 * DAY)
  expect(await listKnownKeys(other, other.subject)).toMatchObject([{ keyThumbprint: known.thumbprint, enrolled: true }])
})

test('what is no thumbprint is refused, and nothing is kept', async () => {
  const house = await openHouse()
  const suite = webSuite()
  const good = await thumbprint(suite, await suite.generateKey('ES256'))
  for (const wrong of ['', good.slice(1), `${good}=`, good.replace(/.$/, '+'), `${good}\n`, 'SHA256:abc']) {
    await expect(enrollKey(house, house.subject, wrong), wrong).rejects.toMatchObject({ code: 'usage' })
  }
  expect(await listKnownKeys(house, house.subject)).toEqual([])
})

test('an application that is refused for its key is told to the operator by that key, and let in once it is enrolled', async () => {
  const house = await openHouse({ settings: { approvalPolicy: 'enrolled' } })
  const app = await openApp(house, {}, 'ES256')
  const named = { dpop_jkt: app.thumbprint }
  expect((await app.ask(named)).parameters['error']).toBe('access_denied')
  expect(house.events).toContainEqual(
    expect.objectContaining({ type: 'authorization.refused', why: 'not_enrolled', keyThumbprint: app.thumbprint }),
  )
  await enrollKey(house, house.subject, app.thumbprint ?? '')
  expect((await app.redeem(await app.code(named))).status).toBe(200)
})
