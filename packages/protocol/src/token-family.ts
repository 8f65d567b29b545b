/**
 * A token family: every refresh token that descends from one grant, as one record however often it rotates (RFC 9700 section 4.14.2).
 * A refresh token names its family and generation and carries a MAC over both, so a past generation is provably a replay
 * without ever having been stored, and the successor of the last rotation can be computed again for a client that lost the answer.
 */
import type { EpochMilliseconds, Seconds } from './ports.ts'

export interface TokenFamily {
  /** The generation that is valid now; the first refresh token is generation 0. */
  readonly generation: number
  readonly rotatedAt: EpochMilliseconds
  /** The family ends when it was not used for this long. */
  readonly idleSeconds: Seconds
  /** The family ends here, used or not. */
  readonly endsAt: EpochMilliseconds
  readonly revokedAt: EpochMilliseconds | undefined
}

export type Rotation =
  /** `family` must be swapped in; the new refresh token is generation `family.generation`. */
  | { readonly outcome: 'rotated'; readonly family: TokenFamily }
  /** The answer to the last rotation was lost: give the same successor again. Nothing changes. */
  | { readonly outcome: 'repeated' }
  /** A rotated-out token came back: the family (already marked revoked here) must be swapped in. */
  | { readonly outcome: 'replayed'; readonly family: TokenFamily }
  | { readonly outcome: 'ended' }

export interface RotationRule {
  /** How long the predecessor may still be presented, to get the same successor again. */
  readonly graceSeconds: Seconds
}

/**
 * What presenting a genuine refresh token of `generation` does. `keyProven` says that the request proved the family's key:
 * without a key the grace would let a thief and the owner share a family, so it is for key-bound families only.
 */
export function rotate(family: TokenFamily, generation: number, keyProven: boolean, rule: RotationRule, now: EpochMilliseconds): Rotation {
  if (familyEnded(family, now)) return { outcome: 'ended' }
  if (generation === family.generation) {
    return { outcome: 'rotated', family: { ...family, generation: generation + 1, rotatedAt: now } }
  }
  // Nothing precedes generation 0, so a family that never rotated has no lost answer to repeat.
  const lost = generation >= 0 && generation === family.generation - 1 && now < family.rotatedAt + rule.graceSeconds * 1000
  if (lost && keyProven) return { outcome: 'repeated' }
  return { outcome: 'replayed', family: { ...family, revokedAt: now } }
}

/** Revoked, idle for too long, or past its absolute end. */
export function familyEnded(family: TokenFamily, now: EpochMilliseconds): boolean {
  return family.revokedAt !== undefined || now >= familyExpiry(family)
}

/** The moment at which the family ends by itself unless it is used before. */
export function familyExpiry(family: TokenFamily): EpochMilliseconds {
  return Math.min(family.endsAt, family.rotatedAt + family.idleSeconds * 1000)
}
