/**
 * User codes: short, typed by a person, easy to compare (RFC 8628 section 6.1).
 * A code is kept and compared in its canonical form: upper case, no separators. It is shown in groups of four.
 */
import type { Entropy } from './ports.ts'

export interface UserCodeAlphabet {
  readonly name: string
  readonly characters: string
  /** Characters outside the alphabet that can only have been meant as one inside it. */
  readonly lookAlikes: Readonly<Record<string, string>>
}

/** RFC 8628 section 6.1: consonants only, so no word can appear and nothing looks like a digit. 4.32 bits a character. */
export const BASE20: UserCodeAlphabet = {
  name: 'base20',
  characters: 'BCDFGHJKLMNPQRSTVWXZ',
  lookAlikes: { '8': 'B', '6': 'G', '5': 'S', '2': 'Z', '1': 'L', I: 'L', U: 'V' },
}

/** Letters without I, L, O and digits without 0, 1: 4.95 bits a character, selectable; it still holds 8/B, 5/S and 2/Z. */
export const BASE31: UserCodeAlphabet = {
  name: 'base31',
  characters: 'ABCDEFGHJKMNPQRSTUVWXYZ23456789',
  lookAlikes: {},
}

/** `length` characters, each equally likely. */
export function drawUserCode(entropy: Entropy, length: number, alphabet: UserCodeAlphabet = BASE20): string {
  const size = alphabet.characters.length
  // 256 is no multiple of 20 or 31: bytes past the last whole multiple are thrown away, else the first characters come up more often.
  const limit = 256 - (256 % size)
  let code = ''
  while (code.length < length) {
    for (const byte of entropy.random((length - code.length) * 2)) {
      if (byte < limit && code.length < length) code += alphabet.characters[byte % size]
    }
  }
  return code
}

/** `WDJBMJHT` as `WDJB-MJHT`. */
export function formatUserCode(code: string): string {
  return code.match(/.{1,4}/g)?.join('-') ?? ''
}

/**
 * What a person typed, as a canonical code. RFC 8628 section 6.1: case, dashes, spaces and characters outside the alphabet do not matter;
 * a look-alike is repaired where it can mean one thing only. May be empty; the length is for the caller to judge.
 */
export function normaliseUserCode(typed: string, alphabet: UserCodeAlphabet = BASE20): string {
  let code = ''
  // NFKC folds the full-width letters that some keyboards type.
  for (const character of typed.slice(0, 64).normalize('NFKC').toUpperCase()) {
    if (alphabet.characters.includes(character)) code += character
    else code += alphabet.lookAlikes[character] ?? ''
  }
  return code
}

/** Bits of randomness in a code of this length. */
export function userCodeEntropy(length: number, alphabet: UserCodeAlphabet = BASE20): number {
  return length * Math.log2(alphabet.characters.length)
}
