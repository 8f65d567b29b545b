import { addClient, setAccountDisabled } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, type House, NOTES, openHouse, resources } from './house.ts'
import { decide } from './person.ts'

async function opened(format: 'jwt' | 'opaque' = 'jwt', key: 'ES256' | 'none' = 'none') {
  const house = await openHouse({ resources: resources.map((resource) => ({ ...resource, accessTokens: format })) })
  const { secret } = await addClient(house, { id: 'notes-server', name: 'Notes server', confidential: true, resources: [NOTES] })
  const device = await house.device(key)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  await decide(house, userCode, 'approve')
  const { json: tokens } = await device.poll(deviceCode)
  const ask = async (token: unknown, form: Record<string, string> = {}) =>
    house.post('/introspect', { client_id: 'notes-server', client_secret: String(secret), token: String(token), ...form })
  return { house, device, tokens, ask }
}

const INACTIVE = { active: false }

verifies(
  ['rfc7662-2.1-authenticated-post', 'rfc7662-4-all-checks', 'rfc9449-6.1-cnf-jkt'],
  'tells the resource it is meant for all about a living token',
  async () => {
    for (const format of ['jwt', 'opaque'] as const) {
      const { house, tokens, ask } = await opened(format, 'ES256')
      expect(String(tokens['access_token']).split('.')).toHaveLength(format === 'jwt' ? 3 : 1)
      const { status, json } = await ask(tokens['access_token'])
      expect(status).toBe(200)
      expect(json).toMatchObject({
        active: true,
        token_type: 'DPoP',
        aud: NOTES,
        sub: house.subject,
        client_id: CLIENT,
        scope: 'notes:read',
        username: 'ada',
      })
      expect(json['cnf']).toEqual({ jkt: expect.any(String) })
    }
  },
)

verifies('rfc7662-2.1-authenticated-post', 'a caller that does not authenticate learns nothing', async () => {
  const { house, tokens } = await opened()
  const token = String(tokens['access_token'])
  for (const form of [
    { token, client_id: CLIENT },
    { token, client_id: 'notes-server' },
    { token, client_id: 'notes-server', client_secret: 'x' },
  ]) {
    const { status, json } = await house.post('/introspect', form)
    expect([status, json['error']]).toEqual([401, 'invalid_client'])
  }
  expect((await house.send('GET', `/introspect?token=${token}`)).status).toBe(405)
})

verifies(
  'rfc7662-2.2-inactive-minimal',
  'unknown, expired, revoked, disabled, rotated out, or not for the caller: inactive, and nothing else',
  async () => {
    const each: [string, (house: House) => Promise<unknown>][] = [
      ['expired', async (house) => house.clock.advance(900)],
      ['disabled', (house) => setAccountDisabled(house, 'ada', true)],
    ]
    for (const [why, spoil] of each) {
      const { house, tokens, ask } = await opened()
      expect((await ask(tokens['access_token'])).json['active']).toBe(true)
      await spoil(house)
      expect((await ask(tokens['access_token'])).json, why).toEqual(INACTIVE)
    }
    const { house, device, tokens, ask } = await opened()
    expect((await ask('nonsense')).json).toEqual(INACTIVE)
    expect((await ask(`${String(tokens['access_token'])}x`)).json).toEqual(INACTIVE)
    // A refresh token concerns its client only.
    expect((await ask(tokens['refresh_token'])).json).toEqual(INACTIVE)
    const { secret } = await addClient(house, { id: 'other-api', name: 'Other', confidential: true, resources: ['https://other.example/'] })
    const foreign = await house.post('/introspect', {
      client_id: 'other-api',
      client_secret: String(secret),
      token: String(tokens['access_token']),
    })
    expect(foreign.json).toEqual(INACTIVE)
    await device.request('/revoke', { client_id: CLIENT, token: String(tokens['refresh_token']) })
    expect((await ask(tokens['access_token'])).json).toEqual(INACTIVE)
  },
)

verifies('rfc7662-2.1-hint-fallback', 'a wrong or unknown hint changes nothing', async () => {
  const { tokens, ask } = await opened()
  for (const hint of ['refresh_token', 'access_token', 'nonsense']) {
    expect((await ask(tokens['access_token'], { token_type_hint: hint })).json['active']).toBe(true)
  }
})

test('a confidential client may ask about its own tokens, both kinds', async () => {
  const house = await openHouse()
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true })
  const credentials = { client_id: 'office', client_secret: String(secret) }
  const device = await house.device('none', 'office')
  const { deviceCode, userCode } = await device.start(credentials)
  await decide(house, userCode, 'approve')
  const { json: tokens } = await device.poll(deviceCode, credentials)
  for (const kind of ['access_token', 'refresh_token']) {
    expect((await house.post('/introspect', { ...credentials, token: String(tokens[kind]) })).json['active']).toBe(true)
  }
  await device.refresh(tokens['refresh_token'], credentials)
  expect((await house.post('/introspect', { ...credentials, token: String(tokens['refresh_token']) })).json).toEqual(INACTIVE)
})

test('an opaque token of another authority, or a changed one, is not ours', async () => {
  const { tokens, ask } = await opened('opaque')
  const token = String(tokens['access_token'])
  const other = await opened('opaque')
  expect((await ask(token)).json['active']).toBe(true)
  expect((await ask(`${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`)).json).toEqual(INACTIVE)
  expect((await ask(`${token}A`)).json).toEqual(INACTIVE)
  expect((await other.ask(token)).json).toEqual(INACTIVE)
})
