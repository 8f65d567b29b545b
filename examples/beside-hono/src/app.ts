/** A Hono application that was there before, and what it takes to let devices sign in to it: marked with NEW. */
import { type OwnLogin, ownPath, yourIdentity } from '@countersign-example/own-login'
import { addClient, type AuthorityOptions, createAuthority, findClient, masterKeys, toFetchHandler } from '@countersign/authority'
import { createGuard, guardFetch } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { peerAddressBehind } from '@countersign/node/http'
import { keyedDigest } from '@countersign/proof'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'

export interface AppOptions extends Pick<AuthorityOptions, 'store' | 'masterKey' | 'settings'> {
  /** Where people find the application, such as `https://app.example`. */
  readonly origin: string
  readonly login: OwnLogin
  /** Proxies in front of the application, whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
}

export async function createApp({ origin, login, trustedProxies = [], ...options }: AppOptions): Promise<Hono> {
  const app = new Hono()

  // NEW: the authority. Its issuer has a path of its own, so it takes no other from the application.
  const ports = { store: options.store, suite: nodeSuite(), clock: systemClock() }
  const authority = await createAuthority({
    ...ports,
    ...options,
    issuer: `${origin}/auth`,
    identity: yourIdentity(login, '/auth'),
    resources: [{ resource: `${origin}/api`, name: 'The application', scopes: { read: 'Read what you have there' } }],
  })
  const digest = keyedDigest(ports.suite, (await masterKeys(ports.suite, options.masterKey)).digest)
  if ((await findClient(ports, 'tv-app')) === undefined) await addClient({ ...ports, digest }, { id: 'tv-app', name: 'TV app' })

  // NEW: a Request does not know who sent it; the runtime does. A worker's has it in a header of the platform.
  const answer = toFetchHandler(authority.handle)
  const peerAddress = peerAddressBehind(trustedProxies)
  app.use(async (context, next) => {
    if (!authority.paths.has(context.req.path)) return next()
    return answer(context.req.raw, peerAddress(getConnInfo(context).remote.address, context.req.header('x-forwarded-for') ?? ''))
  })

  // NEW: the guard before the API.
  const guard = createGuard({
    ...ports,
    resource: `${origin}/api`,
    authorizationServers: [authority.issuer],
    scopes: ['read'],
    fetch: (input, init) => fetch(input, init),
  })
  const api = guardFetch(guard, (_request, { subject }) => Response.json({ subject }))
  for (const path of ['/api', ...guard.metadataPaths]) app.all(path, (context) => api(context.req.raw))

  app.get('/login', (context) => context.html(login.page(ownPath(context.req.query('next')))))
  app.post('/login', async (context) => {
    const typed = await context.req.parseBody()
    const cookie = login.signIn(typed, context.req.header('cookie') ?? '')
    if (cookie === undefined) return context.html(login.page(ownPath(typed['next']), 'Name or password is wrong.'), 403)
    context.header('set-cookie', cookie)
    return context.redirect(ownPath(typed['next']), 303)
  })
  app.get('/', async (context) => {
    const person = await login.personOf(context.req.header('cookie') ?? '')
    return context.text(person === undefined ? 'Hello' : `Hello ${person.name}`)
  })
  return app
}
