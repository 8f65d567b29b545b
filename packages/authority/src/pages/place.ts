/** A place in words. Which country it is comes from its code, so its name is in the language of the page. */
import type { Place } from '../ports/places.ts'
import type { Messages } from './messages/messages.ts'
import { plainText } from './plain-text.ts'

const LONGEST_NAME = 60
const JOINTS: Readonly<Record<string, string>> = { ar: '، ', ja: '、', 'zh-Hans': '，' }

/** From small to large: `Reims, Grand Est, France`. */
export function placeInWords(place: Place, { lang }: Pick<Messages, 'lang'>): string {
  const names = [place.city ?? '', place.region ?? ''].map((name) => plainText(name, LONGEST_NAME)).filter((name) => name !== '')
  // A city that is its own region is named once.
  return [...new Set([...names, countryInWords(place, lang)])].join(JOINTS[lang] ?? ', ')
}

export function countryInWords({ country }: Place, lang: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return plainText(country, LONGEST_NAME)
  return new Intl.DisplayNames(lang, { type: 'region' }).of(country) ?? country
}
