/** Resource indicators (RFC 8707). */
import { OAuthError } from './oauth-error.ts'

const LONGEST = 2048
// RFC 3986 section 4.3: scheme ":" hier-part [ "?" query ], of the characters section 2 allows; no fragment.
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/

/**
 * A resource indicator as sent: an absolute URI without a fragment. Compared as a string, never normalised.
 * @throws OAuthError `invalid_target` (RFC 8707 section 2)
 */
export function parseResource(text: string): string {
  // URL parsing alone would forgive what RFC 3986 does not: spaces around and inside, tabs, letters beyond ASCII.
  if (text.length > LONGEST || !absoluteUri.test(text) || !URL.canParse(text)) {
    throw new OAuthError('invalid_target', 'the resource must be an absolute URI without a fragment')
  }
  return text
}
