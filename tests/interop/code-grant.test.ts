/** The code grant as other people's clients do it, unmodified: PKCE, the issuer in the answer, pushed requests, DPoP, refreshing. */
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { startAuthority } from './live-authority.ts'

const CALLBACK = 'http://127.0.0.1:4711/callback'
const resources = [{ resource: 'https://api.example/', name: 'API', scopes: { read: 'Read' } }]

async function configure(issuer: string) {
  const options = { execute: [openid.allowInsecureRequests], algorithm: 'oauth2' as const }
  const config = await openid.discovery(new URL(issuer), 'code-app', undefined, openid.None(), options)
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const parameters = {
    redirect_uri: CALLBACK,
    scope: 'read',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: openid.randomState(),
  }
  return { config, parameters, checks: { pkceCodeVerifier, expectedState: parameters.state } }
}

verifies(['rfc9207-2.3-advertise', 'rfc9700-2.1.1-pkce-support'], 'openid-client: code, refresh, userinfo', async () => {
  const { issuer, answer, subject } = await startAuthority({ resources })
  const { config, parameters, checks } = await configure(issuer)
  expect(config.serverMetadata().supportsPKCE()).toBe(true)
  const request = openid.buildAuthorizationUrl(config, parameters)
  const back = await answer(request)
  const tokens = await openid.authorizationCodeGrant(config, back, checks)
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read' })
  const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
  expect(await openid.fetchUserInfo(config, refreshed.access_token, subject)).toMatchObject({ preferred_username: 'ada' })
  await expect(openid.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'invalid_grant' })
  // The answer of somebody else's server, or one that lost its issuer, is refused by the client before anything is sent.
  back.searchParams.set('iss', 'https://evil.example')
  await expect(openid.authorizationCodeGrant(config, back, checks)).rejects.toThrow()
  back.searchParams.delete('iss')
  await expect(openid.authorizationCodeGrant(config, back, checks)).rejects.toThrow()
})

test('openid-client: a pushed request and DPoP; the key binds code, tokens and refreshing', async () => {
  const { issuer, answer, subject } = await startAuthority({ resources })
  const { config, parameters, checks } = await configure(issuer)
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  const back = await answer(await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP }))
  const thief = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  await expect(openid.authorizationCodeGrant(config, back, checks, {}, { DPoP: thief })).rejects.toMatchObject({ error: 'invalid_grant' })
  const tokens = await openid.authorizationCodeGrant(config, back, checks, {}, { DPoP })
  expect(tokens.token_type).toBe('dpop')
  const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP })
  expect(await openid.fetchUserInfo(config, refreshed.access_token, subject, { DPoP })).toMatchObject({ sub: subject })
  await expect(openid.refreshTokenGrant(config, String(refreshed.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('openid-client: a denial and a wrong request reach the client as errors it understands', async () => {
  const { issuer, answer } = await startAuthority({ resources })
  const { config, parameters, checks } = await configure(issuer)
  const back = await answer(openid.buildAuthorizationUrl(config, parameters), 'deny')
  await expect(openid.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'access_denied' })
  const reply = await fetch(openid.buildAuthorizationUrl(config, { ...parameters, scope: 'write' }), { redirect: 'manual' })
  const refused = new URL(String(reply.headers.get('location')))
  expect([refused.origin, refused.pathname]).toEqual(['http://127.0.0.1:4711', '/callback'])
  await expect(openid.authorizationCodeGrant(config, refused, checks)).rejects.toMatchObject({ error: 'invalid_scope' })
})

test('oauth4webapi: every exchange judged by it, with dpop_jkt, a resource and a JWT that it validates', async () => {
  const { issuer, answer } = await startAuthority({ resources })
  const options = { [oauth.allowInsecureRequests]: true }
  const client: oauth.Client = { client_id: 'code-app' }
  const url = new URL(issuer)
  const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...options, algorithm: 'oauth2' }))
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const verifier = oauth.generateRandomCodeVerifier()
  const request = new URL(String(as.authorization_endpoint))
  request.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'read',
    resource: 'https://api.example/',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    dpop_jkt: await DPoP.calculateThumbprint(),
  }).toString()
  const answered = oauth.validateAuthResponse(as, client, await answer(request), oauth.expectNoState)
  const redeem = (more: object) =>
    oauth.authorizationCodeGrantRequest(as, client, oauth.None(), answered, CALLBACK, verifier, { ...options, ...more })
  await expect(redeem({}).then((reply) => oauth.processAuthorizationCodeResponse(as, client, reply))).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, await redeem({ DPoP }))
  expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'read' })
  const again = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), String(tokens.refresh_token), { ...options, DPoP })
  const refreshed = await oauth.processRefreshTokenResponse(as, client, again)
  let seen: Request | undefined
  await oauth.protectedResourceRequest(refreshed.access_token, 'GET', new URL('https://api.example/notes'), undefined, null, {
    DPoP,
    [oauth.customFetch]: async (to, init) => ((seen = new Request(to, init as RequestInit)), new Response('ok')),
  })
  const claims = await oauth.validateJwtAccessToken(as, seen as Request, 'https://api.example/', options)
  expect(claims).toMatchObject({ client_id: 'code-app', cnf: { jkt: await DPoP.calculateThumbprint() } })
})
