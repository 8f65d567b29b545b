/** oauth4webapi v3, unmodified, against our authority: each exchange made and judged by it. */
import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { startAuthority } from './live-authority.ts'

const options = { [oauth.allowInsecureRequests]: true }

async function discover(issuer: string) {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...options, algorithm: 'oauth2' }))
}

test('discovery, device authorization, pending, tokens, refresh, JWT access token validation', async () => {
  const { issuer, decide } = await startAuthority({
    resources: [{ resource: 'https://api.example/', name: 'API', scopes: { read: 'Read' } }],
  })
  const as = await discover(issuer)
  const client = { client_id: 'device-app' }
  const parameters = new URLSearchParams({ scope: 'read', resource: 'https://api.example/' })
  const started = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), parameters, options)
  const device = await oauth.processDeviceAuthorizationResponse(as, client, started)
  const poll = async () =>
    oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, options))
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending', status: 400 })
  await expect(poll()).rejects.toMatchObject({ error: 'slow_down', status: 400 })
  await decide(device.user_code, 'approve')
  const tokens = await poll()
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read' })
  await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' })
  const request = new Request('https://api.example/notes', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  const claims = await oauth.validateJwtAccessToken(as, request, 'https://api.example/', options)
  expect(claims).toMatchObject({ client_id: 'device-app', scope: 'read' })
}, 20_000)

test('refresh with DPoP, validated as a resource server would', async () => {
  const { issuer, decide } = await startAuthority({
    resources: [{ resource: 'https://api.example/', name: 'API', scopes: { read: 'Read' } }],
  })
  const as = await discover(issuer)
  const client = { client_id: 'device-app' }
  const keys = await oauth.generateKeyPair('ES256', { extractable: true })
  const DPoP = oauth.DPoP({}, keys)
  const started = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), new URLSearchParams({ scope: 'read' }), options)
  const device = await oauth.processDeviceAuthorizationResponse(as, client, started)
  await decide(device.user_code, 'approve')
  const granted = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, { ...options, DPoP })
  const tokens = await oauth.processDeviceCodeResponse(as, client, granted)
  const answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), String(tokens.refresh_token), { ...options, DPoP })
  const refreshed = await oauth.processRefreshTokenResponse(as, client, answer)
  expect(refreshed).toMatchObject({ token_type: 'dpop', scope: 'read' })
  let seen: Request | undefined
  await oauth.protectedResourceRequest(refreshed.access_token, 'GET', new URL('https://api.example/notes'), undefined, null, {
    DPoP,
    [oauth.customFetch]: async (url, init) => ((seen = new Request(url, init as RequestInit)), new Response('ok')),
  })
  const claims = await oauth.validateJwtAccessToken(as, seen as Request, 'https://api.example/', options)
  expect(claims.cnf?.jkt).toMatch(/^[\w-]{43}$/)
}, 20_000)
