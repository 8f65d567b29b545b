/**
 * The parameters of an authorization request (OAuth 2.1 section 4.1.1), checked in the order that decides where an error may go:
 * first whose request it is and where its answer goes, then everything else.
 */
import { AUTHORIZATION_CODE, type AuthorizationRequest, type Form, isRegisteredRedirectUri, OAuthError } from '@countersign/protocol'
import { isSha256Text } from '@countersign/proof'
import { findClientFor } from '../../clients/client-lookup.ts'
import type { Context } from '../../context.ts'
import type { Client } from '../../records/records.ts'
import { required } from '../../requests/request.ts'
import { targetOf } from '../../requests/resources.ts'
import { type Prompting, promptingIn } from './prompt.ts'

/** Whom an answer is for, and where it goes: known good, so errors may be sent there. */
export interface ReturnAddress {
  readonly client: Client
  readonly redirectUri: string
  readonly clientState: string | undefined
}

export interface CheckedRequest extends Prompting {
  readonly request: AuthorizationRequest
}

/** What clients put there is theirs, but it is kept and given back: not more than a page of it. */
const LONGEST_STATE = 4096

function isTooLong(state: string | undefined): boolean {
  return (state ?? '').length > LONGEST_STATE
}

/** The client of a browser's request. @throws OAuthError that must not be redirected (RFC 6749 section 4.1.2.1) */
export async function clientOf(context: Context, form: Form): Promise<Client> {
  const client = await findClientFor(context, required(form, 'client_id'))
  if (client === undefined) throw new OAuthError('invalid_client', 'the client is not known here')
  return client
}

/** Where the answer goes. @throws OAuthError that must not be redirected: RFC 9700 section 4.11 forbids to follow an unknown address */
export function returnAddressOf(client: Client, form: Form): ReturnAddress {
  const registered = client.redirectUris ?? []
  const [only, ...others] = registered
  // OAuth 2.1 section 4.1.1: may be left out when there is only one to mean.
  const redirectUri = form.get('redirect_uri') ?? (others.length === 0 ? only : undefined)
  if (redirectUri === undefined) throw new OAuthError('invalid_request', "parameter 'redirect_uri' is missing")
  if (!isRegisteredRedirectUri(registered, redirectUri)) {
    throw new OAuthError('invalid_request', 'the redirect URI is not registered for this client')
  }
  const clientState = form.get('state')
  return { client, redirectUri, clientState: isTooLong(clientState) ? undefined : clientState }
}

/**
 * Everything else.
 * @param proven thumbprint of the key that signed the request itself, if one did
 * @throws OAuthError for the client
 */
export function checkedRequest(context: Context, address: ReturnAddress, form: Form, proven?: string): CheckedRequest {
  const { client, redirectUri, clientState } = address
  if (form.get('request') !== undefined) throw new OAuthError('request_not_supported')
  if (required(form, 'response_type') !== 'code') throw new OAuthError('unsupported_response_type')
  if ((form.get('response_mode') ?? 'query') !== 'query') throw new OAuthError('invalid_request', 'the only response mode is query')
  if (!client.grantTypes.includes(AUTHORIZATION_CODE)) throw new OAuthError('unauthorized_client')
  if (isTooLong(form.get('state'))) throw new OAuthError('invalid_request', "parameter 'state' is too long")
  const request: AuthorizationRequest = {
    clientId: client.id,
    redirectUri,
    codeChallenge: codeChallengeIn(form),
    ...targetOf(context, client, form),
    keyThumbprint: keyThumbprintIn(form, proven),
    clientState,
  }
  return { request, ...promptingIn(form) }
}

/** OAuth 2.1 section 7.5.1: PKCE for every client. RFC 7636 section 4.3: with no method named, `plain` is meant, and refused. */
function codeChallengeIn(form: Form): string {
  const challenge = required(form, 'code_challenge')
  if (form.get('code_challenge_method') !== 'S256') throw new OAuthError('invalid_request', 'the code challenge method must be S256')
  if (!isSha256Text(challenge)) throw new OAuthError('invalid_request', 'the code challenge must be a SHA-256 in base64url')
  return challenge
}

/** RFC 9449 section 10: the key the code will be bound to. Section 10.1: said twice, it must be the same. */
function keyThumbprintIn(form: Form, proven: string | undefined): string | undefined {
  const named = form.get('dpop_jkt')
  if (named !== undefined && !isSha256Text(named)) throw new OAuthError('invalid_request', "parameter 'dpop_jkt' is no thumbprint")
  if (named !== undefined && proven !== undefined && named !== proven) {
    throw new OAuthError('invalid_dpop_proof', "the proof is made with another key than 'dpop_jkt' names")
  }
  return named ?? proven
}
