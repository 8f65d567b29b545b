/**
 * A person, or whatever sits in the browser, changes the boxes of the decision page: scopes that were not asked for, other resources'
 * scopes, scopes the client may not have, repeated and misspelt ones. The form may take away and never add.
 */
import { addClient } from '@countersign/authority'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHouse, resources } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const mail = { resource: 'https://mail.example/mcp', name: 'Mail', scopes: { 'mail:send': 'Send mail in your name' } }

verifies('seed-000-scope-not-exceed-request', 'whatever the form says, what is granted is what was asked for and ticked', async () => {
  const house = await openHouse({ resources: [...resources, mail], settings: { codesPerMinute: 10_000 } })
  const device = await house.device()
  const browser = openBrowser(house)
  await browser.signIn()
  const known = ['notes:read', 'notes:write', 'mail:send', 'admin', 'notes:read notes:write', 'NOTES:WRITE', '*', 'notes:write ']
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(['notes:read', 'notes:write'], { minLength: 1 }),
      fc.array(fc.constantFrom(...known)),
      async (asked, sent) => {
        const { deviceCode, userCode } = await device.start({ scope: asked.join(' '), resource: resources[0]?.resource ?? '' })
        const page = await browser.enter(userCode)
        const answer = await browser.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', scope: sent })
        const expected = asked.filter((scope) => sent.includes(scope))
        expect(answer.status).toBe(expected.length === 0 ? 400 : 200)
        const { json } = await device.poll(deviceCode)
        expect(json['scope'] ?? json['error']).toBe(expected.length === 0 ? 'authorization_pending' : expected.join(' '))
      },
    ),
    { numRuns: 60 },
  )
})

test('the ceiling of a client holds before any box is shown, and behind it', async () => {
  const house = await openHouse()
  await addClient(house, { id: 'reader', name: 'Reader', scopes: ['notes:read'] })
  const device = await house.device('none', 'reader')
  expect((await device.start({ scope: 'notes:read notes:write' })).json['error']).toBe('invalid_scope')
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  await browser.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', scope: ['notes:read', 'notes:write'] })
  expect((await device.poll(deviceCode)).json['scope']).toBe('notes:read')
})

test('only boxes repeat: every other field that comes twice makes the form worth nothing', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  for (const doubled of [{ decision: ['deny', 'approve'] }, { confirmed: ['no', 'yes'] }, { user_code: [userCode, userCode] }]) {
    const answer = await browser.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', ...doubled })
    expect(answer.status).toBe(400)
  }
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  // At the endpoints of programs a scope is one parameter, as RFC 6749 section 3.2 has it.
  expect((await house.post('/device_authorization', 'client_id=countersign-cli&scope=notes:read&scope=notes:write')).json['error']).toBe(
    'invalid_request',
  )
})
