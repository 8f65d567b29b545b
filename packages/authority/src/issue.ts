/** From a grant to tokens (RFC 6749 section 5.1, RFC 9068, RFC 9449 section 5). */
import { formatScope, REFRESH_TOKEN, type Reply, type Scope, type TokenResponse } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from './context.ts'
import type { Client, Grant } from './records.ts'
import { makeRefreshToken } from './refresh-token.ts'
import { json } from './replies.ts'

export interface Issue {
  readonly grantId: string
  readonly grant: Pick<Grant, 'subject' | 'family'>
  readonly client: Client
  readonly scope: Scope
  readonly resources: readonly string[]
  /** The key the access token is bound to. */
  readonly keyThumbprint: string | undefined
}

/** The token response. The caller has already claimed the grant; nothing after this can fail but signing itself. */
export async function issueTokens(context: Context, issue: Issue): Promise<Reply> {
  const { grantId, grant, client, scope, resources, keyThumbprint } = issue
  const iat = Math.floor(context.clock.now() / 1000)
  const life = context.settings.accessTokenLife
  const accessToken = await context.keys.sign({
    iss: context.issuer,
    sub: grant.subject,
    // RFC 9068 section 2.2: one resource stands alone, several as an array.
    aud: resources.length === 1 ? (resources[0] as string) : resources,
    client_id: client.id,
    iat,
    exp: iat + life,
    jti: randomText(context.suite, 16),
    grant_id: grantId,
    ...(scope.length === 0 ? {} : { scope: formatScope(scope) }),
    // RFC 9449 section 6.1
    ...(keyThumbprint === undefined ? {} : { cnf: { jkt: keyThumbprint } }),
  })
  const response: TokenResponse = {
    access_token: accessToken,
    // RFC 9449 section 5: DPoP when bound, and never DPoP when not.
    token_type: keyThumbprint === undefined ? 'Bearer' : 'DPoP',
    expires_in: life,
    ...(client.grantTypes.includes(REFRESH_TOKEN)
      ? { refresh_token: await makeRefreshToken(context, { grantId, generation: grant.family.generation }) }
      : {}),
    // OAuth 2.1 recommends to always tell; RFC 6749 section 3.3 demands it when it differs from what was asked.
    scope: formatScope(scope),
  }
  return json(response)
}
