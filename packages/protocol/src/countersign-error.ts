/** Errors that never cross the wire: they tell the person or program on this side what happened and what to do next. */

/** Closed list of local error codes; programs may switch on it, and `--json` prints it. */
export type CountersignErrorCode =
  | 'aborted'
  | 'access_denied'
  | 'authorization_server_error'
  | 'code_grant_not_supported'
  | 'configuration_invalid'
  | 'device_code_expired'
  | 'device_grant_not_supported'
  | 'discovery_failed'
  | 'insecure_url'
  | 'invalid_response'
  | 'issuer_mismatch'
  | 'lock_timeout'
  | 'network_failure'
  | 'not_signed_in'
  | 'proof_invalid'
  | 'registration_failed'
  | 'resource_mismatch'
  | 'response_mismatch'
  | 'scope_exceeded'
  | 'store_unavailable'
  | 'token_invalid'
  | 'token_type_mismatch'
  | 'usage'
  | 'vault_unavailable'
  | 'vault_corrupt'

export interface CountersignErrorOptions {
  /** The next step, as a short imperative sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

export class CountersignError extends Error {
  readonly code: CountersignErrorCode
  readonly hint: string | undefined

  constructor(code: CountersignErrorCode, message: string, options: CountersignErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CountersignError'
    this.code = code
    this.hint = options.hint
  }
}
