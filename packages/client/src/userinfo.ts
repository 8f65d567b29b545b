/** Who signed in, as the authorization server tells it (OpenID Connect Core section 5.3). */
import { CountersignError } from '@countersign/protocol'
import { fetchAuthorizedBy } from './authorized-fetch.ts'
import { authorizerOf } from './authorizer.ts'
import type { Runtime } from './runtime.ts'
import type { Tokens } from './tokens.ts'
import { readObject, readText } from './wire/json.ts'
import { send } from './wire/send.ts'
import { quotedText } from './wire/text.ts'

export interface Userinfo {
  readonly sub: string
  readonly [claim: string]: unknown
}

/**
 * Asks the userinfo endpoint of the credential's issuer, with proof of the key when the token is bound.
 * @throws CountersignError `authorization_server_error` when the server offers none or refuses, `invalid_response` when the answer names nobody,
 *   and what `accessToken` throws
 */
export async function userinfo(runtime: Runtime, tokens: Tokens, name: string, signal?: AbortSignal): Promise<Userinfo> {
  const { issuer, endpoints } = await tokens.accessToken(name, { signal })
  if (endpoints.userinfo === undefined) {
    throw new CountersignError('authorization_server_error', `${quotedText(issuer) ?? ''} offers no userinfo endpoint`)
  }
  const authorizer = authorizerOf(runtime, tokens, name, (credential) => credential.endpoints.userinfo)
  const fetch = fetchAuthorizedBy(runtime, authorizer)
  const answer = await send({ ...runtime, fetch }, { method: 'GET', url: endpoints.userinfo, signal })
  if (answer.status !== 200) {
    throw new CountersignError('authorization_server_error', `the userinfo endpoint answered status ${answer.status}`)
  }
  const claims = readObject(answer.body)
  const sub = readText(claims?.['sub'])
  if (sub === undefined) throw new CountersignError('invalid_response', 'the userinfo answer names no subject')
  return { ...claims, sub }
}
