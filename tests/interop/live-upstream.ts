/** oidc-provider on a real port, unmodified, where people of every name can sign in with any password; and somebody who does. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import { vi } from 'vitest'
import { type Page, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'

export const CLIENT_SECRET = 'a secret between the two servers'

export interface LiveUpstream {
  readonly issuer: string
  /** The other origin of the detour. */
  readonly elsewhere: string
  readonly close: () => void
  /** The person signs in there, agrees, and is sent back: tells where to. Declines at the first page when told to. */
  signIn(to: URL, name: string, answer?: 'decline'): Promise<URL>
}

export interface UpstreamOptions {
  /** Hands people on to another origin and takes them back, as providers do that have others sign people in. */
  readonly detour?: boolean
  /** By which name of this machine it is known; `localhost` is another site than `127.0.0.1`. */
  readonly host?: 'localhost' | '127.0.0.1'
  readonly configuration?: Configuration
}

/** Runs until it is closed. Its client `countersign` may send people back to these addresses. */
export async function startUpstream(
  redirectUris: readonly string[],
  { detour = false, host = '127.0.0.1', configuration = {} }: UpstreamOptions = {},
): Promise<LiveUpstream> {
  // It tells at length what its defaults are; that is not what is tested here.
  vi.spyOn(console, 'info').mockImplementation(() => undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const { server, origin: issuer } = await listening(host)
  const elsewhere = await listening('127.0.0.1')
  elsewhere.server.on('request', (request, response) => {
    response.writeHead(303, { location: `${issuer}${request.url ?? ''}&detoured=yes` }).end()
  })
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'countersign', client_secret: CLIENT_SECRET, redirect_uris: [...redirectUris] }],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['a key for tests'] },
    findAccount: async (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: `${id} from there`, preferred_username: id }),
    }),
    ...configuration,
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    const { url = '' } = request
    if (detour && url.startsWith('/auth?') && !url.includes('detoured')) {
      response.writeHead(303, { location: elsewhere.origin + url }).end()
    } else void answer(request, response)
  })
  const close = () => {
    for (const each of [server, elsewhere.server]) {
      each.closeAllConnections()
      each.close()
    }
    vi.restoreAllMocks()
  }
  return { issuer, elsewhere: elsewhere.origin, close, signIn: (to, name, how) => signInAt(issuer, to, name, how) }
}

async function listening(host: string) {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://${host}:${(server.address() as AddressInfo).port}` }
}

/** Presses through whatever forms it shows, until it leads away. */
async function signInAt(issuer: string, to: URL, name: string, answer?: 'decline'): Promise<URL> {
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  let page: Page = await browser.get(to.href.slice(to.origin.length))
  for (let step = 0; step < 6; step++) {
    const location = page.headers['location']
    if (page.status === 303 && typeof location === 'string') return new URL(location)
    const abort = /<a href="([^"]*\/abort)"/.exec(page.body)?.[1]
    if (answer === 'decline' && abort !== undefined) page = await browser.get(new URL(abort, issuer).pathname)
    else {
      const action = /<form[^>]*action="([^"]*)"/.exec(page.body)?.[1] ?? ''
      page = await browser.submit(page, action, page.body.includes('name="login"') ? { login: name, password: 'any' } : {})
    }
  }
  throw new Error(`it never led away; last: ${page.status} ${page.body.slice(0, 300)}`)
}
