/** The two ends of a device sign-in that nobody waits in between: from a place to a code, and from tokens to a credential. */
import type { PrivateJwk, SignatureAlgorithm } from '@countersign/proof'
import { type EpochMilliseconds, type Scope, scopeBeyond, type Seconds } from '@countersign/protocol'
import type { AuthenticationAt, ClientAuthentication } from '../clients/authentication.ts'
import type { Discovery } from '../discover.ts'
import { deviceEndpoints } from '../discovery/authorization-server.ts'
import type { Runtime } from '../runtime.ts'
import { acceptTokens } from '../token/accept.ts'
import type { ReceivedTokens } from '../token/request.ts'
import { discardTokens } from '../token/revocation.ts'
import type { Credential, CredentialEndpoints } from '../vault/vault.ts'
import { readText, readTexts } from '../wire/json.ts'
import { bindKey, type KeyBinding } from '../wire/proven.ts'
import { type Invitation, readDeviceAuthorizationResponse, sendDeviceAuthorizationRequest } from './request.ts'

export interface DeviceStart {
  readonly clientId: string
  /** How the client proves who it is; absent for a public client. */
  readonly authentication?: ClientAuthentication | undefined
  /** What to ask for; wins over what discovery suggests. An empty list asks for nothing in particular. */
  readonly scope?: Scope | undefined
  /** The resource to ask tokens for; wins over what discovery found. */
  readonly resource?: string | undefined
  readonly deviceName?: string | undefined
  /** A key to go on with; a new one when absent. */
  readonly key?: PrivateJwk | undefined
  /** There is somebody here who can be asked for the countersign. */
  readonly countersignSupported: boolean
  /** Milliseconds that the request may take. */
  readonly timeLimit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A code that waits for a person, with all that is needed to make a credential of the answer. JSON: absent members are left out. */
export interface StartedLogin {
  readonly issuer: string
  readonly clientId: string
  readonly resource?: string
  /** What was asked for; absent when nothing in particular was. */
  readonly scope?: Scope
  /** A token that is not bound to the key is no answer. */
  readonly bound: boolean
  readonly key: PrivateJwk
  readonly endpoints: CredentialEndpoints
  readonly authentication?: AuthenticationAt
  /** Secret. */
  readonly deviceCode: string
  readonly interval: Seconds
  readonly invitation: Invitation
}

/**
 * Asks for a code.
 * @throws CountersignError `device_grant_not_supported`, `usage`, `network_failure`, `invalid_response`, `authorization_server_error`, `aborted`
 */
export async function startLogin(
  runtime: Runtime,
  place: Discovery,
  options: DeviceStart,
): Promise<{ readonly login: StartedLogin; readonly binding: KeyBinding }> {
  const { issuer, metadata } = place
  const { clientId, countersignSupported, deviceName, timeLimit, signal } = options
  const endpoints = deviceEndpoints(metadata)
  const scope = askedScope(place, options.scope)
  const resource = options.resource ?? place.resource
  const algorithms = readTexts(metadata.dpop_signing_alg_values_supported) ?? []
  const binding = await bindKey(runtime, options.key ?? (await runtime.suite.generateKey(keyAlgorithm(algorithms))))
  const sentAt = runtime.clock.now()
  const authentication = options.authentication === undefined ? undefined : { ...options.authentication, issuer }
  const request = {
    endpoint: endpoints.deviceAuthorization,
    clientId,
    authentication,
    scope,
    resource,
    deviceName,
    countersignSupported,
    timeLimit,
    signal,
  }
  const answer = await sendDeviceAuthorizationRequest(runtime, binding, request)
  const login: StartedLogin = {
    issuer,
    clientId,
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope }),
    // RFC 9449 section 5.1: the list says that the server knows DPoP, so it had what it takes to bind the token.
    bound: algorithms.length > 0 || place.bindingRequired,
    key: binding.key,
    endpoints: keptEndpoints(endpoints.token, metadata),
    ...(authentication === undefined ? {} : { authentication }),
    ...readDeviceAuthorizationResponse(answer, issuer, sentAt),
  }
  return { login, binding }
}

/**
 * The credential, and what was asked for and not granted. Tokens that may not be kept are revoked.
 * @throws CountersignError `scope_exceeded`, `token_type_mismatch`, `invalid_response`
 */
export async function credentialOf(
  runtime: Runtime,
  binding: KeyBinding,
  login: Omit<StartedLogin, 'deviceCode' | 'interval' | 'invitation'>,
  { tokens, sentAt }: { readonly tokens: ReceivedTokens; readonly sentAt: EpochMilliseconds },
  signal?: AbortSignal,
): Promise<{ readonly credential: Credential; readonly missing: Scope }> {
  const { issuer, clientId, authentication, resource, scope, bound, key, endpoints } = login
  try {
    const accepted = acceptTokens(tokens, { scope, bound, key, sentAt })
    const missing = scope === undefined ? [] : scopeBeyond(scope, accepted.scope)
    const named = { ...(resource === undefined ? {} : { resource }), ...(authentication === undefined ? {} : { authentication }) }
    return { credential: { version: 1, issuer, clientId, ...named, ...accepted, endpoints, generation: 1 }, missing }
  } catch (error) {
    // Tokens nobody will use must not stay alive.
    await discardTokens(runtime, binding, { endpoint: endpoints.revocation, clientId, authentication }, tokens, signal)
    throw error
  }
}

/** What is asked for in the end: the person's word, else what discovery suggests; `undefined` for nothing in particular. */
export function askedScope(place: Pick<Discovery, 'scope'>, wanted: Scope | undefined): Scope | undefined {
  const scope = wanted ?? place.scope
  return scope === undefined || scope.length === 0 ? undefined : scope
}

/** The first the server lists; ES256, which every server that knows DPoP takes in practice, when it lists none of them. */
export function keyAlgorithm(supported: readonly string[]): SignatureAlgorithm {
  return (['ES256', 'EdDSA', 'RS256'] as const).find((algorithm) => supported.includes(algorithm)) ?? 'ES256'
}

export function keptEndpoints(token: string, metadata: Discovery['metadata']): CredentialEndpoints {
  const revocation = readText(metadata.revocation_endpoint)
  const userinfo = readText(metadata.userinfo_endpoint)
  return { token, ...(revocation === undefined ? {} : { revocation }), ...(userinfo === undefined ? {} : { userinfo }) }
}
