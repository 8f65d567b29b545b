/**
 * Nonces that a resource asks proofs to carry (RFC 9449 section 9): they show that a proof was made just now and for this resource.
 * A nonce is the number of a span of time with a MAC over it, so every server that holds the key knows the nonces of all, and none is stored.
 */
import { equalInConstantTime, keyedDigest, type Suite } from '@countersign/proof'
import type { Clock, Seconds } from '@countersign/protocol'

export interface NonceOptions {
  /** At least 32 random bytes, the same for every server of the resource. */
  readonly key: Uint8Array
  /** How long a nonce is given out; it is accepted for as long again. 300 when not set. */
  readonly life?: Seconds
}

export interface Nonces {
  /** The nonce to give out now. */
  issue(): Promise<string>
  /** `current` may be used again, `previous` is accepted and should be replaced, `unknown` is refused. */
  judge(nonce: string | undefined): Promise<'current' | 'previous' | 'unknown'>
}

/** @throws RangeError when the key is shorter than 32 bytes */
export function createNonces(suite: Suite, clock: Clock, resource: string, { key, life = 300 }: NonceOptions): Nonces {
  const digest = keyedDigest(suite, key)
  const make = async (span: number) => `${span.toString(36)}.${await digest('dpop-nonce', `${span} ${resource}`)}`
  const spanNow = () => Math.floor(clock.now() / (life * 1000))
  return {
    issue: () => make(spanNow()),
    judge: async (nonce) => {
      if (nonce === undefined) return 'unknown'
      const span = spanNow()
      if (equalInConstantTime(nonce, await make(span))) return 'current'
      return equalInConstantTime(nonce, await make(span - 1)) ? 'previous' : 'unknown'
    },
  }
}
