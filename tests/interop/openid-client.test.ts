/** openid-client v6, unmodified, against our authority. */
import * as openid from 'openid-client'
import { expect, test } from 'vitest'
import { startAuthority } from './live-authority.ts'

const quick = { execute: [openid.allowInsecureRequests] }
// One second between polls keeps the test short; the client obeys whatever it is told.

test('device login, refresh, revocation and userinfo with plain Bearer tokens', async () => {
  const { issuer, decide, subject } = await startAuthority()
  const config = await openid.discovery(new URL(issuer), 'device-app', undefined, openid.None(), { ...quick, algorithm: 'oauth2' })
  const device = await openid.initiateDeviceAuthorization(config, {})
  const polling = openid.pollDeviceAuthorizationGrant(config, device)
  await decide(device.user_code, 'approve')
  const tokens = await polling
  expect(tokens.token_type).toBe('bearer')
  const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
  expect(refreshed.access_token).not.toBe(tokens.access_token)
  const info = await openid.fetchUserInfo(config, refreshed.access_token, subject)
  expect(info).toMatchObject({ sub: subject, preferred_username: 'ada' })
  await openid.tokenRevocation(config, String(refreshed.refresh_token))
  await expect(openid.refreshTokenGrant(config, String(refreshed.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' })
}, 20_000)

test('device login and refresh with DPoP: its key binds everything', async () => {
  const { issuer, decide, subject } = await startAuthority()
  const config = await openid.discovery(new URL(issuer), 'device-app', undefined, openid.None(), { ...quick, algorithm: 'oauth2' })
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  const device = await openid.initiateDeviceAuthorization(config, {})
  const polling = openid.pollDeviceAuthorizationGrant(config, device, undefined, { DPoP })
  await decide(device.user_code, 'approve')
  const tokens = await polling
  expect(tokens.token_type).toBe('dpop')
  const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP })
  expect(refreshed.token_type).toBe('dpop')
  expect(await openid.fetchUserInfo(config, refreshed.access_token, subject, { DPoP })).toMatchObject({ sub: subject })
  await expect(openid.refreshTokenGrant(config, String(refreshed.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' })
}, 20_000)

test('a denial reaches the client as access_denied', async () => {
  const { issuer, decide } = await startAuthority()
  const config = await openid.discovery(new URL(issuer), 'device-app', undefined, openid.None(), { ...quick, algorithm: 'oauth2' })
  const device = await openid.initiateDeviceAuthorization(config, {})
  const polling = openid.pollDeviceAuthorizationGrant(config, device)
  await Promise.all([expect(polling).rejects.toMatchObject({ error: 'access_denied' }), decide(device.user_code, 'deny')])
}, 20_000)
