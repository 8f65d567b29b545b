/**
 * Signatures that were found good are not checked again: a client calls often with one token, and the signature is most of the work.
 * Only the signature is remembered. What the token says is judged anew each time, and a new key set begins with an empty memory.
 */
import type { Suite, VerifyCompact } from '@countersign/proof'

const CAPACITY = 1000

/** The verifier with a memory of digests; no token is kept. */
export function rememberVerified(suite: Suite, verify: VerifyCompact, capacity: number = CAPACITY): VerifyCompact {
  const good = new Set<string>()
  return async (jws) => {
    const name = await suite.sha256(jws)
    if (good.has(name)) return true
    if (!(await verify(jws))) return false
    // A Set keeps insertion order: the first is the oldest.
    if (good.size >= capacity) good.delete(good.values().next().value as string)
    good.add(name)
    return true
  }
}
