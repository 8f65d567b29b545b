/** Tokens for a program that acts for itself (RFC 6749 section 4.4): no person, no refresh token. */
import { CLIENT_CREDENTIALS, OAuthError } from '@countersign/protocol'
import { issueAccessToken } from '../tokens/issue.ts'
import { json } from '../requests/replies.ts'
import { targetOf } from '../requests/resources.ts'
import type { GrantHandler, OpenGrantHandler } from './grant.ts'

export const grantType = CLIENT_CREDENTIALS

export const open: OpenGrantHandler = () => handler

const handler: GrantHandler = async (context, { client, form, proof }) => {
  // RFC 6749 section 4.4: confidential clients only.
  if (client.authentication === 'none') throw new OAuthError('unauthorized_client', 'this grant needs a client that authenticates')
  const target = targetOf(context, client, form)
  // RFC 9700 section 2.6: no client may be taken for a person; the subjects of people hold no colon.
  return json(
    await issueAccessToken(context, {
      ...target,
      kind: 'client_credentials',
      subject: `client:${client.id}`,
      client,
      keyThumbprint: proof?.thumbprint,
    }),
  )
}
