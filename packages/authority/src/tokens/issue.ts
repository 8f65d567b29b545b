/** From what was granted to a token response (RFC 6749 section 5.1, RFC 9068, RFC 9449 section 5). */
import { type Awaitable, formatScope, REFRESH_TOKEN, type Reply, type Scope, type TokenResponse, whenKnown } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import { makeAccessToken } from './access-token.ts'
import type { Context } from '../context.ts'
import type { Client, Grant } from '../records/records.ts'
import type { GrantKind } from '../settings.ts'
import { livesOf } from './lives.ts'
import { makeRefreshToken } from './refresh-token.ts'
import { json } from '../requests/replies.ts'
import { scopeAt } from '../requests/resources.ts'

export interface Granted {
  readonly subject: string
  readonly kind: GrantKind | undefined
  readonly client: Client
  readonly scope: Scope
  readonly resources: readonly string[]
  /** The key the access token is bound to. */
  readonly keyThumbprint: string | undefined
  /** The grant it is born of; absent where nobody granted anything. */
  readonly grantId?: string | undefined
}

export interface Issue extends Omit<Granted, 'subject' | 'kind'> {
  readonly grantId: string
  readonly grant: Pick<Grant, 'subject' | 'family' | 'kind'>
}

/** The token response of a grant. The caller has already claimed it; nothing after this can fail but signing itself. */
export function issueTokens(context: Context, issue: Issue): Awaitable<Reply> {
  const { grantId, grant, client, scope, resources, keyThumbprint } = issue
  const granted = { subject: grant.subject, kind: grant.kind, client, scope, resources, keyThumbprint, grantId }
  const refreshes = client.grantTypes.includes(REFRESH_TOKEN)
  const making = refreshes ? makeRefreshToken(context, { grantId, generation: grant.family.generation }) : undefined
  return whenKnown(making, (refreshToken) => whenKnown(issueAccessToken(context, granted, refreshToken), tokenReply))
}

const tokenReply = (answer: TokenResponse) => json(answer)

/** An access token and what has to be told with it. Members that are not there are named all the same: objects of one shape are made and read faster. */
export function issueAccessToken(context: Context, granted: Granted, refreshToken?: string): Awaitable<TokenResponse> {
  const { subject, client, resources, keyThumbprint, grantId } = granted
  // RFC 9068 section 2.2.3: every scope in a token makes sense for its audience.
  const scope = scopeAt(context, resources, granted.scope)
  const iat = Math.floor(context.clock.now() / 1000)
  const life = livesOf(context.settings, granted.kind).accessTokenLife
  const making = makeAccessToken(context, {
    iss: context.issuer,
    sub: subject,
    // RFC 9068 section 2.2: one resource stands alone, several as an array.
    aud: resources.length === 1 ? (resources[0] as string) : resources,
    client_id: client.id,
    iat,
    exp: iat + life,
    jti: randomText(context.suite, 16),
    grant_id: grantId,
    scope: scope.length === 0 ? undefined : formatScope(scope),
    // RFC 9449 section 6.1
    cnf: keyThumbprint === undefined ? undefined : { jkt: keyThumbprint },
  })
  return whenKnown(making, (accessToken) => ({
    access_token: accessToken,
    // RFC 9449 section 5: DPoP when bound, and never DPoP when not.
    token_type: keyThumbprint === undefined ? 'Bearer' : 'DPoP',
    expires_in: life,
    // OAuth 2.1 recommends to always tell; RFC 6749 section 3.3 demands it when it differs from what was asked.
    scope: formatScope(scope),
    refresh_token: refreshToken,
  }))
}
