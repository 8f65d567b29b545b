/** JWT access tokens (RFC 9068): the claims, the signing, and the checks a resource makes. */
import { type Awaitable, type EpochMilliseconds, OAuthError, type Seconds } from '@countersign/protocol'
import { decodeJwt } from './jwt.ts'
import { algorithmOf, type PrivateJwk, type Suite, type VerifyCompact } from './suite.ts'

/** RFC 9068 section 2.2, with `cnf` (RFC 9449 section 6.1) and the grant the token was born of. Times are seconds since the epoch. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly iat: number
  readonly exp: number
  readonly nbf?: number
  readonly jti: string
  readonly scope?: string | undefined
  readonly cnf?: { readonly jkt?: string } | undefined
  /** The grant this token came of; ending the grant ends the token. */
  readonly grant_id?: string | undefined
  readonly [claim: string]: unknown
}

export type SignAccessToken = (claims: AccessTokenClaims) => Awaitable<string>

export async function createAccessTokenSigner(suite: Suite, key: PrivateJwk, keyId: string): Promise<SignAccessToken> {
  const sign = await suite.signer(key)
  // RFC 9068 section 2.1: typ at+jwt, so that no other JWT passes for an access token.
  const header = JSON.stringify({ typ: 'at+jwt', alg: algorithmOf(key), kid: keyId })
  return (claims) => sign(header, JSON.stringify(claims))
}

export interface AccessTokenExpectation {
  readonly issuer: string
  /** The resource that judges; compared with `aud` as a string. `undefined` only where the issuer judges its own tokens. */
  readonly audience: string | undefined
  readonly now: EpochMilliseconds
  /** How far clocks may disagree. */
  readonly leeway: Seconds
  /** The verifier for a key id and algorithm, or `undefined` when the issuer has no such key. */
  readonly keyFor: (keyId: string | undefined, alg: string) => Promise<VerifyCompact | undefined>
}

/**
 * Verifies an access token as RFC 9068 section 4 tells a resource server to.
 * @throws OAuthError `invalid_token`
 */
export async function verifyAccessToken(token: string, expected: AccessTokenExpectation): Promise<AccessTokenClaims> {
  const jwt = decodeJwt(token)
  if (jwt === undefined) throw invalid('the token is not a JWT access token')
  const { typ, alg, kid } = jwt.header
  if (typeof typ !== 'string' || !/^(application\/)?at\+jwt$/i.test(typ)) throw invalid('the token is not a JWT access token')
  if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) throw invalid('the token header is malformed')
  const verify = await expected.keyFor(kid, alg)
  if (verify === undefined || !(await verify(token))) throw invalid('the signature does not verify')
  const { claims } = jwt
  if (!hasRequiredClaims(claims)) throw invalid('the token lacks a required claim')
  if (claims.iss !== expected.issuer) throw invalid('the token is from another issuer')
  const { aud } = claims
  if (expected.audience !== undefined && !(typeof aud === 'string' ? aud === expected.audience : aud.includes(expected.audience))) {
    throw invalid('the token is meant for another resource')
  }
  if (expected.now >= (claims.exp + expected.leeway) * 1000) throw invalid('the token has expired')
  if (claims.nbf !== undefined && expected.now < (claims.nbf - expected.leeway) * 1000) throw invalid('the token is not valid yet')
  return claims
}

function invalid(what: string): OAuthError {
  return new OAuthError('invalid_token', what)
}

function hasRequiredClaims(claims: Readonly<Record<string, unknown>>): claims is AccessTokenClaims {
  const texts = ['iss', 'sub', 'client_id', 'jti'].every((name) => typeof claims[name] === 'string')
  const times = ['iat', 'exp'].every((name) => Number.isFinite(claims[name]))
  const { aud, nbf, scope, cnf } = claims
  const audience = typeof aud === 'string' || (Array.isArray(aud) && aud.every((one) => typeof one === 'string'))
  return (
    texts &&
    times &&
    audience &&
    (nbf === undefined || Number.isFinite(nbf)) &&
    (scope === undefined || typeof scope === 'string') &&
    // RFC 7800 section 3.1: a token bound in a way not understood here must not pass for an unbound one.
    (cnf === undefined || (typeof cnf === 'object' && cnf !== null && 'jkt' in cnf && typeof cnf.jkt === 'string'))
  )
}
