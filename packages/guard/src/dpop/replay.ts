/**
 * Which proofs were seen already (RFC 9449 section 11.1). A proof is remembered for as long as it would pass,
 * and when there is no room left to remember, requests are refused: forgetting early would let a proof be used twice.
 */
import type { Clock, EpochMilliseconds } from '@countersign/protocol'

/** `true` for exactly one caller until the given moment; for the others `false`. The authority's Store offers the same move. */
export type Once = (key: string, until: EpochMilliseconds) => Promise<boolean>

/** About 30 MB when full, and 700 proofs a second for as long as a proof lives. */
export const DEFAULT_REPLAY_CAPACITY = 250_000

/**
 * A memory for one server. Several servers behind one address need one they share.
 * @throws RangeError (from the returned function) when it is full
 */
export function createReplayMemory(clock: Clock, capacity: number = DEFAULT_REPLAY_CAPACITY): Once {
  const seen = new Map<string, EpochMilliseconds>()
  return async (key, until) => {
    const now = clock.now()
    // A Map keeps insertion order, and ends of life are minutes apart at most: what is at the front is gone first, or soon.
    for (const [oldest, end] of seen) {
      if (now < end) break
      seen.delete(oldest)
    }
    const end = seen.get(key)
    if (end !== undefined && now < end) return false
    if (seen.size >= capacity) throw new RangeError('the memory of proofs is full')
    seen.delete(key)
    seen.set(key, until)
    return true
  }
}
