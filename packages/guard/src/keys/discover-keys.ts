/** From an issuer's identifier to the keys it signs with: metadata first (RFC 8414), then its `jwks_uri` (RFC 7517 section 5). */
import { algorithmOf, type PublicJwk, readPublicJwk } from '@countersign/proof'
import {
  AUTHORIZATION_SERVER_SUFFIX,
  appendWellKnown,
  CountersignError,
  insertWellKnown,
  isLoopbackHost,
  OPENID_CONFIGURATION_SUFFIX,
} from '@countersign/protocol'
import { fetchJson, type Network } from './fetch-json.ts'

export interface PublishedKey {
  readonly keyId: string | undefined
  readonly key: PublicJwk
}

/** More keys than this is no key set. */
const MOST_KEYS = 100

/**
 * The keys an issuer publishes that can verify access tokens; the others are left out.
 * @throws CountersignError `network_failure`, `discovery_failed`, `issuer_mismatch`, `insecure_url` or `invalid_response`
 */
export async function discoverKeys(network: Network, issuer: string): Promise<readonly PublishedKey[]> {
  const address = await publishedAddress(network, issuer, 'jwks_uri')
  const { status, body } = await fetchJson(network, address)
  const keys = body?.['keys']
  if (status !== 200 || !Array.isArray(keys) || keys.length > MOST_KEYS) {
    throw new CountersignError('invalid_response', `"${address}" does not answer with a key set`)
  }
  return keys.flatMap(readPublished)
}

/**
 * The address that an issuer's metadata names in this member: RFC 8414 section 3, then the two forms of OpenID Connect Discovery, for
 * issuers that publish nothing else.
 * @throws CountersignError `network_failure`, `discovery_failed`, `issuer_mismatch`, `insecure_url` or `invalid_response`
 */
export async function publishedAddress(
  network: Network,
  issuer: string,
  member: 'jwks_uri' | 'revocation_list_uri' | 'introspection_endpoint',
): Promise<string> {
  const candidates = new Set([
    insertWellKnown(issuer, AUTHORIZATION_SERVER_SUFFIX),
    insertWellKnown(issuer, OPENID_CONFIGURATION_SUFFIX),
    appendWellKnown(issuer, OPENID_CONFIGURATION_SUFFIX),
  ])
  for (const candidate of candidates) {
    const { status, body } = await fetchJson(network, candidate)
    if (status >= 500) throw new CountersignError('discovery_failed', `"${candidate}" answers with status ${status}`)
    // A page that says "not found" with status 200 is no metadata either.
    if (status !== 200 || body === undefined) continue
    // RFC 8414 section 3.3: identical, or the document must not be used.
    if (body['issuer'] !== issuer)
      throw new CountersignError('issuer_mismatch', `"${candidate}" speaks for another issuer than "${issuer}"`)
    return trusted(body[member], issuer, member)
  }
  throw new CountersignError('discovery_failed', `"${issuer}" publishes no metadata`)
}

/** These come over https, or from the issuer's own origin: a key set that anyone on the way could swap makes every token forgeable. */
function trusted(address: unknown, issuer: string, member: string): string {
  if (typeof address !== 'string' || !URL.canParse(address))
    throw new CountersignError('discovery_failed', `"${issuer}" names no ${member}`)
  const url = new URL(address)
  const elsewhere = url.protocol === 'https:' && !isLoopbackHost(url.hostname)
  if (url.origin !== new URL(issuer).origin && !elsewhere) {
    throw new CountersignError('insecure_url', `the ${member} of "${issuer}" is neither https nor on its own origin`)
  }
  return address
}

function readPublished(jwk: unknown): PublishedKey[] {
  const key = readPublicJwk(jwk)
  if (key === undefined) return []
  const { kid, alg, use, key_ops: operations, d } = jwk as Record<string, unknown>
  // RFC 7517 sections 4.2 to 4.4: a key may say what it is for, and is then for nothing else.
  const fits = (alg === undefined || alg === algorithmOf(key)) && (use === undefined || use === 'sig')
  const verifies = operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
  // A private key in a public place: anyone can sign with it.
  const leaked = d !== undefined
  if (!fits || !verifies || leaked || (kid !== undefined && typeof kid !== 'string')) return []
  return [{ keyId: kid, key }]
}
