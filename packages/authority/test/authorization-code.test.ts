import { setAccountDisabled } from '@countersign/authority'
import { codeChallengeOf, decodeJwt } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { allAtOnce, answerOf, openApp, VERIFIER } from './app.ts'
import { ISSUER, NOTES, openHouse } from './house.ts'

const OTHER = 'https://other.example/'

async function open(...more: Parameters<typeof openApp> extends [unknown, ...infer Rest] ? Rest : never) {
  const house = await openHouse()
  return { house, app: await openApp(house, ...more) }
}
const claimsOf = (token: unknown) => decodeJwt(String(token))?.claims

test('from the request in the browser to tokens, and on to refreshed ones', async () => {
  const { house, app } = await open()
  const { json, status } = await app.redeem(await app.code())
  expect(status).toBe(200)
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'notes:read', refresh_token: expect.any(String) })
  expect(claimsOf(json['access_token'])).toMatchObject({
    iss: ISSUER,
    sub: house.subject,
    aud: NOTES,
    client_id: 'notes-app',
    scope: 'notes:read',
  })
  const refreshed = await app.refresh(json['refresh_token'])
  expect(refreshed.json).toMatchObject({ scope: 'notes:read', access_token: expect.any(String) })
  expect(house.events.map(({ type }) => type).filter((type) => type.startsWith('authorization.'))).toEqual([
    'authorization.opened',
    'authorization.approved',
    'authorization.redeemed',
  ])
})

test('neither code nor request id nor state of the browser is in the store; the code is there as the digest of a digest', async () => {
  const house = await openHouse()
  const written: string[] = []
  const { insert, swap, swapAndInsert } = house.store
  Object.assign(house.store, {
    insert: (row: object) => (written.push(JSON.stringify(row)), insert(row as never)),
    swap: (change: object) => (written.push(JSON.stringify(change)), swap(change as never)),
    swapAndInsert: (...both: object[]) => (written.push(JSON.stringify(both)), swapAndInsert(...(both as [never, never]))),
  })
  const app = await openApp(house)
  const code = await app.code()
  const row = await house.digest('authorization_code_row', code)
  expect(written.join()).toContain(row)
  expect(written.join()).not.toContain(code)
  expect((await app.redeem(code)).status).toBe(200)
  expect(code).toMatch(/^[\w-]{43}$/)
})

verifies('rfc9700-2.1.1-pkce-support', 'a code is worth nothing without the verifier of its challenge', async () => {
  const { house, app } = await open()
  const code = await app.code()
  expect((await app.redeem(code, { code_verifier: undefined })).json['error']).toBe('invalid_request')
  for (const code_verifier of [`${VERIFIER}x`, VERIFIER.slice(0, 43), 'short', `${VERIFIER} `, 'x'.repeat(129)]) {
    expect((await app.redeem(code, { code_verifier })).json['error'], code_verifier).toBe('invalid_grant')
  }
  // The challenge itself travelled through the browser: it must not do as its own verifier.
  const challenge = new URLSearchParams(app.address().split('?')[1]).get('code_challenge') ?? ''
  expect((await app.redeem(code, { code_verifier: challenge })).json['error']).toBe('invalid_grant')
  expect(house.events.filter(({ type }) => type === 'authorization.mismatched').length).toBe(6)
  // RFC 7636 section 4.1: a verifier that is too short to be unguessable is none, even if it fits.
  const guessable = await app.code({ code_challenge: await codeChallengeOf(house.suite, 'abc') })
  expect((await app.redeem(guessable, { code_verifier: 'abc' })).json['error']).toBe('invalid_grant')
  expect((await app.redeem(code)).status).toBe(200)
})

test('a redirect URI sent along must be the one the code went to; left out is fine', async () => {
  const { app } = await open({ redirectUris: ['http://127.0.0.1/callback'] })
  const redirect_uri = 'http://127.0.0.1:4711/callback'
  const code = await app.code({ redirect_uri })
  for (const other of ['http://127.0.0.1/callback', 'http://127.0.0.1:4712/callback', `${redirect_uri}/`]) {
    expect((await app.redeem(code, { redirect_uri: other })).json['error'], other).toBe('invalid_grant')
  }
  expect((await app.redeem(code, { redirect_uri })).status).toBe(200)
  expect((await app.redeem(await app.code({ redirect_uri }), { redirect_uri: undefined })).status).toBe(200)
})

verifies(
  ['rfc6749-5.2-invalid-grant', 'rfc6749-5.2-unauthorized-client'],
  'a code belongs to its client; whoever else brings it changes nothing',
  async () => {
    const { house, app } = await open()
    const other = await openApp(house, { id: 'other-app' })
    const code = await app.code()
    const foreign = await other.redeem(code)
    const unknown = await app.redeem('x'.repeat(43))
    expect([foreign.status, foreign.json]).toEqual([unknown.status, unknown.json])
    expect(foreign.json['error']).toBe('invalid_grant')
    expect((await app.redeem(code, { client_id: 'countersign-cli' })).json['error']).toBe('unauthorized_client')
    expect((await app.redeem(code)).status).toBe(200)
  },
)

test('a code lives for sixty seconds', async () => {
  const { house, app } = await open()
  const code = await app.code()
  house.clock.advance(59)
  expect((await app.redeem(code)).status).toBe(200)
  const late = await app.code()
  house.clock.advance(60)
  expect((await app.redeem(late)).json['error']).toBe('invalid_grant')
})

verifies('rfc6749-5.2-invalid-grant', 'a code that comes back after it was redeemed ends the grant it minted', async () => {
  const { house, app } = await open()
  const code = await app.code()
  const { json } = await app.redeem(code)
  // Seen on the way, without the verifier, it ends nothing: else anybody who saw it could sign the person out.
  expect((await app.redeem(code, { code_verifier: `${VERIFIER}x` })).json['error']).toBe('invalid_grant')
  const userinfo = () => house.send('GET', '/userinfo', { headers: { authorization: `Bearer ${String(json['access_token'])}` } })
  expect((await userinfo()).status).toBe(200)
  house.clock.advance(300)
  expect((await app.redeem(code)).json['error']).toBe('invalid_grant')
  expect((await userinfo()).status).toBe(401)
  expect((await app.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
  expect(house.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['authorization.replayed', 'grant.revoked']))
})

test('of fifty redemptions at once, one succeeds, and its grant lives', async () => {
  const { house, app } = await open()
  const code = await app.code()
  allAtOnce(house, 50)
  const replies = await Promise.all(Array.from({ length: 50 }, () => app.redeem(code)))
  const won = replies.filter(({ status }) => status === 200)
  expect(won.length).toBe(1)
  expect(replies.filter(({ json }) => json['error'] === 'invalid_grant').length).toBe(49)
  expect((await house.store.list('grant', house.subject, 100)).length).toBe(1)
  expect((await app.refresh(won[0]?.json['refresh_token'])).status).toBe(200)
})

test('an account that was disabled after the approval gets nothing', async () => {
  const { house, app } = await open()
  const code = await app.code()
  await setAccountDisabled(house, 'ada', true)
  expect((await app.redeem(code)).json['error']).toBe('invalid_grant')
})

verifies(
  ['rfc8707-2.2-subset-of-grant', 'rfc8707-2-audience', 'rfc8707-2-invalid-target'],
  'the resource is named when asking, may be narrowed when redeeming, and never widened',
  async () => {
    const house = await openHouse({
      resources: [
        { resource: NOTES, name: 'Notes', scopes: { read: 'Read' } },
        { resource: OTHER, name: 'Other', scopes: { read: 'Read' } },
        { resource: 'https://third.example/', name: 'Third', scopes: { read: 'Read' } },
      ],
    })
    const app = await openApp(house)
    const code = async () => app.code({ scope: 'read', resource: NOTES })
    expect((await app.redeem(await code(), { resource: OTHER })).json['error']).toBe('invalid_target')
    const one = await app.redeem(await code(), { resource: NOTES })
    expect(claimsOf(one.json['access_token'])).toMatchObject({ aud: NOTES })
    const several = new URLSearchParams(app.address({ scope: 'read' }).split('?')[1])
    several.append('resource', OTHER)
    const pushed = await house.post('/par', several.toString())
    const both = (await app.ask({ request_uri: String(pushed.json['request_uri']) })).parameters['code'] ?? ''
    const redeemed = await app.redeem(both, { resource: OTHER })
    expect(claimsOf(redeemed.json['access_token'])).toMatchObject({ aud: OTHER })
    expect(claimsOf((await app.refresh(redeemed.json['refresh_token'])).json['access_token'])).toMatchObject({ aud: [NOTES, OTHER] })
    const unknown = await house.send('GET', app.address({ scope: 'read', resource: 'https://unknown.example/' }))
    expect(answerOf(unknown).parameters['error']).toBe('invalid_target')
  },
)

verifies(
  ['rfc9449-5-token-type-dpop', 'rfc9449-5-refresh-bound-public', 'rfc9449-6.1-cnf-jkt'],
  'a proof at the token request binds the tokens and the family to its key',
  async () => {
    const { house, app } = await open({}, 'ES256')
    const { json } = await app.redeem(await app.code())
    expect(json['token_type']).toBe('DPoP')
    expect(claimsOf(json['access_token'])).toMatchObject({ cnf: { jkt: app.thumbprint } })
    const form = { grant_type: 'refresh_token', client_id: 'notes-app', refresh_token: String(json['refresh_token']) }
    expect((await house.post('/token', form)).json['error']).toBe('invalid_grant')
    expect((await app.refresh(json['refresh_token'])).json['token_type']).toBe('DPoP')
  },
)

test('a code asked for under a key (dpop_jkt) is redeemed with that key only (RFC 9449 section 10)', async () => {
  const { house, app } = await open({}, 'ES256')
  const code = await app.code({ dpop_jkt: app.thumbprint })
  const body = { grant_type: 'authorization_code', client_id: 'notes-app', code, code_verifier: VERIFIER }
  expect((await house.post('/token', body)).json['error']).toBe('invalid_grant')
  const thief = await house.device('ES256', 'notes-app')
  expect((await thief.request('/token', body)).json['error']).toBe('invalid_grant')
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'authorization.mismatched', what: 'key' }))
  expect((await app.redeem(code)).json['token_type']).toBe('DPoP')
})

test('a confidential client authenticates, and a code alone does not do', async () => {
  const { app } = await open({ confidential: true })
  const code = await app.code()
  expect((await app.redeem(code, { client_secret: undefined })).json['error']).toBe('invalid_client')
  expect((await app.redeem(code, { client_secret: 'wrong' })).json['error']).toBe('invalid_client')
  expect((await app.redeem(code)).status).toBe(200)
})

test('a client that may not refresh gets no refresh token', async () => {
  const { app } = await open({ grantTypes: ['authorization_code'] })
  expect((await app.redeem(await app.code())).json).not.toHaveProperty('refresh_token')
})
