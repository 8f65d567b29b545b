/**
 * WWW-Authenticate challenges (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1).
 * The header comes from a stranger: reading it never throws, takes time in proportion to its length, and never reads inside a quoted string.
 */
import { plainDescription } from './oauth-error.ts'

export interface Challenge {
  /** As sent; compare without regard to case. */
  readonly scheme: string
  /** Names in lower case, on an object without a prototype. A parameter sent twice keeps its first value. */
  readonly parameters: Readonly<Record<string, string>>
}

/** `Bearer error="invalid_token", resource_metadata="..."`; absent parameters are left out. */
export function formatChallenge(scheme: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const text = sent.map(([name, value]) => `${name}="${plainDescription(value)}"`).join(', ')
  return text === '' ? scheme : `${scheme} ${text}`
}

/** Reads a header that may hold several challenges, and several headers joined by commas. What cannot be read is skipped. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  for (;;) {
    at = skip(header, at, isGap)
    if (at >= header.length) return challenges
    const end = skip(header, at, isToken)
    // Not a token: on to the next comma rather than guess.
    if (end === at) {
      at = nextComma(header, at)
      continue
    }
    const word = header.slice(at, end)
    const sign = skip(header, end, isSpace)
    if (header[sign] === '=') {
      const { value, next } = readValue(header, skip(header, sign + 1, isSpace))
      // A parameter before any scheme belongs to nothing.
      const parameters = challenges.at(-1)?.parameters
      if (parameters !== undefined && value !== undefined) parameters[word.toLowerCase()] ??= value
      at = next
    } else {
      challenges.push({ scheme: word, parameters: Object.create(null) as Record<string, string> })
      at = afterToken68(header, end)
    }
  }
}

interface Value {
  readonly value: string | undefined
  readonly next: number
}

/** A quoted string without its quotes, or everything up to a comma or space: some servers send addresses unquoted. */
function readValue(text: string, from: number): Value {
  if (text[from] === '"') {
    const end = endOfQuoted(text, from)
    // Without a closing quote nobody can tell what was meant to be inside, so the rest is not read as anything.
    if (end === undefined) return { value: undefined, next: text.length }
    return { value: text.slice(from + 1, end - 1).replace(/\\(.)/gs, '$1'), next: end }
  }
  const end = skip(text, from, isBare)
  return { value: text.slice(from, end), next: end }
}

/** Skips the token68 that may follow a scheme in place of parameters (RFC 9110 section 11.2). */
function afterToken68(text: string, from: number): number {
  const start = skip(text, from, isSpace)
  const end = skip(text, skip(text, start, isToken68), isEquals)
  const after = skip(text, end, isSpace)
  return end > start && (after === text.length || text[after] === ',') ? after : from
}

function nextComma(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== ',') at = text[at] === '"' ? (endOfQuoted(text, at) ?? text.length) : at + 1
  return at
}

/** The index after the closing quote; `undefined` when there is none. */
function endOfQuoted(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
  return undefined
}

type Accepts = (character: string) => boolean

const isSpace: Accepts = (character) => character === ' ' || character === '\t'
const isGap: Accepts = (character) => isSpace(character) || character === ','
const isEquals: Accepts = (character) => character === '='
const isBare: Accepts = (character) => !isGap(character)
const isToken: Accepts = (character) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character)
const isToken68: Accepts = (character) => /[A-Za-z0-9\-._~+/]/.test(character)

function skip(text: string, from: number, accepts: Accepts): number {
  let at = from
  while (at < text.length && accepts(text[at] ?? '')) at++
  return at
}
