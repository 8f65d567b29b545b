import { addClient, change, findClient, type Settings } from '@countersign/authority'
import { decodeJwt } from '@countersign/proof'
import { CLIENT_CREDENTIALS } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../../requirements/verifies.ts'
import { openApp } from './app.ts'
import { type House, openHouse } from './house.ts'
import { decide, openBrowser } from './person.ts'
import { DEVICE_METADATA, registerClient } from './registering.ts'

const HOUR = 3600
const DAY = 86_400
const SHORT: Partial<Settings> = {
  perGrant: {
    device_code: { accessTokenLife: 300, refreshIdle: HOUR, refreshAbsolute: DAY },
    client_credentials: { accessTokenLife: 120 },
  },
}

type Answer = Readonly<Record<string, unknown>>

async function deviceTokens(house: House) {
  const device = await house.device()
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  await decide(house, userCode, 'approve')
  return { ...device, tokens: (await device.poll(deviceCode)).json as Answer }
}

/** As it is told, and as the token has it. */
function lifeOf({ access_token: token, expires_in: told }: Answer): unknown {
  const claims = decodeJwt(String(token))?.claims as { exp: number; iat: number } | undefined
  expect(claims && claims.exp - claims.iat).toBe(told)
  return told
}

verifies(
  'rfc10027-6.1.10-short-lived-tokens',
  'access tokens live as their kind of grant has it, also when they are refreshed',
  async () => {
    const house = await openHouse({ settings: SHORT })
    const { refresh, tokens } = await deviceTokens(house)
    expect(lifeOf(tokens)).toBe(300)
    expect(lifeOf((await refresh(tokens['refresh_token'])).json)).toBe(300)
    const app = await openApp(house)
    const appTokens = (await app.redeem(await app.code())).json
    expect(lifeOf(appTokens)).toBe(900)
    expect(lifeOf((await app.refresh(appTokens['refresh_token'])).json)).toBe(900)
    const { secret } = await addClient(house, { id: 'job', name: 'Job', confidential: true, grantTypes: [CLIENT_CREDENTIALS] })
    const form = { grant_type: CLIENT_CREDENTIALS, client_id: 'job', client_secret: String(secret), scope: 'notes:read' }
    expect(lifeOf((await house.post('/token', form)).json)).toBe(120)
  },
)

verifies(
  'rfc10027-6.1.10-short-lived-tokens',
  'the refresh tokens of a device end sooner when they lie idle, and for good, than those of an application',
  async () => {
    const house = await openHouse({ settings: SHORT })
    const idle = await deviceTokens(house)
    const busy = await deviceTokens(house)
    const app = await openApp(house)
    let appToken = (await app.redeem(await app.code())).json['refresh_token']
    house.clock.advance(HOUR - 1)
    let token = (await busy.refresh(busy.tokens['refresh_token'])).json['refresh_token']
    house.clock.advance(1)
    expect((await idle.refresh(idle.tokens['refresh_token'])).json['error']).toBe('invalid_grant')
    for (let hours = 1; hours < 24; hours++) {
      house.clock.advance(HOUR - 90)
      const { json, status } = await busy.refresh(token)
      expect(status, `after ${hours} hours`).toBe(200)
      token = json['refresh_token']
    }
    // Used half an hour ago, and a day old.
    house.clock.advance(2100)
    expect((await busy.refresh(token)).json['error']).toBe('invalid_grant')
    // It has not been used for a day, and may not be for another twelve.
    const renewed = await app.refresh(appToken)
    expect(renewed.status).toBe(200)
    appToken = renewed.json['refresh_token']
    house.clock.advance(13 * DAY)
    expect((await app.refresh(appToken)).status).toBe(200)
  },
)

test('what a kind of grant does not say is as for all; a grant from before there were kinds goes on', async () => {
  const house = await openHouse({
    settings: { accessTokenLife: 600, refreshIdle: 2 * HOUR, perGrant: { device_code: { refreshIdle: 3 * HOUR } } },
  })
  const { refresh, tokens } = await deviceTokens(house)
  expect(lifeOf(tokens)).toBe(600)
  house.clock.advance(3 * HOUR - 1)
  const second = (await refresh(tokens['refresh_token'])).json
  const grantId = String(decodeJwt(String(second['access_token']))?.claims['grant_id'])
  await change(house.store, 'grant', grantId, (grant) => {
    if (grant === undefined) throw new Error('there is a grant')
    const { kind: _, ...old } = grant
    return { swapIn: old, answer: undefined }
  })
  expect(lifeOf((await refresh(second['refresh_token'])).json)).toBe(600)
})

test('a person is told of the longest life that what was revoked may still have', async () => {
  const house = await openHouse({
    settings: { accessTokenLife: 600, perGrant: { device_code: { accessTokenLife: 120 }, authorization_code: { accessTokenLife: 1800 } } },
  })
  await deviceTokens(house)
  const browser = openBrowser(house)
  await browser.signIn('ada', 'correct horse', '/devices')
  const page = await browser.submit(await browser.get('/devices'), '/devices/revoke', {})
  expect(visibleText(page)).toContain('ends within 30 minutes')
})

test.each([
  [{ device_code: { accessTokenLife: 59 } }, 'accessTokenLife'],
  [{ authorization_code: { refreshIdle: 401 * DAY } }, 'refreshIdle'],
  [{ device_code: { refreshAbsolute: Number.NaN } }, 'refreshAbsolute'],
  [{ client_credentials: { accessTokenLife: 3601 } }, 'accessTokenLife'],
])('a life out of its bounds is refused for a kind of grant too: %o', async (perGrant, name) => {
  await expect(openHouse({ settings: { perGrant } })).rejects.toThrow(`setting "${name}" must be between`)
})

test('a grant is remembered for as long as an access token of its kind may live', async () => {
  const short = { accessTokenLife: 60, refreshIdle: 60, refreshAbsolute: 60, afterlife: 60 }
  const house = await openHouse({ settings: { ...short, perGrant: { device_code: { accessTokenLife: HOUR } } } })
  await deviceTokens(house)
  const remembered = async () => (await house.store.list('grant', house.subject, 10)).length
  house.clock.advance(HOUR + 119)
  expect(await remembered()).toBe(1)
  house.clock.advance(1)
  expect(await remembered()).toBe(0)
})

test('a client that registered itself is kept for as long as what any kind of grant gave it may lie idle', async () => {
  const settings: Partial<Settings> = { registration: 'open', perGrant: { device_code: { refreshIdle: 200 * DAY } } }
  const house = await openHouse({ settings })
  const { id } = await registerClient(house, DEVICE_METADATA)
  house.clock.advance(200 * DAY - 1)
  expect(await findClient(house, id)).toBeDefined()
  house.clock.advance(1)
  expect(await findClient(house, id)).toBeUndefined()
})
