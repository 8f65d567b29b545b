/**
 * How secrets are remembered: as a keyed digest. A user code has 34 bits, so an unkeyed digest could be searched through in seconds;
 * under a server key a stolen store tells nothing.
 */
import type { Awaitable } from '@countersign/protocol'
import type { Suite } from './suite.ts'

/** The digest of a secret, separated by what the secret is for: the same text digests differently as a device code and as a user code. */
export type Digest = (purpose: string, secret: string) => Awaitable<string>

/** @param key at least 32 random bytes, the same for every server on one store */
export function keyedDigest(suite: Suite, key: Uint8Array): Digest {
  if (key.length < 32) throw new RangeError('the digest key must hold at least 32 bytes')
  const mac = suite.hmac(key)
  // No purpose holds a NUL, so the first one ends it, and no two pairs give the same input.
  return (purpose, secret) => mac(`${purpose}\0${secret}`)
}

/** Compares two texts in a time that tells nothing about where they differ. */
export function equalInConstantTime(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index % Math.max(other.length, 1))
  return difference === 0
}
