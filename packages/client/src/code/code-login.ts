/**
 * Signing in by redirect: for a browser on this very machine (RFC 8252), or with the address carried here by the person.
 * Invariant: it starts only because somebody called it, opens one address and ends; an answer is used once.
 */
import type { PrivateJwk } from '@countersign/proof'
import type { Scope } from '@countersign/protocol'
import type { ClientAuthentication } from '../clients/authentication.ts'
import { askedScope } from '../device/start.ts'
import type { Discovery } from '../discover.ts'
import { authenticationAt, type Granted, grantedFor, keyFor } from '../granted.ts'
import type { Runtime } from '../runtime.ts'
import { bindKey } from '../wire/proven.ts'
import { unlessAborted } from '../wire/time.ts'
import { startCode } from './authorization-request.ts'
import { readAuthorizationResponse } from './authorization-response.ts'

export interface Visit {
  /** To be opened in a browser. */
  readonly url: string
  /** Whether an address belongs to this sign-in; what does not is no answer, and the wait for one goes on. */
  readonly isAnswer: (address: string) => boolean
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}

export interface CodeLoginOptions {
  readonly clientId: string
  /** How the client proves who it is; absent for a public client. */
  readonly authentication?: ClientAuthentication | undefined
  /** What to ask for; wins over what discovery suggests. An empty list asks for nothing in particular. */
  readonly scope?: Scope | undefined
  /** The resource to ask tokens for; wins over what discovery found. */
  readonly resource?: string | undefined
  /** Parameters of the authorization request that only this server knows, such as `access_type`; those of the protocol stay as they are. */
  readonly extra?: Readonly<Record<string, string>> | undefined
  /** A key to go on with; a new one when absent. */
  readonly key?: PrivateJwk | undefined
  /** Where the browser is sent afterwards; for a program on this machine http://127.0.0.1 with any port (RFC 8252 section 7.3). */
  readonly redirectUri: string
  /**
   * Shows the address to the person, or opens a browser, and gives the address that the browser was sent to in the end. Rejecting ends it.
   * Not called at all when the server refuses beforehand.
   */
  readonly visit: (visit: Visit) => Promise<string>
  readonly signal?: AbortSignal | undefined
}

/**
 * Signs in and returns the credential; keeping it is the caller's business (`keepCredential`).
 * @throws CountersignError `code_grant_not_supported`, `response_mismatch`, `access_denied`, `network_failure`, `authorization_server_error`,
 *   `invalid_response`, `scope_exceeded`, `token_type_mismatch`, `aborted`
 */
export async function codeLogin(runtime: Runtime, place: Discovery, options: CodeLoginOptions): Promise<Granted> {
  const { clientId, redirectUri, signal } = options
  const scope = askedScope(place, options.scope)
  const resource = options.resource ?? place.resource
  const authentication = authenticationAt(options.authentication, place.issuer)
  const binding = await bindKey(runtime, await keyFor(runtime, place, options.key))
  const request = { clientId, authentication, redirectUri, scope, resource, extra: options.extra, signal }
  const { url, state, codeVerifier } = await startCode(runtime, binding, place, request)
  const isAnswer = (address: string) => URL.canParse(address) && new URL(address).searchParams.get('state') === state
  const address = await unlessAborted(signal, (stopped) => options.visit({ url, isAnswer, signal: stopped }))
  const code = readAuthorizationResponse(address, place, { redirectUri, state })
  return grantedFor(
    runtime,
    binding,
    place,
    { code, redirectUri, codeVerifier },
    { clientId, authentication: options.authentication, scope, resource, signal },
  )
}
