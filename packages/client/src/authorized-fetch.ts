/**
 * Calling a protected resource with a stored credential (RFC 6750 section 2.1, RFC 9449 section 7).
 * Invariant: the token goes to the origin of the resource it was issued for, in the Authorization header, and nowhere else.
 */
import { type Fetch, parseChallenges } from '@countersign/protocol'
import { type Authorization, type Authorizer, authorizerOf } from './authorizer.ts'
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
  const nonces = new Map<string, string>()

  return async (input, init = {}) => {
    const signal = init.signal ?? undefined
    const { href: url, origin } = givenAddress(input)
    const method = (init.method ?? 'GET').toUpperCase()

    async function once(rejected: string | undefined): Promise<{ response: Response; authorization: Authorization; again: boolean }> {
      const nonce = nonces.get(origin)
      const authorization = await authorizer.authorize({ method, url, nonce, rejected, signal })
      const headers = new Headers(init.headers)
      headers.delete('dpop')
      // RFC 6750 section 2: one method only, and it is the header.
      for (const [name, value] of Object.entries(authorization.headers)) headers.set(name, value)
      const response = await fetch(url, { ...init, method, headers, redirect: 'manual', credentials: 'omit' })
      const isBound = authorization.headers.dpop !== undefined
      // RFC 9449 section 8.2: the newest nonce of any answer is the one for the next request.
      const given = isBound ? nonceIn(response.headers) : undefined
      if (given !== undefined) nonces.set(origin, given)
      const again = given !== undefined && given !== nonce && response.status === 401 && asksForNonce(response.headers)
      return { response, authorization, again }
    }

    async function attempt(rejected?: string): Promise<Awaited<ReturnType<typeof once>>> {
      const first = await once(rejected)
      // RFC 9449 section 9: the same request again, with the nonce and a new proof.
      if (!first.again || isStream(init.body)) return first
      await first.response.body?.cancel()
      return once(rejected)
    }

    const { response, authorization } = await attempt()
    const { accessToken, obtainedAt } = authorization.credential
    // A token that has just been renewed is refused for another reason; renewing again would only start a storm.
    const young = clock.now() - obtainedAt < YOUNG
    if (young || !refusesToken(response) || isStream(init.body)) return response
    const renewed = await attempt(accessToken)
    await response.body?.cancel()
    return renewed.response
  }
}

/** RFC 6750 section 3.1: expired, revoked or otherwise no longer good. */
function refusesToken(response: Response): boolean {
  if (response.status !== 401) return false
  const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '')
  return challenges.some(({ parameters }) => parameters['error'] === 'invalid_token')
}

function isStream(body: RequestInit['body']): boolean {
  return body instanceof ReadableStream
}
