/** One exchange of something for tokens, judged: what the code grant and the machine grants have in common. */
import type { PrivateJwk } from '@countersign/proof'
import { CountersignError, type Scope } from '@countersign/protocol'
import type { AuthenticationAt, ClientAuthentication } from './clients/authentication.ts'
import type { Discovery } from './discover.ts'
import { credentialOf, keptEndpoints, keyAlgorithm } from './device/start.ts'
import { tokensIn } from './device/poll-once.ts'
import type { Runtime } from './runtime.ts'
import { readTokenResponse, sendTokenRequest, type TokenGrant } from './token/request.ts'
import type { Credential } from './vault/vault.ts'
import { readText, readTexts } from './wire/json.ts'
import type { KeyBinding } from './wire/proven.ts'

export interface Granting {
  readonly clientId: string
  readonly authentication: ClientAuthentication | undefined
  readonly scope: Scope | undefined
  readonly resource: string | undefined
  readonly signal: AbortSignal | undefined
}

export interface Granted {
  readonly credential: Credential
  /** Asked for and not granted. */
  readonly missing: Scope
}

/**
 * Sends one token request and makes a credential of the answer.
 * @throws CountersignError `network_failure`, `authorization_server_error`, `access_denied`, `scope_exceeded`, `token_type_mismatch`,
 *   `invalid_response`, `aborted`
 */
export async function grantedFor(
  runtime: Runtime,
  binding: KeyBinding,
  place: Discovery,
  grant: TokenGrant,
  options: Granting,
): Promise<Granted> {
  const { issuer, metadata } = place
  const { clientId, scope, resource, signal } = options
  const authentication = authenticationAt(options.authentication, issuer)
  const endpoint = tokenEndpoint(place)
  const sentAt = runtime.clock.now()
  const answer = await sendTokenRequest(runtime, binding, { endpoint, clientId, authentication, grant, resource, signal })
  const outcome = readTokenResponse(answer, { grant, authentication })
  if (outcome.type === 'unanswered') {
    throw new CountersignError('network_failure', `the token endpoint did not answer: ${outcome.why}`, { hint: 'Try again later.' })
  }
  const login = {
    issuer,
    clientId,
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope }),
    ...(authentication === undefined ? {} : { authentication }),
    // RFC 9449 section 5.1: the list says that the server knows DPoP, so it had what it takes to bind the token.
    bound: proofAlgorithms(place).length > 0 || place.bindingRequired,
    key: binding.key,
    endpoints: keptEndpoints(endpoint, metadata),
  }
  return credentialOf(runtime, binding, login, { tokens: tokensIn(outcome), sentAt }, signal)
}

/** The key to sign in with: the caller's, or a new one of a kind that the server takes. */
export async function keyFor(runtime: Runtime, place: Discovery, key: PrivateJwk | undefined): Promise<PrivateJwk> {
  return key ?? runtime.suite.generateKey(keyAlgorithm(proofAlgorithms(place)))
}

export function authenticationAt(authentication: ClientAuthentication | undefined, issuer: string): AuthenticationAt | undefined {
  return authentication === undefined ? undefined : { ...authentication, issuer }
}

function proofAlgorithms({ metadata }: Discovery): readonly string[] {
  return readTexts(metadata.dpop_signing_alg_values_supported) ?? []
}

function tokenEndpoint({ issuer, metadata }: Discovery): string {
  const endpoint = readText(metadata.token_endpoint)
  if (endpoint !== undefined) return endpoint
  throw new CountersignError('invalid_response', `the metadata of ${issuer} names no token endpoint`, {
    hint: 'Tell the operator of the authorization server.',
  })
}
