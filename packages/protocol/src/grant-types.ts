/** Grant types by the names the wire uses. */

/** RFC 6749 section 4.1. */
export const AUTHORIZATION_CODE = 'authorization_code'
/** RFC 8628 section 3.4. */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 6749 section 6. */
export const REFRESH_TOKEN = 'refresh_token'
/** RFC 7523 section 2.1. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** RFC 6749 section 4.4. */
export const CLIENT_CREDENTIALS = 'client_credentials'
