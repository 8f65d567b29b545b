import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../../requirements/verifies.ts'
import { openApp } from './app.ts'
import { type House, NOTES, openHouse } from './house.ts'
import { openBrowser } from './person.ts'

const BOTH = 'notes:read notes:write'

/** A device that asked for both scopes, and the page where a person decides about it. */
async function asked(house: House, scope = BOTH) {
  const device = await house.device()
  const started = await device.start({ scope })
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(started.userCode)
  const answer = (fields: Record<string, string | readonly string[]>, on = page) =>
    browser.submit(on, '/device/decide', { decision: 'approve', confirmed: 'yes', ...fields })
  return { device, browser, page, answer, ...started }
}

verifies(
  ['rfc6749-3.3-scope-returned-when-different', 'seed-000-scope-not-exceed-request'],
  'a scope the person unticked is not granted: neither in the token, nor told, nor at any refresh',
  async () => {
    const house = await openHouse()
    const { device, deviceCode, answer } = await asked(house)
    expect((await answer({ scope: ['notes:read'] })).status).toBe(200)
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'device.approved', narrowed: true }))
    const { json } = await device.poll(deviceCode)
    expect(json['scope']).toBe('notes:read')
    expect(claimsOf(json['access_token'])).toMatchObject({ scope: 'notes:read' })
    const refreshed = await device.refresh(json['refresh_token'])
    expect(refreshed.json['scope']).toBe('notes:read')
    expect(claimsOf(refreshed.json['access_token'])).toMatchObject({ scope: 'notes:read' })
    const more = await device.refresh(refreshed.json['refresh_token'], { scope: BOTH })
    expect(more.json['error']).toBe('invalid_scope')
  },
)

test('left as it is, the page grants what was asked, and no event says otherwise', async () => {
  const house = await openHouse()
  const { device, deviceCode, answer } = await asked(house)
  await answer({})
  expect((await device.poll(deviceCode)).json['scope']).toBe(BOTH)
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'device.approved', narrowed: false }))
})

test('approving nothing of something approves nothing: the page comes again, keeps what was unticked, and still decides', async () => {
  const house = await openHouse()
  const { device, deviceCode, answer } = await asked(house)
  const again = await answer({ scope: [] })
  expect(again.status).toBe(400)
  expect(visibleText(again)).toContain('leave at least one permission ticked')
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  const unconfirmed = await answer({ scope: 'notes:write', confirmed: '' }, again)
  expect(visibleText(unconfirmed)).toContain('first confirm')
  expect(ticksOf(unconfirmed.body)).toEqual(['notes:write'])
  house.clock.advance(6)
  expect((await answer({ scope: ticksOf(unconfirmed.body) }, unconfirmed)).status).toBe(200)
  expect((await device.poll(deviceCode)).json['scope']).toBe('notes:write')
})

test('who asked for nothing in particular can be approved without a single box', async () => {
  const house = await openHouse({ resources: [{ resource: NOTES, name: 'Notes', scopes: {} }] })
  const { device, deviceCode, answer, page } = await asked(house, '')
  expect(ticksOf(page.body)).toEqual([])
  expect((await answer({})).status).toBe(200)
  expect((await device.poll(deviceCode)).json).toMatchObject({ scope: '' })
})

verifies('rfc6749-3.3-scope-returned-when-different', 'the code grant narrows by the same boxes', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address({ scope: BOTH }))
  expect(ticksOf(page.body)).toEqual(['notes:read', 'notes:write'])
  const again = await browser.submit(page, '/authorize/decide', { decision: 'approve', scope: [] })
  expect(again.status).toBe(400)
  expect(visibleText(again)).toContain('leave at least one permission ticked')
  expect(ticksOf(again.body)).toEqual([])
  const sent = await browser.submit(again, '/authorize/decide', { decision: 'approve', scope: 'notes:write' })
  const code = new URL(String(sent.headers['location'])).searchParams.get('code') ?? ''
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'authorization.approved', narrowed: true }))
  const { json } = await app.redeem(code)
  expect(json['scope']).toBe('notes:write')
  expect((await app.refresh(json['refresh_token'])).json['scope']).toBe('notes:write')
})

test('denying needs no box', async () => {
  const house = await openHouse()
  const { device, deviceCode, browser, page } = await asked(house)
  await browser.submit(page, '/device/decide', { decision: 'deny', scope: [] })
  expect((await device.poll(deviceCode)).json['error']).toBe('access_denied')
})

function ticksOf(body: string): string[] {
  return [...body.matchAll(/name="scope" value="([^"]*)" checked/g)].map(([, scope]) => scope as string)
}

function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
