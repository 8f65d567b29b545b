/** An OpenID provider in memory whose every answer a test can bend; and a house with an authority that lets people sign in at such providers. */
import type { AuthorityEvent, Resource, Row, Store } from '@countersign/authority'
import { memoryStore } from '@countersign/authority'
import { codeChallengeOf } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { openBrowser } from '../../../authority/test/person.ts'
import { ISSUER, openHouse, testClock } from '../../../authority/test/house.ts'
import type { Page } from '../../../../examples/first-login/src/scriptless-browser.ts'
import type { IdentityProvider } from '../../src/configuration/identity-providers.ts'
import { upstreamIdentity } from '../../src/upstream/upstream-identity.ts'

type Change = (claims: JWTPayload) => Readonly<Record<string, unknown>>

export interface FakeProvider extends IdentityProvider {
  /** Everything it was asked, as `METHOD path`. */
  readonly asked: string[]
  /** The forms that came to its token endpoint. */
  readonly redeemed: URLSearchParams[]
  /** Who comes to sign in is signed in: tells where the browser is sent back to. Claims of the ID token as given, then bent. */
  signIn(page: Page, claims: JWTPayload, bend?: Change): Promise<URL>
  answer(method: string, url: URL, body: URLSearchParams): Promise<Response>
  /** From now on nothing answers. */
  breakDown(): void
}

/** Where the page that goes on to a provider goes. */
export function leadOf({ body }: Page): URL {
  const address = /<a class="main" href="([^"]+)"/.exec(body)?.[1]
  if (address === undefined) throw new Error(`the page leads nowhere: ${body.slice(0, 400)}`)
  return new URL(address.replaceAll('&amp;', '&'))
}

export async function fakeProvider(
  id: string,
  now: () => number,
  { metadata = {}, userinfo = {}, ...more }: Partial<IdentityProvider> & { readonly metadata?: object; readonly userinfo?: object } = {},
): Promise<FakeProvider> {
  const issuer = `https://${id}.example`
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const codes = new Map<string, { challenge: string; redirectUri: string; idToken: string }>()
  const asked: string[] = []
  const redeemed: URLSearchParams[] = []
  let broken = false

  function redeem(form: URLSearchParams): Response {
    redeemed.push(form)
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const isOurs = code?.redirectUri === form.get('redirect_uri')
    if (code === undefined || !isOurs) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    return Response.json({ access_token: 'upstream-token', token_type: 'Bearer', id_token: code.idToken, challenge: code.challenge })
  }

  return {
    id,
    name: id.toUpperCase(),
    issuer,
    clientId: 'countersign',
    ...more,
    asked,
    redeemed,
    breakDown: () => void (broken = true),
    signIn: async (page, claims, bend = (same) => same) => {
      const query = leadOf(page).searchParams
      const all = bend({ iss: issuer, aud: 'countersign', nonce: query.get('nonce'), ...claims })
      const idToken = await new SignJWT(all)
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuedAt(Math.floor(now() / 1000))
        .setExpirationTime(Math.floor(now() / 1000) + 300)
        .sign(privateKey)
      const code = `code-${id}-${codes.size}-${redeemed.length}`
      const redirectUri = query.get('redirect_uri') ?? ''
      codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri, idToken })
      const back = new URL(redirectUri)
      back.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: issuer }).toString()
      return back
    },
    answer: async (method, { pathname }, body) => {
      asked.push(`${method} ${pathname}`)
      if (broken) throw new TypeError('fetch failed')
      if (pathname === '/token') return redeem(body)
      if (pathname === '/jwks') return Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] })
      if (pathname === '/userinfo') return Response.json({ sub: 'u', name: 'Named elsewhere', ...userinfo })
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
        authorization_response_iss_parameter_supported: true,
        ...metadata,
      })
    },
  }
}

/** Whether the verifier of the last redemption is the one whose challenge was sent. */
export async function provesChallenge(provider: FakeProvider, sent: URL): Promise<boolean> {
  const verifier = provider.redeemed.at(-1)?.get('code_verifier') ?? ''
  return (await codeChallengeOf(webSuite(), verifier)) === sent.searchParams.get('code_challenge')
}

/** An authority in memory beside these providers. `writes` is every move that changed its store, in order. */
export async function openUpstreamHouse(
  ids: readonly string[],
  more: Parameters<typeof fakeProvider>[2] & { localAccounts?: boolean; resources?: readonly Resource[] } = {},
) {
  const { localAccounts = true, resources, ...bent } = more
  // The library judges times by the real clock, so the house goes by it too, and only ahead.
  const clock = testClock(Date.now())
  const providers = await Promise.all(ids.map((id) => fakeProvider(id, clock.now, bent)))
  const rows = new Map<string, Row>()
  const writes: string[] = []
  const store = watched(memoryStore(clock), writes, rows)
  const events: AuthorityEvent[] = []
  const hasher = { hash: async (text: string) => `plain:${text}`, verify: async (hash: string, text: string) => hash === `plain:${text}` }
  const fetch = async (url: string, { method, body }: { method: string; body?: unknown }) => {
    const to = new URL(url)
    const provider = providers.find(({ issuer }) => new URL(issuer).host === to.host)
    if (provider === undefined) throw new TypeError('fetch failed')
    return provider.answer(method, to, body instanceof URLSearchParams ? body : new URLSearchParams(typeof body === 'string' ? body : ''))
  }
  const house = await openHouse({
    clock,
    store,
    ...(resources === undefined ? {} : { resources }),
    events: (event) => void events.push(event),
    identity: (ports) => upstreamIdentity({ ...ports, hasher, fetch }, providers, localAccounts),
  })
  writes.length = 0
  const [first] = providers
  if (first === undefined) throw new RangeError('a house beside providers has at least one')

  /** A browser that has pressed the button of a provider, and the page it got. */
  async function press(provider = first as FakeProvider, path = '/device', browser = openBrowser(house)) {
    const page = await browser.submit(await browser.get(path), `/sign-in/with/${provider.id}`, {})
    return { browser, page }
  }
  const back = (browser: ReturnType<typeof openBrowser>, url: URL) => browser.get(url.href.slice(ISSUER.length))
  return { ...house, clock, store, rows, events, writes, providers, first, press, back }
}

export type UpstreamHouse = Awaited<ReturnType<typeof openUpstreamHouse>>

/** Notes what changes: kinds of rows written, swapped and removed. Counters are no records. */
function watched(store: Store, writes: string[], rows: Map<string, Row>): Store {
  const noted = (what: string, kind: string, done: boolean) => {
    if (done) writes.push(`${what} ${kind}`)
    return done
  }
  return {
    ...store,
    insert: async (row) => {
      const done = await store.insert(row)
      if (done) rows.set(`${row.kind}/${row.id}`, { id: row.id, version: 1, value: row.value })
      return noted('insert', row.kind, done)
    },
    swap: async (change) => noted('swap', change.kind, await store.swap(change)),
    swapAndInsert: async (change, row) => noted(`swap and insert ${row.kind} for`, change.kind, await store.swapAndInsert(change, row)),
    remove: async (kind, id, version) => noted('remove', kind, await store.remove(kind, id, version)),
  }
}
