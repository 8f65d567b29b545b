/** Resource indicators (RFC 8707). */
import { OAuthError } from './oauth-error.ts'

/**
 * A resource indicator as sent: an absolute URI without a fragment. Compared as a string, never normalised.
 * @throws OAuthError `invalid_target` (RFC 8707 section 2)
 */
export function parseResource(text: string): string {
  if (text.length > 2048 || text.includes('#') || !URL.canParse(text)) {
    throw new OAuthError('invalid_target', 'the resource must be an absolute URI without a fragment')
  }
  return text
}
