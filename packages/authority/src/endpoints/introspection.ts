/** The introspection endpoint (RFC 7662): tells a resource server about a token that was meant for it, and nobody anything else. */
import { familyEnded, OAuthError } from '@countersign/protocol'
import type { AccessTokenClaims } from '@countersign/proof'
import { readAccessToken } from '../tokens/access-token.ts'
import { authenticateClient } from '../clients/authentication/authenticate.ts'
import type { Context, Endpoint } from '../context.ts'
import { type Client, readRecord } from '../records/records.ts'
import { readRefreshToken } from '../tokens/refresh-token.ts'
import { json } from '../requests/replies.ts'
import { postedForm, required } from '../requests/request.ts'

export const introspectionEndpoint: Endpoint = async (context, exchange) => {
  const form = postedForm(exchange)
  const client = await authenticateClient(context, exchange, form)
  // RFC 7662 section 2.1: some form of authorization is required, or anybody could try tokens here.
  if (client.authentication === 'none') throw new OAuthError('invalid_client', 'introspection needs a client that authenticates')
  const token = required(form, 'token')
  // RFC 7662 section 2.1: the hint only speeds things up; every kind is tried whatever it says.
  return json((await aboutAccessToken(context, client, token)) ?? (await aboutRefreshToken(context, client, token)) ?? { active: false })
}

async function aboutAccessToken(context: Context, client: Client, token: string): Promise<object | undefined> {
  let claims: AccessTokenClaims
  try {
    claims = await readAccessToken(context, token)
  } catch (error) {
    if (error instanceof OAuthError) return undefined
    throw error
  }
  // RFC 7662 section 4: not meant for the caller is not active for the caller.
  const meant = [claims.aud].flat().some((name) => client.resources?.includes(name) === true)
  if (!meant && claims.client_id !== client.id) return undefined
  const username = await context.identity.nameOf(claims.sub)
  // RFC 9449 section 6.2: cnf goes along, and the type says how the token must be presented.
  const type = claims.cnf === undefined ? 'Bearer' : 'DPoP'
  return { active: true, token_type: type, ...(username === undefined ? {} : { username }), ...claims }
}

/** Refresh tokens concern nobody but the client they were issued to. */
async function aboutRefreshToken(context: Context, client: Client, token: string): Promise<object | undefined> {
  const parts = await readRefreshToken(context, token)
  const grant = parts && (await readRecord(context.store, 'grant', parts.grantId))?.value
  if (parts === undefined || grant === undefined || grant.clientId !== client.id) return undefined
  if (familyEnded(grant.family, context.clock.now()) || parts.generation !== grant.family.generation) return undefined
  return { active: true, client_id: grant.clientId, sub: grant.subject, scope: grant.scope.join(' '), grant_id: parts.grantId }
}
