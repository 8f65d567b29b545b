/** JSON Web Keys: reading the ones peers send, and their thumbprints (RFC 7517, RFC 7638). */
import { encodeBase64url } from './base64url.ts'
import type { PrivateJwk, PublicJwk, Suite } from './suite.ts'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const coordinate = /^[A-Za-z0-9_-]{43}$/
const modulus = /^[A-Za-z0-9_-]{342,1366}$/

/** Whether a JWK carries private or symmetric key material (RFC 9449 section 4.3 check 7). */
export function hasPrivateMaterial(jwk: object): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))
}

/** The public key in a JWK of a supported kind, stripped to the members of its thumbprint; `undefined` for everything else. */
export function readPublicJwk(jwk: unknown): PublicJwk | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y, n, e } = jwk as Record<string, unknown>
  if (kty === 'EC' && crv === 'P-256' && matches(x, coordinate) && matches(y, coordinate)) return { kty, crv, x, y }
  if (kty === 'OKP' && crv === 'Ed25519' && matches(x, coordinate)) return { kty, crv, x }
  // At least 2048 bits: shorter moduli do not reach the length.
  if (kty === 'RSA' && matches(n, modulus) && matches(e, /^[A-Za-z0-9_-]{3,6}$/)) return { kty, n, e }
  return undefined
}

/** The public half of a private key. */
export function publicOf(key: PrivateJwk): PublicJwk {
  return key.kty === 'EC' ? { kty: 'EC', crv: 'P-256', x: key.x, y: key.y } : { kty: 'OKP', crv: 'Ed25519', x: key.x }
}

/** JWK SHA-256 thumbprint, base64url (RFC 7638 section 3: required members only, in lexicographic order). */
export async function thumbprint(suite: Suite, key: PublicJwk): Promise<string> {
  return encodeBase64url(await suite.sha256(canonical(key)))
}

function canonical(key: PublicJwk): string {
  if (key.kty === 'EC') return `{"crv":"${key.crv}","kty":"EC","x":"${key.x}","y":"${key.y}"}`
  if (key.kty === 'OKP') return `{"crv":"${key.crv}","kty":"OKP","x":"${key.x}"}`
  return `{"e":"${key.e}","kty":"RSA","n":"${key.n}"}`
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}
