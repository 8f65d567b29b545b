/** Access tokens as the authority makes and reads them: JWT (RFC 9068), or opaque for resources that ask by introspection. */
import { type AccessTokenClaims, verifyAccessToken } from '@countersign/proof'
import { type Awaitable, begun, familyEnded, OAuthError, whenKnown } from '@countersign/protocol'
import { standingOf } from '../clients/client-lookup.ts'
import type { Context } from '../context.ts'
import { revokeGrant } from '../records/grant-record.ts'
import { readRecord } from '../records/records.ts'
import { resourceNamed } from '../requests/resources.ts'

/** In the form that the resources want; opaque when one of several does. */
export function makeAccessToken(context: Context, claims: AccessTokenClaims): Awaitable<string> {
  const isOpaque = (name: string) => resourceNamed(context, name)?.accessTokens === 'opaque'
  const opaque = typeof claims.aud === 'string' ? isOpaque(claims.aud) : claims.aud.some(isOpaque)
  return opaque ? context.opaqueTokens.make(claims) : context.keys.sign(claims)
}

/**
 * The claims of a living access token of ours, whichever resource it is for: genuine, in time, its client still one, its grant not ended, its account active.
 * @throws OAuthError `invalid_token`
 */
export function readAccessToken(context: Context, token: string): Awaitable<AccessTokenClaims> {
  return whenKnown(genuineClaims(context, token), (claims) => {
    const { grant_id: grantId } = claims
    // What does not depend on each other is asked for together: one round trip to a store that is elsewhere.
    const reading = grantId === undefined ? undefined : begun(readRecord(context.store, 'grant', grantId))
    const judging = grantId === undefined || begun(context.identity.isActive(claims.sub))
    return whenKnown(standingOf(context, claims.client_id), (standing) => {
      if (standing !== 'good') return refuseWithoutClient(context, standing, grantId)
      if (grantId === undefined) return claims
      return whenKnown(reading, (grant) =>
        whenKnown(judging, (isActive) => {
          if (grant !== undefined && !familyEnded(grant.value.family, context.clock.now()) && isActive) return claims
          throw new OAuthError('invalid_token', 'the grant behind the token has ended')
        }),
      )
    })
  })
}

async function refuseWithoutClient(context: Context, standing: 'suspended' | 'removed', grantId: string | undefined): Promise<never> {
  // RFC 7592 section 2.3: what a removed client was granted ends with it, for good, should its id ever be given out again.
  if (standing === 'removed' && grantId !== undefined) await revokeGrant(context, grantId)
  throw new OAuthError('invalid_token', 'the client of the token is not one any more')
}

function genuineClaims(context: Context, token: string): Awaitable<AccessTokenClaims> {
  const now = context.clock.now()
  if (token.includes('.')) {
    return verifyAccessToken(token, { issuer: context.issuer, audience: undefined, now, leeway: 0, keyFor: context.keys.keyFor })
  }
  return whenKnown(context.opaqueTokens.read(token), (claims) => {
    if (claims === undefined || claims.iss !== context.issuer) throw new OAuthError('invalid_token', 'the token is not one of ours')
    if (now >= claims.exp * 1000) throw new OAuthError('invalid_token', 'the token has expired')
    return claims
  })
}
