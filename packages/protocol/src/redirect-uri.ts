/**
 * Redirect URIs: which ones may be registered, and which one a request may name (OAuth 2.1 section 2.3, RFC 8252 section 7).
 * Matching compares text and never parses what came in: whatever two parsers could read differently is simply another string.
 */
import { OAuthError } from './oauth-error.ts'
import { isLoopbackHost } from './urls.ts'

const LONGEST = 2048
// RFC 3986 section 2: the characters a URI is made of, without the number sign: RFC 6749 section 3.1.2 forbids fragments.
const uriCharacters = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/
// RFC 8252 section 7.3: an IP literal, and any port. "localhost" is a name that others may answer to (section 8.3).
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/
/** What we add to the answer ourselves (RFC 6749 section 4.1.2, RFC 9207 section 2). */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'response']

/**
 * A redirect URI fit to be registered: https; http for this machine; or a private-use scheme named after a domain (RFC 8252 section 7.1).
 * @throws OAuthError `invalid_request` for everything else: fragments, user names, schemes that run scripts, parameters of the answer
 */
export function parseRedirectUri(text: string): string {
  const url = text.length <= LONGEST && uriCharacters.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new OAuthError('invalid_request', 'a redirect URI is an absolute URI without a fragment')
  if (url.username !== '' || url.password !== '') throw new OAuthError('invalid_request', 'a redirect URI has no user name')
  if (!isAllowedScheme(url)) {
    throw new OAuthError('invalid_request', 'a redirect URI is https, http on this machine, or has a scheme such as com.example.app')
  }
  if (ANSWER_PARAMETERS.some((name) => url.searchParams.has(name))) {
    throw new OAuthError('invalid_request', 'a redirect URI holds no parameter of the answer')
  }
  return text
}

function isAllowedScheme(url: URL): boolean {
  if (url.protocol === 'https:') return true
  if (url.protocol === 'http:') return isLoopbackHost(url.hostname)
  // RFC 8252 section 8.4: without a period it is no reverse domain name. This keeps javascript:, data: and file: out as well.
  return /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(url.protocol)
}

/** Whether a request may name this URI: the text of a registered one (RFC 9700 section 2.1), but for the port of RFC 8252 section 7.3. */
export function isRegisteredRedirectUri(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true
  const wanted = withoutPort(asked)
  return wanted !== undefined && registered.some((one) => withoutPort(one) === wanted)
}

/** Whether the answer goes to a program on the person's own machine, which cannot be told from any other program there. */
export function isLoopbackRedirectUri(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'http:' && isLoopbackHost(new URL(uri).hostname)
}

/** A redirect URI with the answer in its query; a query it was registered with stays (RFC 6749 section 3.1.2). */
export function answerUri(redirectUri: string, answer: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(answer).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams(given).toString()}`
}

/** Scheme, host and the rest of a loopback URI; `undefined` for every other, and for a port that is none. */
function withoutPort(uri: string): string | undefined {
  const [, host, port = '80', rest] = loopback.exec(uri) ?? []
  return host === undefined || Number(port) > 65_535 ? undefined : `${host}${rest}`
}
