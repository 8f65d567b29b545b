/** Our client against oidc-provider v9, unmodified: it names no interval, never says slow_down, and binds DPoP at the token endpoint only. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  codeLogin,
  discover,
  finishLogin,
  keepCredential,
  login,
  type LoginEvent,
  memoryPendingLogins,
  memoryVault,
  openLogin,
  revoke,
  tokensOf,
  userinfo,
  vaultName,
} from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { publicOf } from '@countersign/proof'
import Provider, { type Configuration } from 'oidc-provider'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Page, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'

const KEY = await nodeSuite().generateKey('ES256')
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

async function startProvider(): Promise<string> {
  // It tells at length what its defaults are; that is not what is tested here.
  vi.spyOn(console, 'info').mockImplementation(() => undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'cli',
        token_endpoint_auth_method: 'none',
        grant_types: [DEVICE_CODE, 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'native',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/callback'],
        response_types: ['code'],
      },
      {
        client_id: 'confidential',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicOf(KEY) as never] },
        grant_types: [DEVICE_CODE, 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: { deviceFlow: { enabled: true }, dPoP: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: true } },
    issueRefreshToken: async () => true,
    cookies: { keys: ['a key for tests'] },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  }
  const answer = new Provider(issuer, configuration).callback()
  server.on('request', (request, response) => void answer(request, response))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    vi.restoreAllMocks()
  })
  return issuer
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

test('signs in with a code, refreshes under its DPoP key, asks who it is, and signs out', async () => {
  const issuer = await startProvider()
  const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
  const place = await discover(runtime, issuer)
  const events: LoginEvent[] = []
  const approved: Promise<void>[] = []
  const credential = await login(runtime, place, {
    clientId: 'cli',
    scope: ['openid', 'offline_access'],
    onEvent: (event) => {
      events.push(event)
      if (event.type === 'code') approved.push(approve(issuer, String(event.invitation.verificationUriComplete)))
    },
  })
  await Promise.all(approved)
  expect(credential).toMatchObject({ issuer, clientId: 'cli', tokenType: 'DPoP', scope: ['openid', 'offline_access'] })

  const vault = memoryVault()
  const name = vaultName(issuer, 'cli', undefined, 'default')
  await keepCredential(vault, name, credential)
  const tokens = tokensOf(runtime, vault)
  const refreshed = await tokens.accessToken(name, { rejected: credential.accessToken })
  expect(refreshed.accessToken).not.toBe(credential.accessToken)
  expect(await userinfo(runtime, tokens, name)).toMatchObject({ sub: 'ada' })
  await revoke(runtime, vault, name)
  expect(await vault.list()).toEqual([])
}, 40_000)

test('a client with a key proves itself at every request, and two that wait for one code both get it', async () => {
  const issuer = await startProvider()
  const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
  const place = await discover(runtime, issuer)
  const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
  const authentication = { method: 'private_key_jwt', key: KEY } as const
  const open = () => openLogin(runtime, stores, place, { clientId: 'confidential', authentication, scope: ['openid'] })
  const [first, second] = [await open(), await open()]
  if (first.type === 'signed_in' || second.type === 'signed_in') throw new Error('nobody signed in yet')
  expect(second.invitation).toEqual(first.invitation)
  const approval = approve(issuer, String(first.invitation.verificationUriComplete))
  const ends = await Promise.all([finishLogin(runtime, stores, first), finishLogin(runtime, stores, second), approval])
  expect([ends[0].credential.tokenType, ends[1].credential.accessToken]).toEqual(['DPoP', ends[0].credential.accessToken])
}, 40_000)

test('signs in by redirect to any port of this machine, with PKCE and a code that is bound to the key', async () => {
  const issuer = await startProvider()
  const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
  const place = await discover(runtime, issuer)
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  const { credential } = await codeLogin(runtime, place, {
    clientId: 'native',
    scope: ['openid'],
    redirectUri: 'http://127.0.0.1:4711/callback',
    visit: async ({ url }) => {
      let page: Page = await browser.get(url)
      for (let form = 0; form < 6 && page.body.includes('<form'); form++) {
        const action = /<form[^>]*action="([^"]*)"/.exec(page.body)?.[1] ?? ''
        page = await browser.submit(page, action, page.body.includes('name="login"') ? { login: 'ada', password: 'any' } : {})
      }
      return String(page.headers['location'])
    },
  })
  expect(credential).toMatchObject({ issuer, clientId: 'native', tokenType: 'DPoP', scope: ['openid'] })
}, 40_000)
