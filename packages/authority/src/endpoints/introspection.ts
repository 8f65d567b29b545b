/** The introspection endpoint (RFC 7662): tells a resource server about a token that was meant for it, and nobody anything else. */
import { type Awaitable, familyEnded, OAuthError, whenKnown } from '@countersign/protocol'
import type { AccessTokenClaims } from '@countersign/proof'
import { readAccessToken } from '../tokens/access-token.ts'
import { authenticateClient } from '../clients/authentication/authenticate.ts'
import type { Context, Endpoint } from '../context.ts'
import { type Client, readRecord } from '../records/records.ts'
import { readRefreshToken } from '../tokens/refresh-token.ts'
import { json, unlessRefused } from '../requests/replies.ts'
import { postedForm, required } from '../requests/request.ts'

export const introspectionEndpoint: Endpoint = (context, exchange) => {
  const form = postedForm(exchange)
  return whenKnown(authenticateClient(context, exchange, form), (client) => {
    // RFC 7662 section 2.1: some form of authorization is required, or anybody could try tokens here.
    if (client.authentication === 'none') throw new OAuthError('invalid_client', 'introspection needs a client that authenticates')
    const token = required(form, 'token')
    // RFC 7662 section 2.1: the hint only speeds things up; every kind is tried whatever it says.
    return whenKnown(aboutAccessToken(context, client, token), (known) =>
      known === undefined ? whenKnown(aboutRefreshToken(context, client, token), (about) => json(about ?? { active: false })) : json(known),
    )
  })
}

function aboutAccessToken(context: Context, client: Client, token: string): Awaitable<object | undefined> {
  return unlessRefused(() => whenKnown(readAccessToken(context, token), (claims) => aboutClaims(context, client, claims)))
}

function aboutClaims(context: Context, client: Client, claims: AccessTokenClaims): Awaitable<object | undefined> {
  // RFC 7662 section 4: not meant for the caller is not active for the caller.
  if (!isMeantFor(client, claims)) return undefined
  return whenKnown(context.identity.nameOf(claims.sub), (username) => {
    // RFC 9449 section 6.2: cnf goes along, and the type says how the token must be presented.
    const type = claims.cnf === undefined ? 'Bearer' : 'DPoP'
    return { active: true, token_type: type, ...(username === undefined ? {} : { username }), ...claims }
  })
}

function isMeantFor(client: Client, { aud, client_id: clientId }: AccessTokenClaims): boolean {
  return clientId === client.id || [aud].flat().some((name) => client.resources?.includes(name) === true)
}

/** Refresh tokens concern nobody but the client they were issued to. */
async function aboutRefreshToken(context: Context, client: Client, token: string): Promise<object | undefined> {
  const parts = await readRefreshToken(context, token)
  const grant = parts && (await readRecord(context.store, 'grant', parts.grantId))?.value
  if (parts === undefined || grant === undefined || grant.clientId !== client.id) return undefined
  if (familyEnded(grant.family, context.clock.now()) || parts.generation !== grant.family.generation) return undefined
  return { active: true, client_id: grant.clientId, sub: grant.subject, scope: grant.scope.join(' '), grant_id: parts.grantId }
}
