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
import { cleanEnvironment, ownDirectory } from '../../packages/cli/test/command.ts'
import { COUNTERSIGN, endProgram, startOnTerminal, startProgram } from '../flows/support/programs.ts'
import { type Page, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'

const KEY = await nodeSuite().generateKey('ES256')
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

const deviceClients: NonNullable<Configuration['clients']> = [
  {
    client_id: 'cli',
    token_endpoint_auth_method: 'none',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  },
  {
    client_id: 'confidential',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [publicOf(KEY) as never] },
    grant_types: [DEVICE_CODE, 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  },
]

async function startProvider({ deviceFlow = true }: { readonly deviceFlow?: boolean } = {}): Promise<string> {
  // It tells at length what its defaults are; that is not what is tested here.
  vi.spyOn(console, 'info').mockImplementation(() => undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const configuration: Configuration = {
    clients: [
      ...(deviceFlow ? deviceClients : []),
      {
        client_id: 'native',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/callback'],
        response_types: ['code'],
      },
    ],
    features: {
      deviceFlow: { enabled: deviceFlow },
      dPoP: { enabled: true },
      revocation: { enabled: true },
      devInteractions: { enabled: true },
    },
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

/** The same by redirect; gives the address that the browser is sent to in the end. */
async function signInAt(issuer: string, url: string): Promise<string> {
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  let page: Page = await browser.get(url)
  for (let form = 0; form < 6 && page.body.includes('<form'); form++) {
    const action = /<form[^>]*action="([^"]*)"/.exec(page.body)?.[1] ?? ''
    page = await browser.submit(page, action, page.body.includes('name="login"') ? { login: 'ada', password: 'any' } : {})
  }
  return String(page.headers['location'])
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
  const { credential } = await codeLogin(runtime, place, {
    clientId: 'native',
    scope: ['openid'],
    redirectUri: 'http://127.0.0.1:4711/callback',
    visit: ({ url }) => signInAt(issuer, url),
  })
  expect(credential).toMatchObject({ issuer, clientId: 'native', tokenType: 'DPoP', scope: ['openid'] })
}, 40_000)

test('without a device grant and without a browser here, the command has the address carried back by hand', async () => {
  const issuer = await startProvider({ deviceFlow: false })
  const home = ownDirectory()
  const environment = cleanEnvironment({ COUNTERSIGN_VAULT_DIR: `${home}/vault`, COUNTERSIGN_KEY_FILE: `${home}/key` })
  const args = ['login', issuer, '--client-id', 'native', '--scope', 'openid']
  const program = startOnTerminal(COUNTERSIGN, args, { environment, columns: 500 })
  onTestFinished(() => endProgram(program))
  const [, link = ''] = await program.until(/^ *(http\S+\/auth\?\S+)\r?$/m)
  await program.until(/Paste it here: /)
  const address = await signInAt(issuer, link)
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1\/callback\?code=/)
  program.type(`${address}\r`)
  const { code, stdout } = await program.ended
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`Signed in to ${issuer}.`) as string })

  // Where nobody can paste anything, it says so and asks for nothing.
  const piped = startProgram(COUNTERSIGN, [...args, '--profile', 'pipe', '--json'], { environment })
  onTestFinished(() => endProgram(piped))
  const ended = await piped.ended
  expect(ended.code).toBe(2)
  expect(JSON.parse(ended.stdout)).toMatchObject({
    error: { code: 'usage', hint: expect.stringContaining('run this in a terminal') as string },
  })
}, 60_000)
