/**
 * Guessing user codes online (RFC 8628 section 5.1): how long a code must be, and how many wrong ones may be answered, so that
 * code space, codes alive and attempts fit together. One guess hits some living code with probability (codes alive) / (codes possible).
 */
import { BASE20, type UserCodeAlphabet } from './user-code.ts'

/** The chance, within one life of a code, that all guessers together hit any living code: about one in a million. */
export const GUESSING_TARGET = 2 ** -20

export interface GuessingExposure {
  /** Random characters in a code. */
  readonly length: number
  readonly alphabet?: UserCodeAlphabet | undefined
  /** Codes of this length that are alive at once. */
  readonly liveCodes: number
}

/** The chance that `guesses` different wrong codes, from all sides together, hit one of the living codes: 0 to 1. */
export function guessingProbability({ length, alphabet = BASE20, liveCodes }: GuessingExposure, guesses: number): number {
  return Math.min(1, (guesses * liveCodes) / alphabet.characters.length ** length)
}

/**
 * How many wrong codes may be answered during one life of a code, from all sides together, before the chance of a hit passes the target;
 * 0 when even one is too many. While codes of several lengths live, the smallest of their budgets holds: a guesser picks the length.
 */
export function guessBudget(exposure: GuessingExposure, target: number = GUESSING_TARGET): number {
  const { length, alphabet = BASE20, liveCodes } = exposure
  return Math.floor((target * alphabet.characters.length ** length) / Math.max(liveCodes, 1))
}

/** How long the next user code must be while this many are alive. Clients treat a user code as opaque, so it may change at any time. */
export function userCodeLength(liveCodes: number): number {
  if (liveCodes < 1_000) return 8
  return liveCodes < 100_000 ? 10 : 12
}
