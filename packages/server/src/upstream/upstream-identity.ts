/**
 * Signing in at one of several OpenID providers, beside the passwords of this server or instead of them. What comes back from a provider
 * is shown to nobody: the person gets a page in our words, and the operator a line in the log.
 */
import { type Entrance, type Identity, localIdentity, type LocalIdentityPorts } from '@countersign/authority'
import { type Exchange, OAuthError, parseForm, type Reply } from '@countersign/protocol'
import { AuthorizationResponseError, ClientError, type CustomFetch, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client'
import type { IdentityProvider } from '../configuration/identity-providers.ts'
import { linkedSubject } from './link.ts'
import { type OpenIdProvider, openIdProvider, type UpstreamPerson } from './openid-provider.ts'
import { keepPending, takePending } from './pending.ts'

export interface UpstreamPorts extends Omit<LocalIdentityPorts, 'alternatives' | 'passwords'> {
  /** How providers are asked; the `fetch` of the runtime unless given. */
  readonly fetch?: CustomFetch
}

/**
 * An identity out of local accounts and identity providers.
 * @param localAccounts whether people sign in with a password or a passkey here as well
 * @throws CountersignError `configuration_invalid` when a client secret cannot be read
 */
export function upstreamIdentity(ports: UpstreamPorts, providers: readonly IdentityProvider[], localAccounts = true): Identity {
  const alternatives = providers.map(({ id, name }) => ({ name, path: leavingPath(id) }))
  const passkeys = localAccounts ? ports.passkeys : undefined
  const { entrance, ...local } = localIdentity({ ...ports, alternatives, passwords: localAccounts, passkeys })
  const routes = providers.flatMap((each) => Object.entries(routesOf(ports, entrance, openIdProvider(ports, each))))
  return { ...local, routes: { ...local.routes, ...Object.fromEntries(routes) } }
}

const leavingPath = (id: string) => `/sign-in/with/${id}`
const returningPath = (id: string) => `/sign-in/callback/${id}`

function routesOf(ports: UpstreamPorts, entrance: Entrance, provider: OpenIdProvider): Identity['routes'] {
  const { clock, events } = ports
  const callback = new URL(ports.issuer.replace(/\/$/, '') + returningPath(provider.id))

  /** The button was pressed: out to the provider. */
  async function leave(exchange: Exchange): Promise<Reply> {
    const pressed = await entrance.pressed(exchange)
    if ('status' in pressed) return pressed
    const { again, browser, errand } = pressed
    const freshSince = again ? clock.now() : undefined
    const ties = await keepPending(ports, { provider: provider.id, browser, errand, freshSince })
    try {
      return entrance.goOn(exchange, provider.name, await provider.authorizationUrl({ callback, freshSince, ...ties }))
    } catch (cause) {
      return refuse(exchange, 'not_available', cause)
    }
  }

  /** The browser comes back (OpenID Connect Core 1.0 section 3.1.2.5). */
  async function comeBack(exchange: Exchange): Promise<Reply> {
    if (exchange.method !== 'GET') throw new OAuthError('invalid_request', 'use GET', { status: 405, headers: { allow: 'GET' } })
    const state = parseForm(exchange.query).get('state')
    const browser = await entrance.browserOf(exchange)
    // RFC 9700 section 4.7.1: an answer counts in the browser that asked, and before anything else in it is looked at.
    const pending =
      state === undefined || browser === undefined ? undefined : await takePending(ports, { state, provider: provider.id, browser })
    if (state === undefined || pending === undefined) {
      events({ type: 'account.upstream_refused', provider: provider.id, why: 'not_pending', address: exchange.remoteAddress })
      return entrance.refuse(exchange, 'sign_in_ended')
    }
    const { errand, ...ties } = pending
    let person: UpstreamPerson
    try {
      person = await provider.redeem(new URLSearchParams(exchange.query), { callback, state, ...ties })
    } catch (cause) {
      return refuse(exchange, whyOf(cause), cause)
    }
    if (!person.hasRequiredClaims) {
      events({ type: 'account.upstream_refused', provider: provider.id, why: 'required_claims', address: exchange.remoteAddress })
      return entrance.refuse(exchange, 'not_admitted')
    }
    return entrance.admit(await linkedSubject(ports, provider.id, person), errand, person.authenticatedAt, exchange)
  }

  function refuse(exchange: Exchange, why: string, cause: unknown): Reply {
    events({ type: 'account.upstream_refused', provider: provider.id, why, address: exchange.remoteAddress, cause })
    return entrance.refuse(exchange, why === 'not_available' ? 'unavailable' : 'sign_in_refused')
  }

  return { [leavingPath(provider.id)]: leave, [returningPath(provider.id)]: comeBack }
}

/** Why a sign-in failed, in a word for the log. */
function whyOf(cause: unknown): string {
  // RFC 6749 sections 4.1.2.1 and 5.2: an error code is a word; whatever else is in its place stays out of the log.
  if (cause instanceof AuthorizationResponseError || cause instanceof ResponseBodyError) {
    return /^[a-z_]{1,40}$/.test(cause.error) ? cause.error : 'error'
  }
  // RFC 6749 section 5.2: a 401 is about this server, its id or its secret there.
  if (cause instanceof WWWAuthenticateChallengeError) return 'invalid_client'
  if (cause instanceof ClientError) return cause.code === 'OAUTH_TIMEOUT' ? 'not_available' : 'not_trusted'
  // What `fetch` rejects with when there is nobody.
  return cause instanceof TypeError && !('code' in cause) ? 'not_available' : 'not_trusted'
}
