/** An Express application that was there before, and what it takes to let devices sign in to it: marked with NEW. */
import { type OwnLogin, ownPath, yourIdentity } from '@countersign-example/own-login'
import { addClient, type AuthorityOptions, createAuthority, findClient, masterKeys } from '@countersign/authority'
import { createGuard } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { toNodeListener } from '@countersign/node/http'
import { nodeGuard } from '@countersign/node/guard'
import { keyedDigest } from '@countersign/proof'
import express, { type Express } from 'express'
import type { RequestListener } from 'node:http'

export interface AppOptions extends Pick<AuthorityOptions, 'store' | 'masterKey' | 'settings'> {
  /** Where people find the application, such as `https://app.example`. */
  readonly origin: string
  readonly login: OwnLogin
}

export async function createApp({ origin, login, ...options }: AppOptions): Promise<Express> {
  const app = express()
  const onError = (error: unknown) => console.error('app:', error)

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

  // NEW: the guard before the API.
  const guard = createGuard({
    ...ports,
    resource: `${origin}/api`,
    authorizationServers: [authority.issuer],
    scopes: ['read'],
    fetch: (input, init) => fetch(input, init),
  })
  const api = nodeGuard(guard, (_request, response, { subject }) => void response.end(JSON.stringify({ subject })), { failed: onError })

  // NEW: before every body parser, which would take the forms away from the authority. Behind a proxy, say which: `trustedProxies`.
  app.use(at(authority.paths, toNodeListener(authority.handle, { onError })))
  app.use(at(new Set(['/api', ...guard.metadataPaths]), api))

  app.use(express.json(), express.urlencoded({ extended: false }))
  app.get('/login', (request, response) => void response.send(login.page(ownPath(request.query['next']))))
  app.post('/login', (request, response) => {
    const typed = request.body as Record<string, unknown>
    const cookie = login.signIn(typed, request.headers.cookie ?? '')
    if (cookie === undefined) return void response.status(403).send(login.page(ownPath(typed['next']), 'Name or password is wrong.'))
    response.setHeader('set-cookie', cookie)
    response.redirect(303, ownPath(typed['next']))
  })
  app.get('/', async (request, response) => {
    const person = await login.personOf(request.headers.cookie ?? '')
    response.send(person === undefined ? 'Hello' : `Hello ${person.name}`)
  })
  return app
}

/** Hands on what belongs to somebody else, with its path untouched. */
function at(paths: ReadonlySet<string>, listener: RequestListener): express.RequestHandler {
  return (request, response, next) => (paths.has(request.path) ? listener(request, response) : next())
}
