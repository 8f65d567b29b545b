/**
 * SQLite text cannot hold every JavaScript string: lone surrogates all become the same character, and one binding stops reading at NUL.
 * Two different names must never become one, so the odd ones are kept as JSON behind a mark; every other name is kept as it is.
 */
const MARK = '\u0001'
const ODD = /^\u0001|\0|\p{Surrogate}/u

export function textOf(name: string): string {
  return ODD.test(name) ? MARK + JSON.stringify(name) : name
}

export function nameOf(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text
}
