import { addClient } from '@countersign/authority'
import { decodeJwt } from '@countersign/proof'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, type House, NOTES, openHouse, resources } from './house.ts'
import { decide, openBrowser } from './person.ts'

const MAIL = 'https://mail.example/mcp'
const mail = { resource: MAIL, name: 'Mail', scopes: { 'mail:read': 'Read your mail' } }

/** A form with both resources: URLSearchParams of an object could not repeat the name. */
const both = (form: Record<string, string>) =>
  `${new URLSearchParams(form).toString()}&resource=${encodeURIComponent(NOTES)}&resource=${encodeURIComponent(MAIL)}`

const claimsOf = (json: Record<string, unknown>) => decodeJwt(String(json['access_token']))?.claims

async function signedIn(house: House, form: Record<string, string>) {
  const device = await house.device()
  const { deviceCode, userCode } = await device.start(form)
  await decide(house, userCode, 'approve')
  return { device, ...(await device.poll(deviceCode)) }
}

verifies(
  ['rfc6750-5.3-short-lived', 'seed-000-short-access-token', 'rfc8707-2-audience', 'rfc9068-3-default-aud'],
  'a token lives 15 minutes and names one resource, the only one there is when none was named',
  async () => {
    const house = await openHouse()
    const { json } = await signedIn(house, {})
    const claims = claimsOf(json)
    expect(json['expires_in']).toBe(900)
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(900)
    expect(claims?.['aud']).toBe(NOTES)
    for (const accessTokenLife of [59, 3601])
      await expect(openHouse({ settings: { accessTokenLife } })).rejects.toThrow('"accessTokenLife"')
  },
)

verifies(
  'rfc9068-3-default-aud',
  'with several resources and none named there is nothing to assume; with none at all the issuer is the resource',
  async () => {
    const several = await openHouse({ resources: [...resources, mail] })
    const ambiguous = await several.post('/device_authorization', { client_id: CLIENT, scope: 'notes:read mail:read' })
    expect([ambiguous.status, ambiguous.json['error']]).toEqual([400, 'invalid_target'])
    const { json } = await signedIn(await openHouse({ resources: [] }), {})
    expect(claimsOf(json)).toMatchObject({ aud: 'https://auth.example' })
  },
)

verifies(
  'rfc6749-3.3-scope-default-or-fail',
  'without a scope: the default of the resource, all of it, or a refusal, as the operator chose',
  async () => {
    const [notes] = resources
    const opened = async (defaultScope: readonly string[] | undefined) => {
      const rest = { resource: NOTES, name: 'Notes', scopes: notes?.scopes ?? {} }
      const house = await openHouse({ resources: [{ ...rest, ...(defaultScope === undefined ? {} : { defaultScope }) }] })
      return house.post('/device_authorization', { client_id: CLIENT })
    }
    expect((await opened(['notes:read'])).status).toBe(200)
    expect((await opened(undefined)).status).toBe(200)
    const refused = await opened([])
    expect([refused.status, refused.json['error']]).toEqual([400, 'invalid_scope'])
  },
)

verifies(
  ['rfc9068-2.2.3-scope-claim', 'rfc9700-2.3-audience-privilege', 'rfc8707-2.2-subset-of-grant'],
  'a token for one of two resources carries the scopes of that one; several audiences only when asked and approved',
  async () => {
    const house = await openHouse({ resources: [...resources, mail] })
    const started = await house.post('/device_authorization', both({ client_id: CLIENT, scope: 'notes:read mail:read' }))
    await decide(house, String(started.json['user_code']), 'approve')
    const device = await house.device()
    const { json: tokens } = await device.poll(String(started.json['device_code']), { resource: MAIL })
    expect(claimsOf(tokens)).toMatchObject({ aud: MAIL, scope: 'mail:read' })
    expect(tokens['scope']).toBe('mail:read')
    const notes = await device.refresh(tokens['refresh_token'], { resource: NOTES })
    expect(claimsOf(notes.json)).toMatchObject({ aud: NOTES, scope: 'notes:read' })
    const all = await device.refresh(notes.json['refresh_token'])
    expect(claimsOf(all.json)).toMatchObject({ aud: [NOTES, MAIL], scope: 'notes:read mail:read' })
  },
)

verifies(
  'rfc8628-5.6-public-client',
  'knowing the client id of a public client skips nothing: every sign-in is decided by a person',
  async () => {
    const house = await openHouse()
    expect((await house.store.read('client', CLIENT))?.value).toMatchObject({ authentication: 'none' })
    await signedIn(house, {})
    const device = await house.device()
    const second = await device.start()
    expect((await device.poll(second.deviceCode)).json['error']).toBe('authorization_pending')
    const browser = openBrowser(house)
    await browser.signIn()
    const page = await browser.enter(second.userCode)
    expect(page.body).toContain('value="approve"')
    house.clock.advance(5)
    expect((await device.poll(second.deviceCode)).json['error']).toBe('authorization_pending')
  },
)

verifies('rfc10027-6.1.9-limited-scopes', 'a client is given no scope beyond its ceiling, asked or not', async () => {
  const house = await openHouse({ resources: resources.map(({ defaultScope: _, ...rest }) => rest) })
  await addClient(house, { id: 'reader', name: 'Reader', scopes: ['notes:read'] })
  expect((await house.post('/device_authorization', { client_id: 'reader', scope: 'notes:write' })).json['error']).toBe('invalid_scope')
  const device = await house.device('none', 'reader')
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  expect((await device.poll(deviceCode)).json['scope']).toBe('notes:read')
})
