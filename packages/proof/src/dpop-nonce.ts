/**
 * Nonces that a server asks proofs to carry (RFC 9449 sections 8 and 9): they show that a proof was made just now and for this server.
 * A nonce is the number of a span of time with a MAC over it, so every server that holds the key knows the nonces of all, and none is stored.
 */
import type { Clock, EpochMilliseconds, Seconds } from '@countersign/protocol'
import { equalInConstantTime, keyedDigest } from './digest.ts'
import type { Suite } from './suite.ts'

export interface NonceOptions {
  /** At least 32 random bytes, the same for every server that shares the name. */
  readonly key: Uint8Array
  /** How long a nonce is given out; it is accepted for as long again. 300 when not set. */
  readonly life?: Seconds
}

export interface Nonces {
  /** The nonce to give out now. */
  issue(): Promise<string>
  /** `current` may be used again, `previous` is accepted and should be replaced, `unknown` is refused. */
  judge(nonce: string | undefined): Promise<'current' | 'previous' | 'unknown'>
  /** From this moment on every nonce that is accepted now is not accepted any more. */
  goneAt(): EpochMilliseconds
}

/**
 * @param audience what the nonces are for: a resource or an issuer; those of one mean nothing to another
 * @throws RangeError when the key is shorter than 32 bytes
 */
export function createNonces(suite: Suite, clock: Clock, audience: string, { key, life = 300 }: NonceOptions): Nonces {
  const digest = keyedDigest(suite, key)
  const make = async (span: number) => `${span.toString(36)}.${await digest('dpop-nonce', `${span} ${audience}`)}`
  const spanNow = () => Math.floor(clock.now() / (life * 1000))
  return {
    issue: () => make(spanNow()),
    judge: async (nonce) => {
      if (nonce === undefined) return 'unknown'
      const span = spanNow()
      if (equalInConstantTime(nonce, await make(span))) return 'current'
      return equalInConstantTime(nonce, await make(span - 1)) ? 'previous' : 'unknown'
    },
    goneAt: () => (spanNow() + 2) * life * 1000,
  }
}
