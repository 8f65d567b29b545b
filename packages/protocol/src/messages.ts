/** What travels between device and authorization server, by the names the wire uses. */

/** RFC 8628 section 3.2. */
export interface DeviceAuthorizationResponse {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete?: string
  /** Seconds. */
  readonly expires_in: number
  /** Seconds; 5 when absent. */
  readonly interval?: number
}

/** RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: string
  /** Seconds. */
  readonly expires_in?: number
  readonly refresh_token?: string | undefined
  readonly scope?: string
}

/** RFC 6749 section 5.2; `interval` is echoed with slow_down. */
export interface ErrorResponse {
  readonly error: string
  readonly error_description?: string
  readonly error_uri?: string
  readonly interval?: number
}
