/** Who a token speaks for (OpenID Connect Core 1.0 section 5.3, for any access token of ours). It says so only while the grant lives. */
import { formatChallenge, headerOf, OAuthError } from '@countersign/protocol'
import { PROOF_ALGORITHMS } from '@countersign/proof'
import { readAccessToken } from '../tokens/access-token.ts'
import type { Endpoint } from '../context.ts'
import { json } from '../requests/replies.ts'
import { proofOf } from '../requests/request-proof.ts'

export const userinfoEndpoint: Endpoint = async (context, exchange) => {
  if (exchange.method !== 'GET' && exchange.method !== 'POST') {
    throw new OAuthError('invalid_request', 'use GET or POST', { status: 405, headers: { allow: 'GET, POST' } })
  }
  const authorization = headerOf(exchange, 'authorization')
  if (authorization === null) throw new OAuthError('invalid_request', 'more than one Authorization header')
  const [, scheme = '', token] = /^(bearer|dpop) +([\w\-.~+/]+=*)$/i.exec(authorization ?? '') ?? []
  if (token === undefined) {
    // RFC 6750 section 3.1: no error code when no token was sent.
    return { status: 401, headers: { 'www-authenticate': challenges(), 'cache-control': 'no-store' }, body: '' }
  }
  try {
    const claims = await readAccessToken(context, token)
    const proof = await proofOf(context, exchange, '/userinfo', token)
    const bound = claims.cnf?.jkt
    // RFC 9449 section 7.2: a bound token is never accepted as Bearer, nor under another key.
    if (bound !== undefined && (scheme.toLowerCase() !== 'dpop' || proof?.thumbprint !== bound)) {
      throw new OAuthError('invalid_token', 'the token is bound to a key, and this request did not prove it')
    }
    if (bound === undefined && scheme.toLowerCase() === 'dpop') throw new OAuthError('invalid_token', 'the token is not bound to a key')
    const name = await context.identity.nameOf(claims.sub)
    return json({ sub: claims.sub, ...(name === undefined ? {} : { preferred_username: name }) })
  } catch (error) {
    if (!(error instanceof OAuthError) || !['invalid_token', 'invalid_dpop_proof'].includes(error.code)) throw error
    throw new OAuthError(error.code, error.message, { status: 401, headers: { 'www-authenticate': challenge(scheme, error) } })
  }
}

function challenge(scheme: string, error: OAuthError): string {
  const dpop = scheme.toLowerCase() === 'dpop'
  const parameters = { error: error.code, error_description: error.message, ...(dpop ? { algs: PROOF_ALGORITHMS.join(' ') } : {}) }
  return formatChallenge(dpop ? 'DPoP' : 'Bearer', parameters)
}

function challenges(): readonly string[] {
  return [formatChallenge('Bearer', { realm: 'userinfo' }), formatChallenge('DPoP', { algs: PROOF_ALGORITHMS.join(' ') })]
}
