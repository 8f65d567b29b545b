/**
 * PostgreSQL text holds neither NUL nor lone surrogates, and an index entry must fit on a third of a page. Two different names must never
 * become one, so the odd ones are kept as JSON behind a mark and the long ones as a digest behind it; every other name is kept as it is.
 */
import type { Ask } from './ask.ts'
import { statement } from './statements.ts'

const MARK = '\u0001'
const ODD = /^\u0001|\0|\p{Surrogate}/u

/** In UTF-16 units, each at most three bytes long in the database: two of them fit into an index entry of 2704 bytes. */
const LONGEST = 400

export function textOf(name: string): string {
  return ODD.test(name) ? MARK + JSON.stringify(name) : name
}

export function nameOf(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text
}

/** Behind the mark stands no quotation mark, so no text of an odd name is taken for a digest. */
const DIGESTS = statement(
  `SELECT '${MARK}' || encode(sha256(convert_to(text, 'UTF8')), 'hex')
  FROM unnest($1::text[]) WITH ORDINALITY AS long (text, place) ORDER BY place`,
)

/** Gives the texts as they are kept. The database makes the digests: names this long are rare, and need not be fast. */
export function namer(ask: Ask): (texts: readonly string[]) => Promise<readonly string[]> {
  return async (texts) => {
    const long = texts.filter((text) => text.length > LONGEST)
    if (long.length === 0) return texts
    const digests = (await ask(DIGESTS, [long], { reads: true })).rows.map(([digest]) => String(digest))
    return texts.map((text) => (text.length > LONGEST ? String(digests.shift()) : text))
  }
}
