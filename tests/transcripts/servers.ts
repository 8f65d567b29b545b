/** What the sessions talk to, on real ports: a protected resource and the authorization server that it trusts. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addAccount, addClient, createAuthority, masterKeys, memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { toNodeListener } from '@countersign/node/http'
import { keyedDigest } from '@countersign/proof'
import { DEVICE_CODE } from '@countersign/protocol'
import { countersignOn, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'

const PASSWORD = 'correct horse'
const SECRETS = ['device_code', 'access_token', 'refresh_token'] as const

export interface Servers {
  readonly issuer: string
  readonly resource: string
  readonly subject: string
  /** What must never be seen, by the name of the member it was sent in. */
  readonly secrets: ReadonlyMap<string, (typeof SECRETS)[number]>
  /** Gives the number that the page shows afterwards, if it shows one. */
  readonly decide: (userCode: string, decision: 'approve' | 'deny') => Promise<string | undefined>
  /** What broke in the servers. */
  readonly failures: readonly unknown[]
  readonly close: () => void
}

/** @param kind `undefined` is the real authority; `expiring` and `foreign` are servers of a few lines */
export async function startServers(kind: string | undefined): Promise<Servers> {
  const secrets = new Map<string, (typeof SECRETS)[number]>()
  const failures: unknown[] = []
  const remember = (body: string) => {
    const members = body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {}
    for (const name of SECRETS) if (typeof members[name] === 'string') secrets.set(members[name], name)
  }
  let answer: RequestListener = (_, response) => response.destroy()
  const authority = await listen((request, response) => answer(request, response))
  const issuer = authority.url
  const mcp = await listen((request, response) => {
    const metadata = `${mcp.url}/.well-known/oauth-protected-resource/mcp`
    if (request.url === '/mcp')
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadata}", scope="notes:read"` }).end()
    else if (request.url !== new URL(metadata).pathname) response.writeHead(404).end()
    else response.end(JSON.stringify({ resource: `${mcp.url}/mcp`, authorization_servers: [issuer] }))
  })
  const resource = `${mcp.url}/mcp`
  const close = () => [authority, mcp].forEach((server) => server.close())
  if (kind !== undefined) {
    answer = scripted(issuer, kind, remember)
    return { issuer, resource, subject: '', secrets, decide: () => Promise.reject(new Error('nobody decides here')), failures, close }
  }

  const suite = nodeSuite()
  const clock = systemClock()
  const store = memoryStore(clock)
  const masterKey = suite.random(32)
  const hasher = { hash: async (text: string) => text, verify: async (hash: string, text: string) => hash === text }
  const { handle } = await createAuthority({
    issuer,
    store,
    suite,
    clock,
    masterKey,
    identity: { hasher },
    resources: [
      { resource, name: 'Notes', scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' } },
      { resource: issuer, name: 'Account', scopes: { profile: 'See your name' } },
    ],
    settings: { pace: { interval: 1, longest: 60, tolerance: 1 } },
  })
  const subject = await addAccount({ store, suite, clock, hasher }, 'ada', PASSWORD)
  const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
  await addClient({ store, suite, clock, digest }, { id: 'countersign-cli', name: 'Countersign CLI' })
  answer = toNodeListener(
    async (exchange) => {
      const reply = await handle(exchange)
      remember(reply.body)
      return reply
    },
    { onError: (error) => failures.push(error) },
  )

  async function decide(userCode: string, decision: 'approve' | 'deny'): Promise<string | undefined> {
    const browser = openScriptlessBrowser(issuer, overHttp(issuer))
    await browser.signIn('ada', PASSWORD)
    const page = await browser[decision](await browser.enter(userCode))
    if (page.status !== 200) throw new Error(`the decision was answered with ${page.status}`)
    return countersignOn(page)
  }
  return { issuer, resource, subject, secrets, decide, failures, close }
}

/** Codes that nobody approves: `expiring` after 2 seconds, `foreign` on a page of another host. */
function scripted(issuer: string, kind: string, remember: (body: string) => void): RequestListener {
  const page = kind === 'foreign' ? 'https://login.example.net/device' : `${issuer}/device`
  const documents: Record<string, object> = {
    '/.well-known/oauth-authorization-server': {
      issuer,
      device_authorization_endpoint: `${issuer}/device_authorization`,
      token_endpoint: `${issuer}/token`,
      grant_types_supported: [DEVICE_CODE],
    },
    '/device_authorization': {
      device_code: 'a-device-code-that-nobody-sees',
      user_code: 'WDJ-BMJ-HTL',
      verification_uri: page,
      expires_in: kind === 'foreign' ? 60 : 2,
      interval: 1,
    },
  }
  return (request, response) => {
    const body = JSON.stringify(documents[request.url ?? ''] ?? { error: 'authorization_pending' })
    remember(body)
    response.writeHead(body.includes('"error"') ? 400 : 200, { 'content-type': 'application/json' }).end(body)
  }
}

async function listen(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
