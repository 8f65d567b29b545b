/** The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3): a registration as it is stored, whatever was asked for. */
import { AUTHORIZATION_CODE, formatScope } from '@countersign/protocol'
import { type Context, urlOf } from '../../context.ts'
import type { Client } from '../../records/records.ts'

/** Told once, by whoever has just drawn or been shown them. */
export interface Told {
  readonly registrationToken: string
  readonly secret: string | undefined
}

export function clientInformation(context: Pick<Context, 'issuer'>, client: Client, { registrationToken, secret }: Told): object {
  const { id, name, grantTypes, redirectUris, scopes, jwks, jwksUri, dpopBound, registration } = client
  return {
    client_id: id,
    client_id_issued_at: Math.floor(client.createdAt / 1000),
    // RFC 7591 section 3.2.1: goes with every secret; 0 means that it does not expire.
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: registrationToken,
    registration_client_uri: urlOf(context, `/register?client_id=${encodeURIComponent(id)}`),
    token_endpoint_auth_method: registration?.authMethod,
    grant_types: grantTypes,
    response_types: grantTypes.includes(AUTHORIZATION_CODE) ? ['code'] : [],
    ...(name === '' ? {} : { client_name: name }),
    ...(redirectUris === undefined ? {} : { redirect_uris: redirectUris }),
    ...(scopes === undefined ? {} : { scope: formatScope(scopes) }),
    ...(jwks === undefined ? {} : { jwks: { keys: jwks } }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
    ...(dpopBound === true ? { dpop_bound_access_tokens: true } : {}),
  }
}
