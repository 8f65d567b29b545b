/**
 * Calling a protected resource with a stored credential (RFC 6750 section 2.1, RFC 9449 section 7).
 * Invariant: the token goes to the origin of the resource it was issued for, in the Authorization header, and nowhere else.
 */
import { type Clock, type Fetch, parseChallenges } from '@countersign/protocol'
import { type Authorization, type AuthorizationRequest, type Authorizer, authorizerOf } from './authorizer.ts'
import { givenAddress } from './discovery/address.ts'
import type { Runtime } from './runtime.ts'
import type { Tokens } from './tokens.ts'
import { asksForNonce, nonceIn } from './wire/proven.ts'

/** Milliseconds. */
const YOUNG = 10_000

/**
 * A fetch that adds the token and, for bound tokens, a fresh proof. It answers a demand for a nonce and an expired token by itself, once each;
 * redirects are returned, not followed. A stream as body is sent once only, so such a request is never repeated.
 * The returned function throws CountersignError `resource_mismatch` for another origin, and what `accessToken` throws.
 */
export function authorizedFetch(runtime: Runtime, tokens: Tokens, name: string): Fetch {
  return fetchAuthorizedBy(runtime, authorizerOf(runtime, tokens, name))
}

/** The same with headers from anywhere, such as an agent that keeps token and key to itself. */
export function fetchAuthorizedBy({ fetch, clock }: Pick<Runtime, 'fetch' | 'clock'>, authorizer: Authorizer): Fetch {
  const authorized = authorizing(clock, authorizer)
  return async (input, init = {}) => {
    const { href: url } = givenAddress(input)
    const method = (init.method ?? 'GET').toUpperCase()
    return authorized({ method, url, signal: init.signal ?? undefined, repeatable: !(init.body instanceof ReadableStream) }, (given) => {
      const headers = new Headers(init.headers)
      headers.delete('dpop')
      // RFC 6750 section 2: one method only, and it is the header.
      for (const [name, value] of Object.entries(given)) headers.set(name, value)
      return fetch(url, { ...init, method, headers, redirect: 'manual', credentials: 'omit' })
    })
  }
}

/** What has to be seen of an answer to know how it took the token. A `Response` of the web is one. */
export interface AuthorizedAnswer {
  readonly status: number
  readonly headers: Pick<Headers, 'get'>
  readonly body: { cancel(): Promise<unknown> } | null
}

export interface AuthorizedRequest extends Pick<AuthorizationRequest, 'method' | 'url' | 'signal'> {
  /** Whether it can be sent a second time. */
  readonly repeatable: boolean
}

/** Sends one request, by whatever means, with these headers in it and without any other `authorization` and `dpop`. */
export type SendAuthorized = <Answer extends AuthorizedAnswer>(
  request: AuthorizedRequest,
  send: (headers: Authorization['headers']) => Promise<Answer>,
) => Promise<Answer>

/** What `authorizedFetch` does beside sending, for those who do not send with a fetch. */
export function authorizing(clock: Clock, authorizer: Authorizer): SendAuthorized {
  const nonces = new Map<string, string>()

  return async ({ method, url, signal, repeatable }, send) => {
    const { origin } = new URL(url)

    async function once(rejected: string | undefined) {
      const nonce = nonces.get(origin)
      const authorization = await authorizer.authorize({ method, url, nonce, rejected, signal })
      const answer = await send(authorization.headers)
      const isBound = authorization.headers.dpop !== undefined
      // RFC 9449 section 8.2: the newest nonce of any answer is the one for the next request.
      const given = isBound ? nonceIn(answer.headers) : undefined
      if (given !== undefined) nonces.set(origin, given)
      const again = given !== undefined && given !== nonce && answer.status === 401 && asksForNonce(answer.headers)
      return { answer, authorization, again }
    }

    async function attempt(rejected?: string) {
      const first = await once(rejected)
      // RFC 9449 section 9: the same request again, with the nonce and a new proof.
      if (!first.again || !repeatable) return first
      await first.answer.body?.cancel()
      return once(rejected)
    }

    const { answer, authorization } = await attempt()
    const { accessToken, obtainedAt } = authorization.credential
    // A token that has just been renewed is refused for another reason; renewing again would only start a storm.
    const young = clock.now() - obtainedAt < YOUNG
    if (young || !refusesToken(answer) || !repeatable) return answer
    const renewed = await attempt(accessToken)
    await answer.body?.cancel()
    return renewed.answer
  }
}

/** RFC 6750 section 3.1: expired, revoked or otherwise no longer good. */
function refusesToken({ status, headers }: AuthorizedAnswer): boolean {
  if (status !== 401) return false
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '')
  return challenges.some(({ parameters }) => parameters['error'] === 'invalid_token')
}
