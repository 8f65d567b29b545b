/** The public keys that a client publishes (RFC 7517 section 5). */
import { hasPrivateMaterial, readPublicJwk } from '@countersign/proof'

const MOST_KEYS = 20

/**
 * The keys of a JWK Set that this server can verify with, each with its `kid`. Keys of other kinds or for encryption are passed over.
 * `undefined` when nothing is left, or when a private key is among them: whoever published it is not the only one to have it.
 */
export function publicKeysOf(jwks: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : undefined
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) return undefined
  const objects = keys.filter((jwk): jwk is Readonly<Record<string, unknown>> => typeof jwk === 'object' && jwk !== null)
  if (objects.some(hasPrivateMaterial)) return undefined
  const usable = objects.flatMap((jwk) => {
    const key = jwk['use'] === 'enc' ? undefined : readPublicJwk(jwk)
    if (key === undefined) return []
    return [typeof jwk['kid'] === 'string' ? { ...key, kid: jwk['kid'] } : { ...key }]
  })
  return usable.length === 0 ? undefined : usable
}
