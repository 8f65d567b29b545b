/**
 * The check character of a user code: it tells a typing mistake from a guess without looking anything up.
 *
 * A code is right when the sum of its characters, each times a power of one number g, is nothing. It is reckoned in a ring with exactly
 * as many elements as the alphabet has characters: the field of 2^k elements beside the integers modulo the odd rest, so 4 * 5 for 20
 * characters, and the integers modulo 31 for 31. g is (x, 2): it can be divided by, so every single wrong character is noticed, and
 * so can g - 1, so is every exchange of two neighbours; for both alphabets the same holds of g * g - 1 and g + 1, hence of exchanges over one
 * character between and of doubled characters misread together. Of other mistakes one in as many as there are characters slips through.
 * Why this is enough: R.-H. Schulz, "Check Character Systems and Anti-symmetric Mappings", LNCS 2122 (2001), section 1.3.
 *
 * Not Luhn modulo N: it misses the exchange of the first and the last character of an alphabet of 20, and single wrong characters in
 * one of 31. An alphabet of twice an odd number (10, 26) has no such number g: there some exchanges slip through, single mistakes never.
 */

/** By k, the digits of a polynomial that makes a field of 2^k elements, with x a generator; k = 0 and 1 are the fields without a choice. */
const POLYNOMIALS = [0b1, 0b11, 0b111, 0b1011, 0b10011, 0b100101]

/**
 * The one character that makes `code` right when it is put behind it.
 * @param code of `characters` only, without its check character
 * @param characters fewer than 64 different ones
 */
export function checkCharacter(code: string, characters: string): string {
  const bits = Math.log2(characters.length & -characters.length)
  const odd = characters.length >> bits
  const field = 1 << bits
  const polynomial = POLYNOMIALS[bits] ?? 0
  const timesX = (value: number) => (value << 1 < field ? value << 1 : (value << 1) ^ polynomial)
  let binary = 0
  let modular = 0
  for (const character of code) {
    const index = characters.indexOf(character)
    binary = timesX(binary) ^ (index & (field - 1))
    modular = (modular * 2 + (index >> bits)) % odd
  }
  const negative = (odd - ((modular * 2) % odd)) % odd
  return characters.charAt((negative << bits) | timesX(binary))
}
