/** The token endpoint (RFC 6749 section 3.2): finds the grant's handler, the client and the proof, in that order. */
import { OAuthError, whenKnown } from '@countersign/protocol'
import { authenticateClient } from '../clients/authentication/authenticate.ts'
import type { Context, Endpoint } from '../context.ts'
import * as authorizationCode from '../grants/authorization-code.ts'
import * as clientCredentials from '../grants/client-credentials.ts'
import * as deviceCode from '../grants/device-code.ts'
import * as refreshToken from '../grants/refresh-token.ts'
import { postedForm, required } from '../requests/request.ts'
import { proofOf, withFreshNonce } from '../requests/request-proof.ts'

const GRANTS = [deviceCode, authorizationCode, refreshToken, clientCredentials] as const

/** What `grant_types_supported` says. */
export function grantTypesOf(context: Pick<Context, 'settings'>): readonly string[] {
  return offered(context).map(({ grantType }) => grantType)
}

export const tokenEndpoint: Endpoint = (context, exchange) => {
  const form = postedForm(exchange)
  const grantType = required(form, 'grant_type')
  const grant = offered(context).find((one) => one.grantType === grantType)
  const handler = grant?.open(context, form)
  return whenKnown(authenticateClient(context, exchange, form), (client) => {
    if (handler === undefined) throw new OAuthError('unsupported_grant_type')
    if (!client.grantTypes.includes(grantType)) throw new OAuthError('unauthorized_client')
    // Before any pacing: a bad proof or a nonce challenge is never counted as a poll.
    return whenKnown(proofOf(context, exchange, '/token'), (proof) => {
      // RFC 9449 section 5.2: a client registered for bound tokens gets no others.
      if (client.dpopBound === true && proof === undefined) throw new OAuthError('invalid_dpop_proof', 'this client must prove a key')
      return whenKnown(handler(context, { client, form, proof }), (reply) => withFreshNonce(context, proof, reply))
    })
  })
}

function offered({ settings }: Pick<Context, 'settings'>) {
  return settings.codeGrant === 'on' ? GRANTS : GRANTS.filter((grant) => grant !== authorizationCode)
}
