/**
 * A whole sign-in with a code, in one call (RFC 8628): ask, show, wait, judge.
 * Invariant: it starts only because somebody called it, shows one code, and ends; it never starts over by itself (RFC 8628 section 3.1).
 */
import type { PrivateJwk } from '@countersign/proof'
import type { Scope } from '@countersign/protocol'
import type { ClientAuthentication } from '../clients/authentication.ts'
import type { Discovery } from '../discover.ts'
import type { Runtime } from '../runtime.ts'
import type { Credential } from '../vault/vault.ts'
import { type ConfirmForeign, confirmForeignPage } from './confirm-foreign.ts'
import type { AskCountersign } from './countersign.ts'
import type { Invitation } from './request.ts'
import { credentialOf, startLogin } from './start.ts'
import { waitForTokens, type WaitEvent } from './wait.ts'

export type LoginEvent =
  /** Show all of it: page and code, whatever else is shown (RFC 8628 section 3.3.1). */
  | { readonly type: 'code'; readonly invitation: Invitation }
  | WaitEvent
  /** Approved; `missing` was asked for and not granted. */
  | { readonly type: 'granted'; readonly scope: Scope; readonly missing: Scope }

export interface LoginOptions {
  readonly clientId: string
  /** How the client proves who it is; absent for a public client. */
  readonly authentication?: ClientAuthentication
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
  readonly confirmForeign?: ConfirmForeign
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
  const { clientId, askCountersign, signal } = options
  const tell = options.onEvent ?? (() => {})
  const { login: started, binding } = await startLogin(runtime, place, { ...options, countersignSupported: askCountersign !== undefined })
  const { invitation, deviceCode, interval, resource, endpoints } = started
  if (invitation.foreign) await confirmForeignPage(invitation, options.confirmForeign, signal)
  tell({ type: 'code', invitation })
  const received = await waitForTokens(runtime, binding, {
    endpoint: endpoints.token,
    clientId,
    authentication: started.authentication,
    resource,
    deviceCode,
    interval,
    expiresAt: invitation.expiresAt,
    askCountersign,
    onEvent: tell,
    signal,
  })
  const { credential, missing } = await credentialOf(runtime, binding, started, received, signal)
  tell({ type: 'granted', scope: credential.scope, missing })
  return credential
}
