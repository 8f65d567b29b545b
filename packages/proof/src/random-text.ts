/** Secrets, nonces and ids as text. */
import { encodeBase64url } from './base64url.ts'
import type { Suite } from './suite.ts'

/** `count` random bytes as base64url text: a secret, a nonce or an id. */
export function randomText(suite: Pick<Suite, 'random'>, count: number): string {
  return encodeBase64url(suite.random(count))
}
