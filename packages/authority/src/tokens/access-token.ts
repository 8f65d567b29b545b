/**
 * Access tokens as the authority makes and reads them: JWT (RFC 9068), or opaque for resources that ask by introspection.
 * An opaque token is the same claims, sealed: nothing of it is stored either.
 */
import { type AccessTokenClaims, decodeBase64url, encodeBase64url, verifyAccessToken } from '@countersign/proof'
import { familyEnded, OAuthError } from '@countersign/protocol'
import { standingOf } from '../clients/client-lookup.ts'
import type { Context } from '../context.ts'
import { revokeGrant } from '../records/grant-record.ts'
import { readRecord } from '../records/records.ts'
import { resourceNamed } from '../requests/resources.ts'

const ASSOCIATED = 'access token'

/** In the form that the resources want; opaque when one of several does. */
export async function makeAccessToken(context: Context, claims: AccessTokenClaims): Promise<string> {
  const opaque = [claims.aud].flat().some((name) => resourceNamed(context, name)?.accessTokens === 'opaque')
  if (!opaque) return context.keys.sign(claims)
  return encodeBase64url(await context.suite.seal(context.sealingKey, new TextEncoder().encode(JSON.stringify(claims)), ASSOCIATED))
}

/**
 * The claims of a living access token of ours, whichever resource it is for: genuine, in time, its client still one, its grant not ended, its account active.
 * @throws OAuthError `invalid_token`
 */
export async function readAccessToken(context: Context, token: string): Promise<AccessTokenClaims> {
  const claims = await genuineClaims(context, token)
  // What does not depend on each other is asked for together: one round trip to a store that is elsewhere.
  const [standing, grant, isActive] = await Promise.all([
    standingOf(context, claims.client_id),
    claims.grant_id === undefined ? undefined : readRecord(context.store, 'grant', claims.grant_id),
    claims.grant_id === undefined || context.identity.isActive(claims.sub),
  ])
  if (standing !== 'good') {
    // RFC 7592 section 2.3: what a removed client was granted ends with it, for good, should its id ever be given out again.
    if (standing === 'removed' && claims.grant_id !== undefined) await revokeGrant(context, claims.grant_id)
    throw new OAuthError('invalid_token', 'the client of the token is not one any more')
  }
  if (claims.grant_id === undefined) return claims
  if (grant === undefined || familyEnded(grant.value.family, context.clock.now()) || !isActive) {
    throw new OAuthError('invalid_token', 'the grant behind the token has ended')
  }
  return claims
}

async function genuineClaims(context: Context, token: string): Promise<AccessTokenClaims> {
  const now = context.clock.now()
  if (token.includes('.')) {
    return verifyAccessToken(token, { issuer: context.issuer, audience: undefined, now, leeway: 0, keyFor: context.keys.keyFor })
  }
  const sealed = token.length > 8192 ? undefined : decodeBase64url(token)
  const opened = sealed && (await context.suite.open(context.sealingKey, sealed, ASSOCIATED))
  const claims = opened && (JSON.parse(new TextDecoder().decode(opened)) as AccessTokenClaims)
  if (claims === undefined || claims.iss !== context.issuer) throw new OAuthError('invalid_token', 'the token is not one of ours')
  if (now >= claims.exp * 1000) throw new OAuthError('invalid_token', 'the token has expired')
  return claims
}
