/**
 * A resource, the authorization server it trusts (a real authority, reached without a network) and a person with a browser,
 * all on a clock that moves only when everybody waits.
 */
import { addAccount, addClient, createAuthority, masterKeys, memoryStore, type Settings } from '@countersign/authority'
import { memoryPendingLogins, memoryRegistrations, memoryVault, type Runtime } from '@countersign/client'
import { nodeSuite } from '@countersign/node'
import { keyedDigest } from '@countersign/proof'
import { responseOf } from '@countersign/protocol'
import { countersignOn, openScriptlessBrowser, type Transport } from '../../examples/first-login/src/scriptless-browser.ts'
import { fakeTime } from '../../packages/client/test/support/fake-time.ts'

export const ISSUER = 'https://auth.example'
export const NOTES = 'https://notes.example/mcp'
const CLIENT = 'countersign-cli'
const PASSWORD = 'correct horse'
const METADATA = 'https://notes.example/.well-known/oauth-protected-resource/mcp'

const resources = [
  { resource: NOTES, name: 'Notes', scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' } },
  { resource: ISSUER, name: 'Account', scopes: { profile: 'See your name' } },
]

export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly form: URLSearchParams
}

/** Answers some requests in place of the authority; `undefined` leaves a request to it. */
export type Answer = (sent: Sent, before: readonly Sent[]) => Response | Promise<Response> | undefined

export async function openHouse(options: { readonly settings?: Partial<Settings>; readonly answer?: Answer } = {}) {
  const time = fakeTime()
  const { clock } = time
  const suite = nodeSuite()
  const store = memoryStore(clock)
  const masterKey = suite.random(32)
  const hasher = { hash: async (text: string) => `plain:${text}`, verify: async (hash: string, text: string) => hash === `plain:${text}` }
  const ports = { issuer: ISSUER, store, suite, clock, masterKey, identity: { hasher }, resources }
  const authority = await createAuthority({ ...ports, ...(options.settings === undefined ? {} : { settings: options.settings }) })
  const subject = await addAccount({ store, suite, clock, hasher }, 'ada', PASSWORD)
  const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
  await addClient({ store, suite, clock, digest }, { id: CLIENT, name: 'Countersign CLI' })

  const requests: Sent[] = []
  const secrets = new Set<string>()
  const remoteAddress = '203.0.113.7'

  const fetch: Runtime['fetch'] = async (url, init = {}) => {
    const { origin, pathname, search } = new URL(url)
    const method = init.method ?? 'GET'
    const form = init.body instanceof URLSearchParams ? init.body : new URLSearchParams()
    const sent: Sent = { method, url, headers: new Headers(init.headers), form }
    const response = (await options.answer?.(sent, requests)) ?? (origin === ISSUER ? await asked() : resource(url))
    requests.push(sent)
    return remembering(response)

    async function asked(): Promise<Response> {
      const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(method === 'POST' ? { 'content-type': FORM } : {}) }
      const reply = await authority.handle({ method, path: pathname, query: search.slice(1), headers, body: String(form), remoteAddress })
      return responseOf(reply)
    }
  }

  async function remembering(response: Response): Promise<Response> {
    const text = await response.clone().text()
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    for (const name of ['device_code', 'access_token', 'refresh_token']) if (typeof body[name] === 'string') secrets.add(body[name])
    return response
  }

  const transport: Transport = async ({ method, path, headers, body }) => {
    const [bare = path, query = ''] = path.split('?')
    return authority.handle({ method, path: bare, query, headers, body, remoteAddress })
  }

  /** What the person does at the page, and the number that it shows afterwards, if any. */
  async function decide(userCode: string, decision: 'approve' | 'deny'): Promise<string | undefined> {
    const browser = openScriptlessBrowser(ISSUER, transport)
    await browser.signIn('ada', PASSWORD)
    const page = await browser[decision](await browser.enter(userCode))
    if (page.status !== 200) throw new Error(`the decision was answered with ${page.status}`)
    return countersignOn(page)
  }

  const runtime: Runtime = { fetch, clock, sleep: time.sleep, suite }
  const requestsTo = (path: string) => requests.filter(({ url }) => url === `${ISSUER}${path}`)
  return {
    time,
    runtime,
    vault: memoryVault(),
    pending: memoryPendingLogins(),
    registrations: memoryRegistrations(),
    subject,
    requests,
    requestsTo,
    secrets,
    decide,
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>

const FORM = 'application/x-www-form-urlencoded'

/** The resource: it refuses, and says where to ask (RFC 9728 section 5.1). */
function resource(url: string): Response {
  if (url === NOTES) {
    return new Response(null, {
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${METADATA}", scope="notes:read"` },
    })
  }
  return url === METADATA ? json({ resource: NOTES, authorization_servers: [ISSUER] }) : new Response('not here', { status: 404 })
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status })
}
