/** JSON Web Tokens in compact form: taking one apart (RFC 7519, RFC 7515). Whatever a stranger sends, the answer is a value, never an exception. */
import { decodeBase64url } from './base64url.ts'

export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

const LONGEST = 16_384
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Header and claims of a compact JWS, nothing verified; `undefined` when it is not one. */
export function decodeJwt(jws: string): DecodedJwt | undefined {
  const parts = partsOf(jws)
  const header = parts && decodeHeader(parts.header)
  const claims = parts && decodePart(parts.payload)
  return header && claims && { header, claims }
}

/** The first two parts of a compact JWS, as they were sent. */
export interface JwsParts {
  readonly header: string
  readonly payload: string
}

/** The parts of what may be a compact JWS; `undefined` when it is none. */
export function partsOf(jws: string): JwsParts | undefined {
  if (jws.length > LONGEST) return undefined
  const [header, payload, signature, ...more] = jws.split('.')
  // An empty signature is what alg none sends; a respelled one would give one token several texts.
  if (!header || !payload || !signature || more.length > 0 || decodeBase64url(signature) === undefined) return undefined
  return { header, payload }
}

export function decodeHeader(part: string): DecodedJwt['header'] | undefined {
  const header = decodePart(part)
  // RFC 7515 section 4.1.11: an extension that is marked critical and not understood makes the JWS invalid, and none is understood here.
  return header === undefined || Object.hasOwn(header, 'crit') ? undefined : header
}

export function decodePart(part: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
