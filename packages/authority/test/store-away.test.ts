/** The store goes away while the authority runs: everybody is told to come back, nothing has changed, and nobody hears why. */
import { memoryStore, type Store } from '@countersign/authority'
import { CountersignError, DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { CLIENT, openHouse, testClock } from './house.ts'
import { openBrowser } from './person.ts'

/** A house whose store can be taken away, and given back. */
async function house() {
  const clock = testClock()
  const kept = memoryStore(clock)
  const state = { away: false }
  const store = Object.fromEntries(
    Object.entries(kept).map(([name, move]) => [
      name,
      (...given: readonly unknown[]) =>
        state.away
          ? Promise.reject(new CountersignError('store_unavailable', 'Redis at 10.0.0.1: WRONGPASS', { hint: 'give the password' }))
          : (move as (...given: readonly unknown[]) => unknown)(...given),
    ]),
  ) as unknown as Store
  return { state, house: await openHouse({ store, clock }) }
}

test('every endpoint for programs answers temporarily_unavailable, 503, with the time to come back', async () => {
  const { house: opened, state } = await house()
  const device = await opened.device()
  const { deviceCode } = await device.start()
  state.away = true
  const forms: readonly [path: string, form: Record<string, string>][] = [
    ['/device_authorization', { client_id: CLIENT }],
    ['/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: deviceCode }],
    ['/token', { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: 'x' }],
    ['/revoke', { client_id: CLIENT, token: 'x' }],
    ['/introspect', { client_id: CLIENT, token: 'x' }],
    ['/par', { client_id: CLIENT, response_type: 'code' }],
  ]
  for (const [path, form] of forms) {
    const { headers, json, status } = await opened.post(path, form)
    expect([path, status, json['error'], headers['retry-after']]).toEqual([path, 503, 'temporarily_unavailable', '5'])
    expect(headers['cache-control']).toBe('no-store')
    expect(JSON.stringify(json)).not.toMatch(/Redis|10\.0\.0\.1|WRONGPASS/)
  }
  const list = await opened.send('GET', '/revocations')
  expect([list.status, list.headers['retry-after']]).toEqual([503, '5'])
  // The operator is told what the others are not.
  const failed = opened.events.filter(({ type }) => type === 'request.failed')
  expect(failed).toHaveLength(forms.length + 1)
  for (const event of failed)
    expect(event).toMatchObject({ cause: { code: 'store_unavailable', message: expect.stringContaining('WRONGPASS') } })
  state.away = false
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
})

test('people get a page that says so, in every place, and go on where they were when the store is back', async () => {
  const { house: opened, state } = await house()
  const device = await opened.device()
  const { deviceCode, userCode } = await device.start()
  const browser = openBrowser(opened)
  await browser.signIn()
  const page = await browser.enter(userCode)
  state.away = true
  for (const path of ['/device', `/device?user_code=${userCode}`, '/devices']) {
    const shown = await browser.get(path)
    expect([path, shown.status]).toEqual([path, 503])
    expect(shown.body).toContain('<h1')
    expect(shown.body).not.toMatch(/Redis|10\.0\.0\.1|WRONGPASS/)
  }
  expect((await browser.approve(page)).status).toBe(503)
  state.away = false
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  expect((await browser.approve(page)).status).toBe(200)
  expect((await device.poll(deviceCode)).status).toBe(200)
})
