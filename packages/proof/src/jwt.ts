/** JSON Web Tokens in compact form: taking one apart, and putting a signed one together (RFC 7519, RFC 7515). */
import { decodeBase64url } from './base64url.ts'

export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

const LONGEST = 16_384
const utf8 = { fatal: true, ignoreBOM: true } as const

/** Header and claims of a compact JWS, nothing verified; `undefined` when it is not one. */
export function decodeJwt(jws: string): DecodedJwt | undefined {
  if (jws.length > LONGEST) return undefined
  const parts = jws.split('.')
  if (parts.length !== 3 || parts.some((part) => part === '')) return undefined
  const header = decodePart(parts[0])
  const claims = decodePart(parts[1])
  return header === undefined || claims === undefined ? undefined : { header, claims }
}

function decodePart(part: string | undefined): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(part ?? '')
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', utf8).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
