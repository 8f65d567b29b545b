/** Which credentials a request carries: one token in the Authorization header, or none (RFC 6750 section 2.1, RFC 9449 section 7.1). */
import { type Exchange, headerOf } from '@countersign/protocol'

export type Scheme = 'Bearer' | 'DPoP'

export type Credentials =
  /** Nothing at all, or a scheme that is not spoken here. */
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly what: string }
  | {
      readonly kind: 'token'
      readonly scheme: Scheme
      readonly token: string
      /** The DPoP header: `undefined` when absent, `null` when sent more than once. */
      readonly proof: string | null | undefined
    }

// RFC 9110 section 11.2: token68. A comma cannot be part of it, so two headers that were joined on the way do not pass for one.
const token68 = /^[A-Za-z0-9\-._~+/]+=*$/

/** Reads the credentials of a request; nothing is verified. */
export function readCredentials(request: { readonly url: string; readonly headers: Exchange['headers'] }): Credentials {
  const header = headerOf(request, 'authorization')
  if (header === null) return malformed('more than one Authorization header')
  if (header === undefined) return { kind: 'none' }
  const [, word = '', rest = ''] = /^(\S*) *(.*)$/s.exec(header) ?? []
  // RFC 9110 section 11.1: the case of a scheme means nothing.
  const scheme = schemes.get(word.toLowerCase())
  if (scheme === undefined) return { kind: 'none' }
  if (!token68.test(rest)) return malformed('the Authorization header does not hold one token')
  // RFC 6750 section 2: one method per request. A token in the query alone is ignored; OAuth 2.1 has no such method.
  if (!URL.canParse(request.url)) return malformed('the request target is not a path')
  if (new URL(request.url).searchParams.has('access_token')) return malformed('the token is sent in more than one way')
  return { kind: 'token', scheme, token: rest, proof: headerOf(request, 'dpop') }
}

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['bearer', 'Bearer'],
  ['dpop', 'DPoP'],
])

function malformed(what: string): Credentials {
  return { kind: 'malformed', what }
}
