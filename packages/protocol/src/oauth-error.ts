/**
 * The one table of errors that cross the wire, and the one exception that carries them.
 * Status: RFC 6749 section 5.2 makes 400 the rule, also for the polling answers of RFC 8628 section 3.5.
 */

import type { ErrorResponse } from './messages.ts'
import type { Seconds } from './ports.ts'

const table = {
  // RFC 6749 section 5.2
  invalid_request: [400, 'the request is malformed'],
  invalid_client: [401, 'the client is unknown or failed to authenticate'],
  invalid_grant: [400, 'the grant is unknown, expired, revoked, used or was issued to another client'],
  unauthorized_client: [400, 'this client may not use this grant'],
  unsupported_grant_type: [400, 'this grant type is not supported'],
  invalid_scope: [400, 'a scope is unknown, malformed or not available to this client'],
  // RFC 6749 section 4.1.2.1
  unsupported_response_type: [400, 'this response type is not supported'],
  // OpenID Connect Core 1.0 section 3.1.2.6, for prompt=none; RFC 9101 section 6 and RFC 9126 for request objects
  login_required: [400, 'nobody is signed in'],
  consent_required: [400, 'the person has to be asked'],
  interaction_required: [400, 'the person has to sign in again and be asked'],
  request_not_supported: [400, 'request objects are not supported'],
  invalid_request_uri: [400, 'the request URI is unknown, expired, used or was issued to another client'],
  // RFC 8628 section 3.5
  authorization_pending: [400, 'the person has not decided yet'],
  slow_down: [400, 'polled too early; wait for the new interval'],
  access_denied: [400, 'the person declined the request'],
  expired_token: [400, 'the device code has expired; start again'],
  // docs/countersign.md: approved, and the number shown in the browser has yet to come from the device
  countersign_required: [400, 'type the number that the approving page shows'],
  // RFC 8707 section 2
  invalid_target: [400, 'the resource is malformed or unknown'],
  // RFC 9449 sections 5 and 8
  invalid_dpop_proof: [400, 'the DPoP proof is not valid'],
  use_dpop_nonce: [400, 'a DPoP nonce is required'],
  // RFC 7591 section 3.2.2
  invalid_redirect_uri: [400, 'a redirect URI cannot be registered'],
  invalid_client_metadata: [400, 'the client metadata cannot be registered'],
  // RFC 7009 section 2.2.1
  unsupported_token_type: [400, 'this type of token cannot be revoked here'],
  // RFC 6750 section 3.1
  invalid_token: [401, 'the access token is missing, expired, revoked or not meant for this resource'],
  insufficient_scope: [403, 'the access token does not cover this operation'],
  // RFC 6749 section 4.1.2.1, used at the token endpoint with status 503 when the store is away
  temporarily_unavailable: [503, 'the server cannot answer right now; try again'],
  server_error: [500, 'the server met an unexpected condition'],
} as const satisfies Record<string, readonly [status: number, description: string]>

/** Every `error` value this project sends. */
export type OAuthErrorCode = keyof typeof table

export interface OAuthErrorOptions {
  /** Seconds between polls from now on; echoed with `slow_down`. */
  readonly interval?: number
  /** Extra response headers, such as `WWW-Authenticate` or `DPoP-Nonce`. Several values are sent as several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Overrides the status of the table (405 for a wrong method, 413 for a long body, 429 for a source that asks too often). */
  readonly status?: number
  readonly cause?: unknown
}

/** An error that is an answer: its code, status and description go to the peer, its cause never does. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly status: number
  readonly interval: number | undefined
  readonly headers: Readonly<Record<string, string | readonly string[]>>

  constructor(code: OAuthErrorCode, description: string = table[code][1], options: OAuthErrorOptions = {}) {
    // Whoever serialises it, a description never leaves the characters RFC 6749 section 5.2 allows, nor carries a terminal's control codes in.
    super(plainDescription(description), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OAuthError'
    this.code = code
    this.status = options.status ?? table[code][0]
    this.interval = options.interval
    this.headers = options.headers ?? {}
  }
}

/** Whether a string is one of the codes of the table. */
export function isOAuthErrorCode(code: string): code is OAuthErrorCode {
  return Object.hasOwn(table, code)
}

/** RFC 6749 section 5.2: descriptions hold printable ASCII without the double quote and the backslash. */
export function plainDescription(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')
}

/** The body of an answer that was expected, and so is no exception: what a waiting device hears most of the time (RFC 8628 section 3.5). */
export function errorBody(code: OAuthErrorCode, interval?: Seconds): ErrorResponse {
  return { error: code, error_description: table[code][1], ...(interval === undefined ? {} : { interval }) }
}
