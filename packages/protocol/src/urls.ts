/** Rules about URLs that several texts share: https everywhere, loopback excepted; where well-known documents live. */

/** Hosts that never leave the machine. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** https, or http to the machine itself (OAuth 2.1 section 1.5). */
export function isSecureUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}

/**
 * The address of a well-known document for an identifier with a path: the suffix goes between host and path,
 * and a terminating slash of the path is dropped (RFC 8414 section 3.1, RFC 9728 section 3.1). A query stays, a fragment does not.
 * @throws TypeError when the identifier is no URL
 */
export function insertWellKnown(identifier: string, suffix: string): string {
  const url = new URL(identifier)
  const path = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  return `${url.origin}/.well-known/${suffix}${path}${url.search}`
}

/**
 * The older OpenID Connect form: the suffix comes after the path (OpenID Connect Discovery 1.0 section 4).
 * @throws TypeError when the identifier is no URL
 */
export function appendWellKnown(identifier: string, suffix: string): string {
  const url = new URL(identifier)
  const path = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  return `${url.origin}${path}/.well-known/${suffix}`
}
