/**
 * The guard before tokens of an issuer that nobody here wrote (oidc-provider v9): opaque ones, which it asks about, and JWTs, which it verifies
 * with the issuer's keys; both bound to the client's key, and both gone when they are revoked or expire.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { authorizedFetch, discover, keepCredential, login, memoryVault, revoke, tokensOf, vaultName } from '@countersign/client'
import { createGuard } from '@countersign/guard'
import { nodeGuard } from '@countersign/node/guard'
import Provider, { type Configuration } from 'oidc-provider'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Page, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'
import { runtime } from './device-sign-in.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** A server on a free port; what answers there comes later. Ends with the test. */
async function listen() {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { http, origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

async function open(accessTokenFormat: 'opaque' | 'jwt') {
  // It tells at length what its defaults are; that is not what is tested here.
  vi.spyOn(console, 'info').mockImplementation(() => undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => void vi.restoreAllMocks())
  const [server, api] = [await listen(), await listen()]
  const [issuer, resource] = [server.origin, `${api.origin}/api`]
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'cli',
        token_endpoint_auth_method: 'none',
        grant_types: [DEVICE_CODE, 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
      { client_id: 'rs', client_secret: 'a secret: with/more', grant_types: [], redirect_uris: [], response_types: [] },
    ],
    features: {
      deviceFlow: { enabled: true },
      dPoP: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (_context, audience) => ({
          scope: 'notes:read notes:write',
          audience,
          accessTokenFormat,
          accessTokenTTL: 300,
        }),
        useGrantedResource: async () => true,
      },
    },
    scopes: ['notes:read', 'notes:write', 'offline_access'],
    issueRefreshToken: async () => true,
    cookies: { keys: ['a key for tests'] },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  }
  const answer = new Provider(issuer, configuration).callback()
  server.http.on('request', (request, response) => void answer(request, response))
  const asked: string[] = []
  const guard = createGuard({
    resource,
    authorizationServers: [issuer],
    suite: runtime.suite,
    clock: runtime.clock,
    introspection: { issuer, clientId: 'rs', clientSecret: 'a secret: with/more', keepSeconds: 0 },
    fetch: (input, init) => {
      asked.push(new URL(input).pathname)
      return fetch(input, init)
    },
  })
  const listener = nodeGuard(
    guard,
    (_request, response, { subject, clientId, scope }) => void response.end([subject, clientId, ...scope].join(' ')),
  )
  api.http.on('request', listener)

  const place = await discover(runtime, issuer)
  let approved: Promise<unknown> | undefined
  const credential = await login(runtime, place, {
    clientId: 'cli',
    scope: ['notes:read'],
    resource,
    onEvent: (event) => {
      if (event.type === 'code') approved = approve(issuer, `${event.invitation.verificationUri}?user_code=${event.invitation.userCode}`)
    },
  })
  await approved
  const vault = memoryVault()
  const name = vaultName(issuer, 'cli', resource, 'default')
  await keepCredential(vault, name, credential)
  const use = authorizedFetch(runtime, tokensOf(runtime, vault), name)
  return { resource, guard, asked, credential, use, end: () => revoke(runtime, vault, name) }
}

/** Presses through whatever forms it shows: code, confirmation, sign-in, consent. */
async function approve(issuer: string, link: string): Promise<void> {
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  let page: Page = await browser.get(link)
  for (let form = 0; form < 6 && page.body.includes('<form'); form++) {
    const action = /<form[^>]*action="([^"]*)"/.exec(page.body)?.[1] ?? ''
    page = await browser.submit(page, action, page.body.includes('name="login"') ? { login: 'ada', password: 'any' } : {})
  }
  expect(page.body).toContain('Sign-in Success')
}

test('an opaque token: asked about, bound to its key, and refused as soon as it is revoked', async () => {
  const { resource, use, asked, credential, guard, end } = await open('opaque')
  expect(credential.accessToken.split('.')).toHaveLength(1)
  expect(credential.tokenType).toBe('DPoP')
  expect(await (await use(resource)).text()).toBe('ada cli notes:read')
  expect(asked).toContain('/token/introspection')
  const bare = await fetch(resource, { headers: { authorization: `Bearer ${credential.accessToken}` } })
  expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('bound to a key')])
  await end()
  await expect(guard.verifyBearer(credential.accessToken)).rejects.toMatchObject({
    code: 'invalid_token',
    message: expect.stringContaining('not active'),
  })
})

test('a JWT: verified with the keys of the issuer, and shown to nobody', async () => {
  const { resource, use, asked, credential } = await open('jwt')
  expect(credential.accessToken.split('.')).toHaveLength(3)
  expect(await (await use(resource)).text()).toBe('ada cli notes:read')
  expect(asked).toContain('/jwks')
  expect(asked).not.toContain('/token/introspection')
})

test('with the wrong secret of the resource itself nobody gets in, and nobody is told to sign in again', async () => {
  const { resource, credential } = await open('opaque')
  const { issuer, accessToken } = credential
  const guard = createGuard({
    resource,
    authorizationServers: [issuer],
    suite: runtime.suite,
    clock: runtime.clock,
    fetch: (input, init) => fetch(input, init),
    introspection: { issuer, clientId: 'rs', clientSecret: 'not it' },
  })
  await expect(guard.verifyBearer(accessToken)).rejects.toMatchObject({ code: 'temporarily_unavailable', status: 503 })
})
