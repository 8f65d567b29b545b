/**
 * A whole sign-in with a code, in one call (RFC 8628): ask, show, wait, judge.
 * Invariant: it starts only because somebody called it, shows one code, and ends; it never starts over by itself (RFC 8628 section 3.1).
 */
import type { PrivateJwk, SignatureAlgorithm } from '@countersign/proof'
import { type Awaitable, CountersignError, type Scope, scopeBeyond } from '@countersign/protocol'
import type { Discovery } from '../discover.ts'
import { deviceEndpoints } from '../discovery/authorization-server.ts'
import type { Runtime } from '../runtime.ts'
import { acceptTokens } from '../token/accept.ts'
import { discardTokens } from '../token/revocation.ts'
import type { Credential, CredentialEndpoints } from '../vault/vault.ts'
import { readText, readTexts } from '../wire/json.ts'
import { bindKey, type KeyBinding } from '../wire/proven.ts'
import { unlessAborted } from '../wire/time.ts'
import type { AskCountersign } from './countersign.ts'
import { type Invitation, readDeviceAuthorizationResponse, sendDeviceAuthorizationRequest, type StartedAuthorization } from './request.ts'
import { waitForTokens, type WaitEvent } from './wait.ts'

export type LoginEvent =
  /** Show all of it: page and code, whatever else is shown (RFC 8628 section 3.3.1). */
  | { readonly type: 'code'; readonly invitation: Invitation }
  | WaitEvent
  /** Approved; `missing` was asked for and not granted. */
  | { readonly type: 'granted'; readonly scope: Scope; readonly missing: Scope }

export interface LoginOptions {
  readonly clientId: string
  /** What to ask for; wins over what discovery suggests. An empty list asks for nothing in particular. */
  readonly scope?: Scope
  /** The resource to ask tokens for; wins over what discovery found. */
  readonly resource?: string
  /** A name for this device on the approving page; nobody verifies it. */
  readonly deviceName?: string
  /** A key to go on with; a new one when absent. */
  readonly key?: PrivateJwk
  /** Told as things happen; must not throw. */
  readonly onEvent?: (event: LoginEvent) => void
  /** Asks the person at this device for the number that the approving page shows. Give it only when somebody is there to answer. */
  readonly askCountersign?: AskCountersign
  /** Asked before a page on a host other than the issuer's is shown. Without it such a page is refused. */
  readonly confirmForeign?: (invitation: Invitation) => Awaitable<boolean>
  readonly signal?: AbortSignal
}

/**
 * Signs in and returns the credential; keeping it is the caller's business (`keepCredential`).
 * @throws CountersignError `device_grant_not_supported`, `usage`, `network_failure`, `invalid_response`, `access_denied`,
 *   `device_code_expired`, `authorization_server_error`, `scope_exceeded`, `token_type_mismatch`, `aborted`
 *
 * @example
 * const place = await discover(runtime, 'https://mcp.example.com/mcp')
 * const credential = await login(runtime, place, {
 *   clientId: 'countersign-cli',
 *   onEvent: (event) => {
 *     if (event.type === 'code') show(`Open ${event.invitation.verificationUri} and enter ${event.invitation.userCode}`)
 *   },
 * })
 * await keepCredential(vault, vaultName(place.issuer, 'countersign-cli', place.resource, 'default'), credential)
 */
export async function login(runtime: Runtime, place: Discovery, options: LoginOptions): Promise<Credential> {
  const { issuer, metadata } = place
  const { clientId, signal } = options
  const tell = options.onEvent ?? (() => {})
  const endpoints = deviceEndpoints(metadata)
  const scope = options.scope ?? place.scope
  const asked = scope === undefined || scope.length === 0 ? undefined : scope
  const resource = options.resource ?? place.resource
  const algorithms = readTexts(metadata.dpop_signing_alg_values_supported) ?? []
  const binding = await bindKey(runtime, options.key ?? (await runtime.suite.generateKey(keyAlgorithm(algorithms))))

  const started = await start(runtime, binding, endpoints.deviceAuthorization, issuer, { ...options, scope: asked, resource })
  const { invitation, deviceCode, interval } = started
  if (invitation.foreign) await confirm(invitation, options.confirmForeign, signal)
  tell({ type: 'code', invitation })
  const { tokens, sentAt } = await waitForTokens(runtime, binding, {
    endpoint: endpoints.token,
    clientId,
    resource,
    deviceCode,
    interval,
    expiresAt: invitation.expiresAt,
    askCountersign: options.askCountersign,
    onEvent: tell,
    signal,
  })

  const kept = keptEndpoints(endpoints.token, metadata)
  try {
    // RFC 9449 section 5.1: the list says that the server knows DPoP, so it had what it takes to bind the token.
    const bound = algorithms.length > 0 || place.bindingRequired
    const accepted = acceptTokens(tokens, { scope: asked, bound, key: binding.key, sentAt })
    tell({ type: 'granted', scope: accepted.scope, missing: asked === undefined ? [] : scopeBeyond(asked, accepted.scope) })
    return { version: 1, issuer, clientId, ...(resource === undefined ? {} : { resource }), ...accepted, endpoints: kept, generation: 1 }
  } catch (error) {
    // Tokens nobody will use must not stay alive.
    await discardTokens(runtime, binding, { endpoint: kept.revocation, clientId }, tokens, signal)
    throw error
  }
}

interface Start {
  readonly clientId: string
  readonly scope: Scope | undefined
  readonly resource: string | undefined
  readonly deviceName?: string
  readonly askCountersign?: AskCountersign
  readonly signal?: AbortSignal
}

async function start(runtime: Runtime, binding: KeyBinding, endpoint: string, issuer: string, asked: Start): Promise<StartedAuthorization> {
  const { clientId, scope, resource, deviceName, signal } = asked
  const countersignSupported = asked.askCountersign !== undefined
  const sentAt = runtime.clock.now()
  const request = { endpoint, clientId, scope, resource, deviceName, countersignSupported, signal }
  return readDeviceAuthorizationResponse(await sendDeviceAuthorizationRequest(runtime, binding, request), issuer, sentAt)
}

async function confirm(invitation: Invitation, ask: LoginOptions['confirmForeign'], signal: AbortSignal | undefined): Promise<void> {
  if (ask === undefined) {
    throw new CountersignError('invalid_response', `the page to open is on another host than the issuer: ${invitation.verificationHost}`, {
      hint: 'Allow it only if you know that this host belongs to the issuer.',
    })
  }
  if (!(await unlessAborted(signal, async () => ask(invitation)))) {
    throw new CountersignError('aborted', `the page on ${invitation.verificationHost} was not accepted`)
  }
}

/** The first the server lists; ES256, which every server that knows DPoP takes in practice, when it lists none of them. */
function keyAlgorithm(supported: readonly string[]): SignatureAlgorithm {
  return (['ES256', 'EdDSA', 'RS256'] as const).find((algorithm) => supported.includes(algorithm)) ?? 'ES256'
}

function keptEndpoints(token: string, metadata: Discovery['metadata']): CredentialEndpoints {
  const revocation = readText(metadata.revocation_endpoint)
  const userinfo = readText(metadata.userinfo_endpoint)
  return { token, ...(revocation === undefined ? {} : { revocation }), ...(userinfo === undefined ? {} : { userinfo }) }
}
