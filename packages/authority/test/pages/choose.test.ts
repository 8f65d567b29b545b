import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLanguage, LANGUAGES, messagesIn } from '../../src/pages/index.ts'

test.each([
  // What browsers send.
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['fr, en-US;q=0.7, en;q=0.3', 'fr'],
  ['zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7', 'zh'],
  // RFC 4647 section 3.4: shortened from the end until it fits.
  ['pt-PT', 'pt'],
  ['zh-Hant-HK', 'zh'],
  ['es-419', 'es'],
  ['ar-EG-u-nu-arab', 'ar'],
  ['JA-jp', 'ja'],
  // RFC 9110 section 12.4.2: weights decide, then the order.
  ['en;q=0.2, ja;q=0.9', 'ja'],
  ['nl, de;q=0.5, fr;q=0.501', 'fr'],
  ['es, fr', 'es'],
  ['de;q=1.000, fr', 'de'],
  // A weight of 0 refuses; the wildcard takes the default, unless it is refused.
  ['de;q=0, *', 'en'],
  ['en;q=0, *', 'ar'],
  ['de;q=0', 'en'],
  ['de, de;q=0, fr;q=0.1', 'fr'],
  ['*', 'en'],
  ['nl, *;q=0.1, de;q=0.05', 'en'],
  ['*;q=0', 'en'],
  // Nothing of ours, and nothing at all.
  ['nl, sv;q=0.9', 'en'],
  ['', 'en'],
  // Empty elements and white space around separators are allowed (RFC 9110 sections 5.6.1 and 5.6.3).
  [' , ,\tde ; q=0.8 ,,', 'de'],
  // What is not well formed says nothing.
  ['de;q=2, fr;q=0.1', 'fr'],
  ['de;q=0.1234, fr;q=0.1', 'fr'],
  ['de;q=, fr;q=.9, es;q=0.1', 'es'],
  ['de;level=1, es', 'es'],
  ['de_DE, es', 'es'],
  ['deutsch, toString, __proto__, constructor', 'en'],
  ['i-klingon, x-de, fr', 'fr'],
] as const)('%j is answered in %s', (accepted, language) => {
  expect(chooseLanguage(accepted, 'en')).toBe(language)
})

test('the default of the operator answers whoever asks for nothing we have, and nobody else', () => {
  expect(chooseLanguage('nl', 'fr')).toBe('fr')
  expect(chooseLanguage('*', 'ja')).toBe('ja')
  expect(chooseLanguage('en', 'ja')).toBe('en')
})

test('whatever is sent, there is a language; and what is long is not read to its end', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('de', ',', ';q=', '0.5', '*', '-', ' ', '\t', 'a-a-a-a'))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(LANGUAGES).toContain(chooseLanguage(pieces.join(''), 'en'))
    }),
  )
  expect(chooseLanguage(`${','.repeat(2000)}de`, 'en')).toBe('en')
  expect(chooseLanguage(`de,${'a-'.repeat(500_000)}`, 'en')).toBe('de')
})

test('every language of the list has its own words', () => {
  expect(LANGUAGES.map((language) => messagesIn(language).lang)).toEqual(['en', 'ar', 'de', 'es', 'fr', 'ja', 'pt-BR', 'zh-Hans'])
})
