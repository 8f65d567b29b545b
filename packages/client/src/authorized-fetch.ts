/**
 * Calling a protected resource with a stored credential (RFC 6750 section 2.1, RFC 9449 section 7).
 * Invariant: the token goes to the origin of the resource it was issued for, in the Authorization header, and nowhere else.
 */
import { CountersignError, type Fetch, parseChallenges } from '@countersign/protocol'
import { givenAddress } from './discovery/address.ts'
import type { Runtime } from './runtime.ts'
import type { Tokens } from './tokens.ts'
import type { Credential } from './vault/vault.ts'
import { adoptNonce, asksForNonce, bindKey, type KeyBinding, type Nonces, proofFor } from './wire/proven.ts'

/** Milliseconds. */
const YOUNG = 10_000

/**
 * A fetch that adds the token and, for bound tokens, a fresh proof. It answers a demand for a nonce and an expired token by itself, once each;
 * redirects are returned, not followed. A stream as body is sent once only, so such a request is never repeated.
 * The returned function throws CountersignError `resource_mismatch` for another origin, and what `accessToken` throws.
 */
export function authorizedFetch(runtime: Runtime, tokens: Tokens, name: string): Fetch {
  return authorizedFetchTo(runtime, tokens, name, ({ resource }) => resource)
}

/** The same for any one target of the credential. */
export function authorizedFetchTo(
  runtime: Runtime,
  tokens: Tokens,
  name: string,
  targetOf: (credential: Credential) => string | undefined,
): Fetch {
  const nonces: Nonces = new Map()

  return async (input, init = {}) => {
    const signal = init.signal ?? undefined
    const { href: url, origin } = givenAddress(input)
    const attempt = async (credential: Credential) => {
      const target = targetOf(credential)
      // RFC 9700 section 4.9.1: a token shown to another server is a token given away.
      if (target === undefined || new URL(target).origin !== origin) {
        throw new CountersignError('resource_mismatch', `this sign-in is not for ${origin}`, { hint: `Sign in to ${origin}.` })
      }
      const binding = credential.tokenType === 'DPoP' ? await bindKey(runtime, credential.key, nonces) : undefined
      return sendAuthorized(runtime, binding, credential, url, init)
    }

    const credential = await tokens.accessToken(name, { signal })
    const response = await attempt(credential)
    // A token that has just been renewed is refused for another reason; renewing again would only start a storm.
    const young = runtime.clock.now() - credential.obtainedAt < YOUNG
    if (young || !refusesToken(response) || isStream(init.body)) return response
    const renewed = await tokens.accessToken(name, { signal, rejected: credential.accessToken })
    await response.body?.cancel()
    return attempt(renewed)
  }
}

async function sendAuthorized(
  runtime: Runtime,
  binding: KeyBinding | undefined,
  { accessToken, tokenType }: Credential,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const method = (init.method ?? 'GET').toUpperCase()
  const once = async (): Promise<{ readonly response: Response; readonly again: boolean }> => {
    const headers = new Headers(init.headers)
    // RFC 6750 section 2: one method only, and it is the header.
    headers.set('authorization', `${tokenType} ${accessToken}`)
    headers.delete('dpop')
    const proven = binding === undefined ? undefined : await proofFor(binding, 'resource', { method, url, accessToken })
    if (proven !== undefined) headers.set('dpop', proven.proof)
    const response = await runtime.fetch(url, { ...init, method, headers, redirect: 'manual', credentials: 'omit' })
    const given = binding === undefined ? undefined : adoptNonce(binding, 'resource', url, response.headers)
    const again = given !== undefined && given !== proven?.nonce && response.status === 401 && asksForNonce(response.headers)
    return { response, again }
  }
  const first = await once()
  // RFC 9449 section 9: the same request again, with the nonce and a new proof.
  if (!first.again || isStream(init.body)) return first.response
  await first.response.body?.cancel()
  return (await once()).response
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
