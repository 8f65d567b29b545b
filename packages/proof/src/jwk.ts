/** JSON Web Keys: reading the ones peers send, and their thumbprints (RFC 7517, RFC 7638). */
import { decodeBase64url } from './base64url.ts'
import type { PrivateJwk, PublicJwk, Suite } from './suite.ts'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const COORDINATE_BYTES = 32
const MODULUS_BITS = { least: 2048, most: 8192 }
const EXPONENT_BITS = { least: 9, most: 32 }

/** Whether a JWK carries private or symmetric key material (RFC 9449 section 4.3 check 7). */
export function hasPrivateMaterial(jwk: object): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))
}

/** The public key in a JWK of a supported kind, stripped to the members of its thumbprint; `undefined` for everything else. */
export function readPublicJwk(jwk: unknown): PublicJwk | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y, n, e } = jwk as Record<string, unknown>
  if (kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y)) return { kty, crv, x, y }
  if (kty === 'OKP' && crv === 'Ed25519' && isCoordinate(x)) return { kty, crv, x }
  // RFC 7518 section 3.3: at least 2048 bits.
  if (kty === 'RSA' && isOddNumber(n, MODULUS_BITS) && isOddNumber(e, EXPONENT_BITS)) return { kty, n, e }
  return undefined
}

/** The public half of a private key. */
export function publicOf(key: PrivateJwk): PublicJwk {
  if (key.kty === 'EC') return { kty: 'EC', crv: 'P-256', x: key.x, y: key.y }
  return key.kty === 'OKP' ? { kty: 'OKP', crv: 'Ed25519', x: key.x } : { kty: 'RSA', n: key.n, e: key.e }
}

/** JWK SHA-256 thumbprint, base64url (RFC 7638 section 3: required members only, in lexicographic order). */
export async function thumbprint(suite: Suite, key: PublicJwk): Promise<string> {
  return suite.sha256(canonical(key))
}

function canonical(key: PublicJwk): string {
  if (key.kty === 'EC') return `{"crv":"${key.crv}","kty":"EC","x":"${key.x}","y":"${key.y}"}`
  if (key.kty === 'OKP') return `{"crv":"${key.crv}","kty":"OKP","x":"${key.x}"}`
  return `{"e":"${key.e}","kty":"RSA","n":"${key.n}"}`
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === COORDINATE_BYTES
}

/** RFC 7518 section 6.3.1: no leading zero octets, so that a short number cannot be padded to look long. */
function isOddNumber(value: unknown, bits: { readonly least: number; readonly most: number }): value is string {
  if (typeof value !== 'string' || value.length * 6 > bits.most + 16) return false
  const bytes = decodeBase64url(value)
  const first = bytes?.[0]
  const last = bytes?.at(-1)
  if (bytes === undefined || first === undefined || last === undefined || first === 0 || last % 2 === 0) return false
  const length = bytes.length * 8 - (Math.clz32(first) - 24)
  return length >= bits.least && length <= bits.most
}
