/** The authorization server, put together: ports in, one function from exchange to reply out. This is the route table. */
import {
  type Clock,
  type Exchange,
  type FetchDocument,
  type Handle,
  insertWellKnown,
  isSecureUrl,
  OAuthError,
  recovered,
  type Reply,
  headerOf,
} from '@countersign/protocol'
import { createNonces, createProofVerifier, keyedDigest, type Suite } from '@countersign/proof'
import { type IdentityPorts, localIdentity } from './accounts/local-identity.ts'
import { openClientDocuments } from './clients/metadata-document/client-documents.ts'
import { type Context, type Endpoint, languageFor, siteFor } from './context.ts'
import { openAskedInWords } from './endpoints/asked-in-words.ts'
import { authorizationEndpoint } from './endpoints/authorization/authorize.ts'
import { decideRequestEndpoint } from './endpoints/authorization/decide.ts'
import { pushedAuthorizationEndpoint } from './endpoints/authorization/push.ts'
import { changeDevicesRoutes } from './endpoints/devices/change.ts'
import { devicesEndpoint } from './endpoints/devices/list.ts'
import { deviceAuthorizationEndpoint } from './endpoints/device-authorization.ts'
import { introspectionEndpoint } from './endpoints/introspection.ts'
import { jwksEndpoint, metadataEndpoint } from './endpoints/metadata.ts'
import { registrationEndpoint } from './endpoints/registration.ts'
import { revocationEndpoint, revocationListEndpoint } from './endpoints/revocation.ts'
import { tokenEndpoint } from './endpoints/token.ts'
import { userinfoEndpoint } from './endpoints/userinfo.ts'
import { decideEndpoint } from './endpoints/decide.ts'
import { enterEndpoint } from './endpoints/enter-code.ts'
import { masterKeys } from './master-key.ts'
import { withPlaces } from './notices/with-places.ts'
import {
  errorPage,
  type Language,
  LANGUAGES,
  lookOf,
  messagesIn,
  openLoginPages,
  pageReply,
  PLAIN_LOOK,
  type Site,
  type Theme,
} from './pages/index.ts'
import type { Events } from './ports/events.ts'
import type { Identity } from './ports/identity.ts'
import type { Notices } from './ports/notices.ts'
import type { PasskeyVerifier } from './ports/passkey-verifier.ts'
import type { Places } from './ports/places.ts'
import type { PasswordHasher } from './ports/password-hasher.ts'
import type { Store } from './ports/store.ts'
import { asOAuthError, errorReply, seeOther } from './requests/replies.ts'
import { type Resource, type Settings, settle } from './settings.ts'
import { openOpaqueTokens } from './tokens/opaque-tokens.ts'
import { openSigningKeys } from './tokens/signing-keys.ts'

export interface AuthorityOptions {
  /** The issuer identifier: https, or http on loopback; no query, no fragment (RFC 8414 section 2). */
  readonly issuer: string
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  /** At least 32 secret bytes, the same for every server on one store. Digests and the sealing of signing keys are derived from it. */
  readonly masterKey: Uint8Array
  /** Who people are: local accounts with passwords and passkeys, a port of your own beside an existing login, or one that is made out of our ports. */
  readonly identity:
    | { readonly hasher: PasswordHasher; readonly passkeys?: PasskeyVerifier }
    | Identity
    | ((ports: IdentityPorts) => Identity)
  readonly resources?: readonly Resource[]
  readonly settings?: Partial<Settings>
  /** Fetches what clients publish, guarded as the port demands. Without it no client document and no `jwks_uri` is read. */
  readonly fetchDocument?: FetchDocument
  readonly events?: Events
  /** Told of every approval, so that the person can be told by another way than the browser. */
  readonly notices?: Notices
  /** Knows roughly where addresses are. Without it nothing is said of places. */
  readonly places?: Places
  /** Who runs this server, as the pages say it. */
  readonly operator?: Site['operator']
  /** How the pages look; like ours unless told. */
  readonly theme?: Theme | undefined
}

export interface Authority {
  readonly issuer: string
  /**
   * Every path it answers at, for an application that shares the origin: below the path of the issuer, and beside it the two metadata
   * documents that RFC 8414 section 3.1 puts between host and path.
   */
  readonly paths: ReadonlySet<string>
  /** Answers one exchange. Never throws, and never rejects. */
  readonly handle: Handle
}

/**
 * Opens an authorization server on a store.
 * @throws RangeError for an issuer, a key, a setting or a theme that cannot be; CountersignError when the store or its signing key cannot be opened
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const issuer = checkedIssuer(options.issuer)
  const { store, suite, clock, resources = [] } = options
  const keys = await masterKeys(suite, options.masterKey)
  const settings = settle(options.settings)
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const events = options.events ?? (() => undefined)
  const site: Site = { base, messages: messagesIn(settings.defaultLanguage), operator: options.operator, look: lookOf(options.theme) }
  const places = options.places ?? (() => undefined)
  const notices = withPlaces(options.notices ?? (() => undefined), places, settings.defaultLanguage)
  const shared = { issuer, base, site, store, suite, clock, digest: keyedDigest(suite, keys.digest), settings, events, notices }
  const identity = identityOf(options.identity, shared)
  // A login of the application's own ends where it began.
  const ownSite = { ...site, canSignOut: '/sign-out' in identity.routes }
  const context: Context = {
    ...shared,
    site: ownSite,
    pages: openLoginPages(ownSite),
    resources,
    askedInWords: openAskedInWords({ issuer, resources }),
    places,
    keys: await openSigningKeys({ store, suite, clock, sealingKey: keys.sealing }),
    opaqueTokens: openOpaqueTokens(suite, keys.tokens),
    identity,
    clientDocuments: openClientDocuments({ ...shared, fetchDocument: options.fetchDocument }),
    openedAt: clock.now(),
    nonces: createNonces(suite, clock, issuer, { key: keys.nonces }),
    verifyProof: createProofVerifier(suite),
  }
  const routes = routesOf(context)
  const spoken = inEveryLanguage(context)
  const inLanguageOf = (exchange: Exchange) => spoken.get(languageFor(context, exchange)) ?? context
  return {
    issuer,
    paths: new Set(routes.keys()),
    handle: (exchange) => {
      const route = routes.get(exchange.path)
      if (route === undefined) return nothingHere(context, exchange)
      return recovered(
        () => route.answer(route.page ? inLanguageOf(exchange) : context, exchange),
        (error) => {
          const answer = asOAuthError(error)
          if (answer.status >= 500) events({ type: 'request.failed', endpoint: exchange.path, cause: answer.cause })
          return route.page ? errorAsPage(inLanguageOf(exchange), answer) : errorReply(answer)
        },
      )
    },
  }
}

/** The pages differ in their words from one request to the next, and in nothing else. */
function inEveryLanguage(context: Context): ReadonlyMap<Language, Context> {
  const spoken = (language: Language): Context => {
    const site = { ...context.site, messages: messagesIn(language) }
    return { ...context, site, pages: openLoginPages(site) }
  }
  return new Map(LANGUAGES.map((language) => [language, spoken(language)]))
}

/** A page for a browser, JSON for everybody else. */
function nothingHere(context: Context, exchange: Exchange): Reply {
  if (exchange.method === 'GET' && /\btext\/html\b/.test(headerOf(exchange, 'accept') ?? '')) {
    return pageReply(404, errorPage({ ...siteFor(context, exchange), kind: 'not_found' }))
  }
  return errorReply(new OAuthError('invalid_request', 'there is nothing here', { status: 404 }))
}

const seeDevice: Endpoint = async ({ base }) => seeOther(`${base}/device`)

function identityOf(identity: AuthorityOptions['identity'], ports: IdentityPorts): Identity {
  if (typeof identity === 'function') return identity(ports)
  return 'hasher' in identity ? localIdentity({ ...ports, ...identity }) : identity
}

interface Route {
  readonly answer: Endpoint
  /** For people: a failure is shown as a page. */
  readonly page: boolean
}

function routesOf(context: Context): ReadonlyMap<string, Route> {
  const { base, issuer } = context
  const wellKnown = (suffix: string) => new URL(insertWellKnown(issuer, suffix)).pathname
  const program = (answer: Endpoint): Route => ({ answer, page: false })
  const person = (answer: Endpoint): Route => ({ answer, page: true })
  /** Shown, and filled in. */
  const form = (answer: Endpoint): Route => person(only(['GET', 'HEAD', 'POST'], answer))
  const codeGrantRoutes: readonly [string, Route][] = [
    [`${base}/authorize`, person(authorizationEndpoint)],
    [`${base}/authorize/decide`, form(decideRequestEndpoint)],
    [`${base}/par`, program(pushedAuthorizationEndpoint)],
  ]
  const registrationRoutes: readonly [string, Route][] = [[`${base}/register`, program(registrationEndpoint)]]
  return new Map<string, Route>([
    [`${base}/device_authorization`, program(deviceAuthorizationEndpoint)],
    [`${base}/token`, program(tokenEndpoint)],
    [`${base}/revoke`, program(revocationEndpoint)],
    [`${base}/revocations`, program(readable(revocationListEndpoint))],
    [`${base}/introspect`, program(introspectionEndpoint)],
    [`${base}/userinfo`, program(userinfoEndpoint)],
    [`${base}/jwks`, program(readable(jwksEndpoint))],
    // RFC 8414 section 3.1: between host and path; OpenID Connect Discovery puts it behind the path, and MCP clients try all three.
    [wellKnown('oauth-authorization-server'), program(readable(metadataEndpoint))],
    [wellKnown('openid-configuration'), program(readable(metadataEndpoint))],
    [`${base}/.well-known/openid-configuration`, program(readable(metadataEndpoint))],
    // Whoever types the bare address of the server means the page.
    [base === '' ? '/' : base, person(readable(seeDevice))],
    [`${base}/`, person(readable(seeDevice))],
    [`${base}/device`, form(enterEndpoint)],
    [`${base}/device/decide`, form(decideEndpoint)],
    [`${base}/devices`, person(readable(devicesEndpoint))],
    ...changeDevicesRoutes.map(([path, answer]): [string, Route] => [base + path, form(answer)]),
    ...(context.settings.codeGrant === 'on' ? codeGrantRoutes : []),
    ...(context.settings.registration === 'off' ? [] : registrationRoutes),
    [`${base}/style.css`, person(readable(styleEndpoint))],
    ...Object.entries(context.identity.routes).map(([path, answer]): [string, Route] => [
      base + path,
      form((_, exchange) => answer(exchange)),
    ]),
  ])
}

/** Documents. */
function readable(endpoint: Endpoint): Endpoint {
  return only(['GET'], endpoint)
}

/** RFC 9110 section 15.5.6: any other method is told which there are. */
function only(methods: readonly string[], endpoint: Endpoint): Endpoint {
  return (context, exchange) => {
    if (methods.includes(exchange.method)) return endpoint(context, exchange)
    throw new OAuthError('invalid_request', `use ${methods.join(' or ')}`, { status: 405, headers: { allow: methods.join(', ') } })
  }
}

/** The one style sheet of the pages; its address changes with its content, so it may be kept for ever. */
async function styleEndpoint({ site }: Context): Promise<Reply> {
  const headers = {
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: (site.look ?? PLAIN_LOOK).styleSheet }
}

function errorAsPage({ site }: Context, error: OAuthError): Reply {
  return pageReply(error.status, errorPage({ ...site, kind: error.status >= 500 ? 'unavailable' : 'invalid' }), error.headers)
}

function checkedIssuer(issuer: string): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || issuer.includes('?') || issuer.includes('#') || url.username !== '') {
    throw new RangeError('"issuer" must be a URL without query, fragment or user name')
  }
  // OAuth 2.1 section 1.5: https everywhere; what never leaves the machine is excepted.
  if (!isSecureUrl(url)) throw new RangeError('"issuer" must be https; http is for loopback addresses only')
  return issuer
}
