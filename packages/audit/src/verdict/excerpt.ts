/** The line a finding is about, as a report may show it. Invariant: nothing of it that looks like a credential gets out. */
import type { Finding } from './finding.ts'

const LONGEST = 160
/** What these rules point at is a credential that stands in the source. */
const ABOUT_CREDENTIALS = new Set(['DF-C12', 'DF-C14'])
const QUOTED = /(["'`])(?:\\.|(?!\1)[^\\])+\1/g
const ASSIGNED = /([:=]\s*)[^\s"'`(){}[\],;]{6,}/g
/** Long and with letters and digits mixed: no word of a person. */
const RANDOM = /(?=[\w+/=.~-]*\d)(?=[\w+/=.~-]*[A-Za-z])[\w+/=.~-]{20,}/g
const ESCAPES = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Undefined for what has no place in the source, or points at an empty line. */
export function excerptOf({ place, rule }: Pick<Finding, 'place' | 'rule'>, texts: ReadonlyMap<string, string>): string | undefined {
  const text = place === undefined ? undefined : texts.get(place.file)?.split('\n')[place.line - 1]?.trim()
  if (text === undefined || text === '') return undefined
  const shown = ABOUT_CREDENTIALS.has(rule) ? text.replace(QUOTED, '$1...$1').replace(ASSIGNED, '$1...') : text
  const safe = shown.replace(/\t/g, ' ').replace(ESCAPES, '').replace(RANDOM, '...')
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST)}...`
}
