/** Which language a page is in: the first that the browser asks for and that is spoken here, else the one the operator chose. */
import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import type { Messages } from './messages.ts'
import { pt } from './pt.ts'
import { zh } from './zh.ts'

const spoken = { en, ar, de, es, fr, ja, pt, zh } as const

/** A language of the pages, by the first subtag of its tag. */
export type Language = keyof typeof spoken

export const LANGUAGES: readonly Language[] = ['en', 'ar', 'de', 'es', 'fr', 'ja', 'pt', 'zh']

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value)
}

export function messagesIn(language: Language): Messages {
  return spoken[language]
}

/** Browsers send a handful of ranges; more than this is nobody's preference. */
const LONGEST_READ = 1000

// RFC 9110 section 12.4.2: at most three decimals. RFC 4647 section 2.1: a basic range. No part can match in two ways, so it takes linear time.
const weighted = /^([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i

/**
 * Chooses by an `Accept-Language` field (RFC 9110 section 12.5.4). Ranges that are not well formed say nothing; a field that asks for
 * nothing we have gets the default, because a page in another language is of more use than none.
 */
export function chooseLanguage(accepted: string, otherwise: Language): Language {
  const ranges = accepted.slice(0, LONGEST_READ).split(',').flatMap(readRange)
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ range }) => range))
  const wanted = ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight)
  const acceptable = LANGUAGES.filter((language) => !refused.has(language))
  for (const { range } of wanted) {
    const found = range === '*' ? anyOf(acceptable, otherwise) : lookUp(range, acceptable)
    if (found !== undefined) return found
  }
  return otherwise
}

function readRange(element: string): { readonly range: string; readonly weight: number }[] {
  const [, range, weight = '1'] = weighted.exec(element.trim()) ?? []
  return range === undefined ? [] : [{ range: range.toLowerCase(), weight: Number(weight) }]
}

function anyOf(acceptable: readonly Language[], otherwise: Language): Language | undefined {
  return acceptable.includes(otherwise) ? otherwise : acceptable[0]
}

/**
 * RFC 4647 section 3.4: a range is shortened from its end until it fits. We tell languages apart by their first subtag alone, so that
 * is where it always ends: `pt-PT` gets the Brazilian Portuguese, and `zh-TW` the simplified characters, which its readers understand
 * far better than a language they did not ask for.
 */
function lookUp(range: string, acceptable: readonly Language[]): Language | undefined {
  const [first] = range.split('-', 1)
  return acceptable.find((language) => language === first)
}
