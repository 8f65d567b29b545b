/**
 * Guessing user codes online (RFC 8628 section 5.1): how long a code must be, and how many wrong ones may be answered, so that
 * code space, codes alive and attempts fit together. One guess hits some living code with probability (codes alive) / (codes possible).
 */
import { checkCharacter } from './check-character.ts'
import { BASE20, type UserCodeAlphabet } from './user-code.ts'

/** The chance, within one life of a code, that all guessers together hit any living code: about one in a million. */
export const GUESSING_TARGET = 2 ** -20

export interface GuessingExposure {
  /** Random characters in a code; the check character is no help and no hindrance to a guesser, who reckons it too. */
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
 * 0 when even one is too many.
 */
export function guessBudget(exposure: GuessingExposure, target: number = GUESSING_TARGET): number {
  const { length, alphabet = BASE20, liveCodes } = exposure
  return Math.floor((target * alphabet.characters.length ** length) / Math.max(liveCodes, 1))
}

interface Rung {
  /** Random characters in the alphabet of 20. */
  readonly length: number
  /** Codes of this length are given out while fewer are alive. */
  readonly below: number
}

const RUNGS: readonly Rung[] = [
  { length: 8, below: 1_000 },
  { length: 10, below: 100_000 },
]
const LAST_RUNG: Rung = { length: 12, below: Number.POSITIVE_INFINITY }
const EVERY_RUNG = [...RUNGS, LAST_RUNG]

/**
 * How many random characters the next user code must have while this many are alive; the check character comes on top.
 * Clients treat a user code as opaque, so it may change at any time.
 */
export function userCodeLength(liveCodes: number, alphabet: UserCodeAlphabet = BASE20): number {
  const { length } = RUNGS.find(({ below }) => liveCodes < below) ?? LAST_RUNG
  return lengthIn(alphabet, length)
}

/**
 * The guess budget for codes as long as this one, while `liveCodes` of all lengths are alive. A code of one length cannot be hit by one
 * of another, so each length has a budget of its own; of a shorter length no more are alive than were given out before codes grew.
 * @param code that could be a user code
 */
export function userCodeBudget(code: string, liveCodes: number, alphabet: UserCodeAlphabet = BASE20): number {
  const { below } = RUNGS.find((rung) => code.length === lengthIn(alphabet, rung.length) + 1) ?? LAST_RUNG
  return guessBudget({ length: code.length - 1, alphabet, liveCodes: Math.min(liveCodes, below) })
}

/**
 * Whether this can be a code at all: as long as codes are, and right by its check character. Anything else was mistyped.
 * It says nothing about which codes exist, and anybody can reckon it.
 * @param code in canonical form
 */
export function couldBeUserCode(code: string, alphabet: UserCodeAlphabet = BASE20): boolean {
  if (!EVERY_RUNG.some(({ length }) => code.length === lengthIn(alphabet, length) + 1)) return false
  return code.at(-1) === checkCharacter(code.slice(0, -1), alphabet.characters)
}

/** The characters of this alphabet that make at least as many codes as `length` characters of the alphabet of 20. */
function lengthIn({ characters }: UserCodeAlphabet, length: number): number {
  if (characters.length === BASE20.characters.length) return length
  let enough = 1
  // 20 ** 12 is below 2 ** 53, so what is compared is exact, or far beyond.
  while (characters.length ** enough < BASE20.characters.length ** length) enough++
  return enough
}
