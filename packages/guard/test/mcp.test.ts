import {
  type AuthInfo,
  McpServer,
  OAuthError as SdkOAuthError,
  type OAuthTokenVerifier,
  requireBearerAuth,
  type ScopeChallengeHandler,
} from '@modelcontextprotocol/server'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { mcpRequireScope, mcpTokenVerifier, toAuthInfo } from '../src/mcp.ts'
import { bearer, createWorld, METADATA, RESOURCE } from './world.ts'

test('an access becomes the SDK AuthInfo', async () => {
  const { verify, issuer } = await createWorld()
  const token = await issuer.mint()
  // Compiles only while the shapes agree.
  const info: AuthInfo = toAuthInfo(await verify(bearer(token)))
  expect(info).toEqual({
    token,
    clientId: 'cli',
    scopes: ['notes:read', 'notes:write'],
    expiresAt: 1_800_000_900,
    resource: new URL(RESOURCE),
    resourceMetadataUrl: METADATA,
    extra: { issuer: 'https://issuer.example', subject: 'ada', grantId: 'grant-1' },
  })
})

test('the SDK gate takes our verifier, and turns its refusals into 401 and 403', async () => {
  // The SDK compares the end of the token with the real clock.
  const { guard, issuer } = await createWorld({ clock: { now: () => Date.now() } })
  const seconds = Math.floor(Date.now() / 1000)
  const verifier: OAuthTokenVerifier = mcpTokenVerifier(guard, SdkOAuthError)
  const gate = requireBearerAuth({
    verifier,
    requiredScopes: ['notes:read'],
    resourceMetadataUrl: guard.metadataUrl,
    expectedResource: new URL(RESOURCE),
  })
  const ask = async (changes: object) =>
    gate(new Request(RESOURCE, { headers: bearer(await issuer.mint({ exp: seconds + 60, ...changes })) }))
  expect(await ask({})).toMatchObject({ clientId: 'cli', extra: { subject: 'ada' } })
  const expired = await ask({ exp: seconds - 60 })
  expect(expired instanceof Response && [expired.status, expired.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ])
  const narrow = await ask({ scope: 'other' })
  expect(narrow instanceof Response && narrow.status).toBe(403)
})

verifies('rfc9449-7.2-no-bearer-downgrade', 'behind the SDK gate, which sees no proof, a bound token is refused', async () => {
  const { guard, issuer, device } = await createWorld()
  const phone = await device()
  const { verifyAccessToken } = mcpTokenVerifier(guard, SdkOAuthError)
  const refused: unknown = await verifyAccessToken(await issuer.mint({ cnf: { jkt: phone.thumbprint } })).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(SdkOAuthError)
  expect(refused).toMatchObject({ code: 'invalid_token' })
  const required = await createWorld({ dpop: 'require' })
  const bearerOnly = mcpTokenVerifier(required.guard, SdkOAuthError)
  await expect(bearerOnly.verifyAccessToken(await required.issuer.mint())).rejects.toMatchObject({ code: 'invalid_token' })
})

test('an issuer that is away is no fault of the token, also in the words of the SDK', async () => {
  const { guard, issuer } = await createWorld({ fetch: async () => new Response(null, { status: 500 }) })
  const { verifyAccessToken } = mcpTokenVerifier(guard, SdkOAuthError)
  await expect(verifyAccessToken(await issuer.mint())).rejects.toMatchObject({ code: 'server_error' })
})

verifies('mcp-scope-hierarchy', 'a tool that needs a scope counts what other scopes include', async () => {
  const { guard } = await createWorld({ implies: { admin: ['notes:read', 'notes:write'] } })
  const needs: ScopeChallengeHandler = mcpRequireScope(guard, 'notes:read', 'notes:write')
  const request = { jsonrpc: '2.0', id: 1, method: 'tools/call' } as const
  const ask = (scopes: string[]) => needs({ request, authInfo: { token: 't', clientId: 'c', scopes } })
  expect(ask(['admin'])).toBeUndefined()
  expect(ask(['notes:read', 'notes:write'])).toBeUndefined()
  // All scopes of the operation, not only the missing one.
  expect(ask(['notes:read'])).toEqual({ scopes: ['notes:read', 'notes:write'] })
  expect(needs({ request })).toBeUndefined()
  const server = new McpServer({ name: 'test', version: '1.0.0' })
  server.registerTool('write', { scopeChallenge: needs }, () => ({ content: [] }))
})
