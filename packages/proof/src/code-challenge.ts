/** Proof Key for Code Exchange (RFC 7636): who redeems a code proves to be who asked for it. S256 only; `plain` protects nothing. */
import type { Suite } from './suite.ts'

/** The challenge of a verifier (RFC 7636 section 4.2), 43 characters. */
export async function codeChallengeOf(suite: Pick<Suite, 'sha256'>, verifier: string): Promise<string> {
  return suite.sha256(verifier)
}

/** RFC 7636 section 4.1: 43 to 128 unreserved characters. */
export function isCodeVerifier(text: string): boolean {
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(text)
}

/** RFC 7636 section 4.2: a SHA-256 in base64url. A JWK thumbprint has the same shape (RFC 9449 section 10). */
export function isSha256Text(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}
