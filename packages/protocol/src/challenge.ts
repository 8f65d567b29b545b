/** WWW-Authenticate challenges (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1). */
import { plainDescription } from './oauth-error.ts'

export interface Challenge {
  /** As sent; compare without regard to case. */
  readonly scheme: string
  /** Names in lower case. A parameter sent twice keeps its first value. */
  readonly parameters: Readonly<Record<string, string>>
}

/** `Bearer error="invalid_token", resource_metadata="..."`; absent parameters are left out. */
export function formatChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const text = sent.map(([name, value]) => `${name}="${plainDescription(value)}"`).join(', ')
  return text === '' ? scheme : `${scheme} ${text}`
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/
const quoted = /^"((?:[^"\\]|\\.)*)"/

/** Reads a header that may hold several challenges, and several headers joined by commas. What cannot be read is skipped. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let rest = header.trim()
  while (rest !== '') {
    rest = rest.replace(/^[\s,]+/, '')
    const word = token.exec(rest)?.[0]
    if (word === undefined) {
      // Not a token: skip to the next comma rather than guess.
      const comma = rest.indexOf(',')
      rest = comma < 0 ? '' : rest.slice(comma + 1)
      continue
    }
    const after = rest.slice(word.length)
    const equals = /^\s*=\s*(?!=|\s*(?:,|$))/.exec(after)
    const current = challenges.at(-1)
    if (equals !== null && current !== undefined) {
      const text = after.slice(equals[0].length)
      const string = quoted.exec(text)
      const value = string === null ? (token.exec(text)?.[0] ?? '') : (string[1] ?? '').replace(/\\(.)/g, '$1')
      current.parameters[word.toLowerCase()] ??= value
      rest = text.slice(string === null ? Math.max(value.length, 1) : string[0].length)
    } else {
      challenges.push({ scheme: word, parameters: {} })
      // token68 credentials (RFC 9110 section 11.2) follow the scheme without a name: not used here.
      rest = after.replace(/^\s+[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/, '')
    }
  }
  return challenges
}
