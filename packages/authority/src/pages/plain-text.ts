/** Text that somebody else chose, made fit to be shown: one line, nothing invisible, nothing that turns the reading direction, not too long. */

// Control, format (bidi overrides and isolates, direction marks, zero width, soft hyphen, tags), private use, lone surrogates,
// noncharacters, and the fillers and selectors that leave no ink.
const inkless = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu
const gap = /[\t-\r\u0085\p{Z}]+/gu
// More marks than any script stacks on one letter only serve to paint over the neighbours.
const pile = /(\p{M}{3})\p{M}+/gu
const LONGEST_READ = 4096

/** Visible ASCII in words, or nothing at all: nothing of what is looked for below is in it. */
const ordinary = /^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/

/**
 * A value as it may be shown: at most `maxLength` characters, the last being an ellipsis when something was cut. May be empty.
 * RFC 6749 section 10.14: whatever came from a client is sanitised before display. Escaping is a second, separate step (`html`).
 */
export function plainText(value: string, maxLength: number): string {
  if (value.length <= maxLength && ordinary.test(value)) return value
  const line = value
    .slice(0, LONGEST_READ)
    .replace(gap, ' ')
    .replace(inkless, '')
    .normalize('NFC')
    .replace(pile, '$1')
    .replace(gap, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= maxLength
    ? line
    : `${characters
        .slice(0, Math.max(0, maxLength - 1))
        .join('')
        .trimEnd()}…`
}
