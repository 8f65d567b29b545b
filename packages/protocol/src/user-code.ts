/**
 * User codes: short, typed by a person, easy to compare (RFC 8628 section 6.1). The last character checks the others.
 * A code is kept and compared in its canonical form: upper case, no separators. It is shown in groups of three or four.
 */
import { checkCharacter } from './check-character.ts'
import type { Entropy } from './ports.ts'

export interface UserCodeAlphabet {
  readonly name: string
  readonly characters: string
  /** Characters outside the alphabet that can only have been meant as one inside it. */
  readonly lookAlikes: Readonly<Record<string, string>>
  /** Words no code may hold, in capitals; for alphabets with vowels. Digits count as the letters they resemble. */
  readonly words?: readonly string[]
}

/** RFC 8628 section 6.1: consonants only, so no word can appear and nothing looks like a digit. 4.32 bits a character. */
export const BASE20: UserCodeAlphabet = {
  name: 'base20',
  characters: 'BCDFGHJKLMNPQRSTVWXZ',
  lookAlikes: { '8': 'B', '6': 'G', '5': 'S', '2': 'Z', '1': 'L', I: 'L', U: 'V' },
}

/** Letters without I, L, O and digits without 0, 1: 4.95 bits a character, selectable; it still holds 8/B, 6/G, 5/S, 2/Z, U/V and vowels. */
export const BASE31: UserCodeAlphabet = {
  name: 'base31',
  characters: 'ABCDEFGHJKMNPQRSTUVWXYZ23456789',
  lookAlikes: {},
  words: (
    'ANUS ARSE ASS BUTT CUCK CUM CUNT DAMN DYKE FAG FART FUCK FUK HURE JEW KKK MERDE ' +
    'NEGER NEGR NUTTE PUSS PUTA PUTE RAPE SCUM SEX SHAG SMUT SUCK TARD TWAT WANK XXX'
  ).split(' '),
}

// A sound source needs more than two rounds for about one code in a hundred thousand.
const MOST_ROUNDS = 100

/**
 * `length` random characters and the one that checks them, every code of the alphabet equally likely, apart from those that hold one of its words.
 * @throws Error when the source gives no usable bytes
 */
export function drawUserCode(entropy: Entropy, length: number, alphabet: UserCodeAlphabet = BASE20): string {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const drawn = drawCharacters(entropy, length, alphabet.characters)
    const code = drawn + checkCharacter(drawn, alphabet.characters)
    if (!holdsWord(code, alphabet.words ?? [])) return code
  }
  throw new Error('the source of randomness repeats itself')
}

function drawCharacters(entropy: Entropy, length: number, characters: string): string {
  // 256 is no multiple of 20 or 31: bytes past the last whole multiple are thrown away, else the first characters come up more often.
  const limit = 256 - (256 % characters.length)
  let code = ''
  for (let round = 0; code.length < length; round++) {
    if (round === MOST_ROUNDS) throw new Error('the source of randomness gives no usable bytes')
    for (const byte of entropy.random((length - code.length) * 2)) {
      if (byte < limit && code.length < length) code += characters[byte % characters.length]
    }
  }
  return code
}

const LETTERS_OF_DIGITS: Readonly<Record<string, string>> = { '3': 'E', '4': 'A', '5': 'S', '6': 'G', '7': 'T', '8': 'B' }

function holdsWord(code: string, words: readonly string[]): boolean {
  if (words.length === 0) return false
  const read = code.replace(/\d/g, (digit) => LETTERS_OF_DIGITS[digit] ?? digit)
  return words.some((word) => read.includes(word))
}

/** `WDJBMJHTL` as `WDJ-BMJ-HTL`, `ABCDEFGH` as `ABCD-EFGH`: as few groups as four characters allow, and those as even as can be. */
export function formatUserCode(code: string): string {
  const groups = Math.ceil(code.length / 4)
  let shown = ''
  for (let group = 0, from = 0; group < groups; group++) {
    const to = Math.ceil(((group + 1) * code.length) / groups)
    shown += (group === 0 ? '' : '-') + code.slice(from, to)
    from = to
  }
  return shown
}

const ascii = /^[ -~]*$/

/**
 * What a person typed, as a canonical code. RFC 8628 section 6.1: case, dashes, spaces and characters outside the alphabet do not matter;
 * a look-alike is repaired where it can mean one thing only. May be empty; the length is for the caller to judge.
 */
export function normaliseUserCode(typed: string, alphabet: UserCodeAlphabet = BASE20): string {
  const read = typed.slice(0, 64)
  let code = ''
  // NFKC folds the full-width letters that some keyboards type, and leaves ASCII as it is.
  for (const character of ascii.test(read) ? read : read.normalize('NFKC')) {
    // Most come as they were shown, and to ask for a capital takes as long as all the rest.
    if (alphabet.characters.includes(character)) {
      code += character
      continue
    }
    const capital = character.toUpperCase()
    // Each by itself: a sharp s, whose capital is SS, is one character outside the alphabet and not two inside it.
    code += alphabet.characters.includes(capital) ? capital : (alphabet.lookAlikes[capital] ?? '')
  }
  return code
}

// RFC 8628 section 6.1: characters a person may take for one another, on paper or on a screen.
const CONFUSABLE = ['0O', '1IL', '8B', '6G', '5S', '2Z', 'UV']

/** The sets of characters in an alphabet that are easily taken for one another, such as `8B`; empty for an alphabet fit for people. */
export function confusables(characters: string): readonly string[] {
  const present = CONFUSABLE.map((set) =>
    Array.from(set)
      .filter((character) => characters.toUpperCase().includes(character))
      .join(''),
  )
  return present.filter((set) => set.length > 1)
}

/** Bits of randomness in `length` random characters. The check character adds none: whoever knows the others knows it. */
export function userCodeEntropy(length: number, alphabet: UserCodeAlphabet = BASE20): number {
  return length * Math.log2(alphabet.characters.length)
}
