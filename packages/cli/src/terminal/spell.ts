/** A code for the ear: every character by a word that cannot be misheard, with pauses a voice reads out. */

// The alphabet of the International Civil Aviation Organization.
const WORDS =
  'Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu'
const LETTERS = new Map(WORDS.split(' ').map((word) => [word.charAt(0), word]))
const SIGNS = new Map([
  ['-', 'dash'],
  [' ', 'space'],
  ['_', 'underscore'],
  ['.', 'dot'],
])

/** `W as in Whiskey, D as in Delta, dash, 7`. Small letters are called small only where the code has both kinds. */
export function spell(code: string): string {
  const both = /\p{Ll}/u.test(code) && /\p{Lu}/u.test(code)
  return Array.from(code)
    .map((character) => {
      const capital = character.toUpperCase()
      const word = LETTERS.get(capital)
      if (word === undefined) return SIGNS.get(character) ?? character
      const name = `${capital} as in ${word}`
      if (!both) return name
      return `${character === capital ? 'capital' : 'small'} ${name}`
    })
    .join(', ')
}
