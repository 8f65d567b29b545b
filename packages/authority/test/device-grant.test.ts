import { decodeJwt } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { CLIENT, ISSUER, NOTES, openHouse } from './house.ts'
import { decide, openBrowser } from './person.ts'

verifies(
  ['rfc8628-3.5-pending', 'rfc8628-3.5-success', 'rfc6749-5.1-token-response', 'rfc6749-5.1-no-store'],
  'pending until approved, then one token set',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode, userCode } = await device.start({ scope: 'notes:read notes:write' })
    const pending = await device.poll(deviceCode)
    expect([pending.status, pending.json['error']]).toEqual([400, 'authorization_pending'])
    await decide(house, userCode, 'approve')
    const { status, json, headers } = await device.poll(deviceCode)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' })
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'notes:read notes:write' })
    const claims = decodeJwt(String(json['access_token']))?.claims
    expect(claims).toMatchObject({ iss: ISSUER, aud: NOTES, sub: house.subject, client_id: CLIENT, scope: 'notes:read notes:write' })
    const again = await device.poll(deviceCode)
    expect([again.status, again.json['error']]).toEqual([400, 'invalid_grant'])
  },
)

verifies(
  ['rfc8628-3.5-success', 'seed-001-mark-before-issue', 'seed-001-one-time-use', 'seed-001-single-predicate-lookup'],
  '50 simultaneous polls after approval: one token set',
  async () => {
    const house = await openHouse()
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'approve')
    const answers = await Promise.all(Array.from({ length: 50 }, () => device.poll(deviceCode)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ json }) => json['error'] === 'invalid_grant')).toHaveLength(49)
    expect(await house.store.list('grant', house.subject, 100)).toHaveLength(1)
  },
)

verifies(
  'rfc8628-3.5-access-denied',
  'denied answers access_denied until expiry, then expired_token, and cannot be approved any more',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode, userCode } = await device.start()
    await decide(house, userCode, 'deny')
    expect((await device.poll(deviceCode)).json['error']).toBe('access_denied')
    const late = await decide(house, userCode, 'approve').catch(String)
    expect(late).not.toContain('Approved')
    expect((await device.poll(deviceCode)).json['error']).toBe('access_denied')
    house.clock.advance(301)
    expect((await device.poll(deviceCode)).json['error']).toBe('expired_token')
  },
)

verifies(['rfc8628-3.5-expired-token', 'seed-001-five-minute-expiry'], 'an approval does not outlive the code', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode, json } = await device.start()
  expect(json['expires_in']).toBe(300)
  await decide(house, userCode, 'approve')
  house.clock.advance(300)
  const late = await device.poll(deviceCode)
  expect([late.status, late.json['error']]).toEqual([400, 'expired_token'])
  house.clock.advance(601)
  expect((await device.poll(deviceCode)).json['error']).toBe('invalid_grant')
})

verifies(
  ['rfc8628-3.5-slow-down-server', 'seed-000-enforce-interval-server'],
  'an early poll costs five seconds, once, and keeping the new interval always gets through',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode } = await device.start()
    const outcome = async () => (await device.poll(deviceCode)).json
    expect(await outcome()).toMatchObject({ error: 'authorization_pending' })
    house.clock.advance(2)
    expect(await outcome()).toMatchObject({ error: 'slow_down', interval: 10 })
    for (let poll = 0; poll < 5; poll++) {
      house.clock.advance(10)
      expect(await outcome()).toMatchObject({ error: 'authorization_pending' })
    }
    house.clock.advance(5)
    expect(await outcome()).toMatchObject({ error: 'slow_down', interval: 15 })
  },
)

verifies('rfc8628-3.5-slow-down-server', 'a client at the exact interval with half a second of jitter never hears slow_down', async () => {
  const house = await openHouse({ settings: { codeLife: 1800 } })
  const device = await house.device()
  const { deviceCode } = await device.start()
  for (const gap of [0, 4.5, 5, 5.5, 4.5, 4.5, 5, 4.6]) {
    house.clock.advance(gap)
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  }
})

test('an approval waits for the device as long as the code lives, and none is taken that the next poll would find expired', async () => {
  const house = await openHouse()
  const device = await house.device()
  const slow = await device.start()
  await decide(house, slow.userCode, 'approve')
  house.clock.advance(299)
  expect((await device.poll(slow.deviceCode)).status).toBe(200)
  const { deviceCode, userCode } = await device.start()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(290)
  const page = await browser.enter(userCode)
  expect(visibleText(page)).toContain('another 4 seconds')
  house.clock.advance(3)
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  await browser.approve(page)
  house.clock.advance(5)
  expect((await device.poll(deviceCode)).status).toBe(200)
  const late = await device.start()
  house.clock.advance(294)
  expect((await browser.enter(late.userCode)).status).toBe(400)
})

test('however seldom devices poll, a short code can be entered and approved', async () => {
  const house = await openHouse({ settings: { codeLife: 60, pace: { interval: 60, longest: 60, tolerance: 1 } } })
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  house.clock.advance(44)
  await decide(house, userCode, 'approve')
  expect((await device.poll(deviceCode)).status).toBe(200)
})

test('a hundred devices behind one address poll and refresh at their own pace: nobody pays for a neighbour', async () => {
  const house = await openHouse({ settings: { codesPerMinute: 1000 } })
  const device = await house.device()
  const started = await Promise.all(Array.from({ length: 100 }, () => device.start()))
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(started.map(({ deviceCode }) => device.poll(deviceCode)))
    expect(new Set(answers.map(({ status, json }) => `${status} ${String(json['error'])}`))).toEqual(new Set(['400 authorization_pending']))
    house.clock.advance(5)
  }
  // One that polls without pause hears slow_down, as an error of 400, and is alone with it.
  const [hasty, ...others] = started
  await device.poll(String(hasty?.deviceCode))
  for (let poll = 0; poll < 50; poll++) {
    const { status, json } = await device.poll(String(hasty?.deviceCode))
    expect([status, json['error']]).toEqual([400, 'slow_down'])
  }
  const answers = await Promise.all(others.map(({ deviceCode }) => device.poll(deviceCode)))
  expect(new Set(answers.map(({ json }) => json['error']))).toEqual(new Set(['authorization_pending']))
})

test('an approved code is redeemed at once, however early the poll', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  await device.poll(deviceCode)
  await decide(house, userCode, 'approve')
  expect((await device.poll(deviceCode)).status).toBe(200)
})

verifies(
  ['rfc8628-3.4-client-binding', 'seed-001-client-binding'],
  'another client gets invalid_grant, before and after approval, and costs the rightful one nothing',
  async () => {
    const house = await openHouse()
    const { addClient } = await import('@countersign/authority')
    await addClient(house, { id: 'other', name: 'Other' })
    const [device, other] = [await house.device(), await house.device('none', 'other')]
    const { deviceCode, userCode } = await device.start()
    expect((await other.poll(deviceCode)).json['error']).toBe('invalid_grant')
    await decide(house, userCode, 'approve')
    expect((await other.poll(deviceCode)).json['error']).toBe('invalid_grant')
    expect((await device.poll(deviceCode)).status).toBe(200)
  },
)

verifies(
  ['dpopdevice-2.1-bind-device-code', 'dpopdevice-2.2-same-key-poll', 'rfc9449-5-token-type-dpop', 'rfc9449-6.1-cnf-jkt'],
  'a code asked for under a key is redeemed under that key only',
  async () => {
    const house = await openHouse()
    const [owner, thief, keyless] = [await house.device('ES256'), await house.device('ES256'), await house.device()]
    const { deviceCode, userCode } = await owner.start()
    await decide(house, userCode, 'approve')
    expect((await thief.poll(deviceCode)).json['error']).toBe('invalid_grant')
    expect((await keyless.poll(deviceCode)).json['error']).toBe('invalid_grant')
    const { json } = await owner.poll(deviceCode)
    expect(json['token_type']).toBe('DPoP')
    const claims = decodeJwt(String(json['access_token']))?.claims
    expect(claims?.['cnf']).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) })
  },
)

verifies('rfc10027-6.1.6-detect-remediate', 'a device code that comes back after it was spent ends what it minted', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  await device.poll(deviceCode)
  expect((await device.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
  expect(house.events.map(({ type }) => type)).toContain('device.replayed')
})

verifies('rfc8628-3.1-scope-optional', 'without scope the documented default of the resource, on the page and in the token', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  expect(page.body).toContain('Read your notes')
  expect(page.body).not.toContain('Add and change your notes')
  await browser.approve(page)
  expect((await device.poll(deviceCode)).json['scope']).toBe('notes:read')
})
