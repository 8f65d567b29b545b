/** The source of randomness every runtime has. */
import type { Entropy } from '@countersign/protocol'

/** Randomness of `globalThis.crypto`. */
export function webEntropy(): Entropy {
  return { random: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)) }
}
