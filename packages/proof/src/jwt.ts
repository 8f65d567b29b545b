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
  if (jws.length > LONGEST) return undefined
  const parts = jws.split('.')
  // An empty signature is what alg none sends; a respelled one would give one token several texts.
  if (parts.length !== 3 || parts.some((part) => part === '') || decodeBase64url(parts[2] ?? '') === undefined) return undefined
  const header = decodePart(parts[0])
  const claims = decodePart(parts[1])
  if (header === undefined || claims === undefined) return undefined
  // RFC 7515 section 4.1.11: an extension that is marked critical and not understood makes the JWS invalid, and none is understood here.
  return Object.hasOwn(header, 'crit') ? undefined : { header, claims }
}

function decodePart(part: string | undefined): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(part ?? '')
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
