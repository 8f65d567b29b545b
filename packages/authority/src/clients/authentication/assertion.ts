/** A client that signs a JWT instead of knowing a secret: private_key_jwt (RFC 7523 section 3, OpenID Connect Core 1.0 section 9). */
import { algorithmOf, decodeJwt, readPublicJwk } from '@countersign/proof'
import type { Context } from '../../context.ts'
import type { Client } from '../../records/records.ts'

/** Assertions live for minutes: one that claims to live longer was made to be kept. */
const LONGEST_LIFE_MS = 600_000
const LEEWAY_MS = 30_000

/** Whether the assertion is the client's own, made for this issuer, in time, and new. Never throws on a bad one. */
export async function isOwnAssertion(context: Context, client: Client, assertion: string): Promise<boolean> {
  const jwt = decodeJwt(assertion)
  if (jwt === undefined) return false
  const { iss, sub, aud, exp, nbf, jti } = jwt.claims
  const now = context.clock.now()
  if (iss !== client.id || sub !== client.id) return false
  // The issuer and nothing else: a token endpoint URL as audience lets one server use what was made for another.
  if (!(aud === context.issuer || (Array.isArray(aud) && aud.length === 1 && aud[0] === context.issuer))) return false
  if (typeof exp !== 'number' || exp * 1000 + LEEWAY_MS <= now || exp * 1000 > now + LONGEST_LIFE_MS + LEEWAY_MS) return false
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - LEEWAY_MS <= now)) return false
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) return false
  if (!(await isSignedByClient(context, client, assertion, jwt.header))) return false
  // RFC 7523 section 3: jti values are kept until exp, so an assertion is good once.
  return context.store.once(`${client.id}:${jti}:assertion`, exp * 1000 + LEEWAY_MS)
}

async function isSignedByClient(
  { clientDocuments, suite }: Context,
  client: Client,
  assertion: string,
  header: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const published = client.jwksUri === undefined ? undefined : await clientDocuments.keysAt(client.jwksUri)
  for (const jwk of published ?? client.jwks ?? []) {
    const key = readPublicJwk(jwk)
    if (key === undefined || header['alg'] !== algorithmOf(key)) continue
    if (header['kid'] !== undefined && jwk['kid'] !== undefined && header['kid'] !== jwk['kid']) continue
    const verify = await suite.verifier(key)
    if (await verify(assertion)) return true
  }
  return false
}
