/** application/x-www-form-urlencoded as OAuth reads it: UTF-8, empty means absent, nothing twice. */
import { OAuthError } from './oauth-error.ts'

/** The parameters of one request, each at most once, none empty. `resource` may repeat (RFC 8707 section 2). */
export interface Form {
  get(name: string): string | undefined
  all(name: string): readonly string[]
}

const FORM = 'application/x-www-form-urlencoded'

/** RFC 8707 section 2, RFC 8693 section 2.1. */
const REPEATABLE: ReadonlySet<string> = new Set(['resource', 'audience'])

/**
 * Reads a form body or a query string.
 * @param repeatable names that may stand more than once; a form of our own with boxes to tick has others than a request of OAuth
 * @throws OAuthError `invalid_request` when a parameter is repeated (RFC 6749 section 3.2), an escape is not UTF-8, or a name or value holds a control character.
 */
export function parseForm(text: string, repeatable: ReadonlySet<string> = REPEATABLE): Form {
  const values = new Map<string, string>()
  const repeated = new Map<string, string[]>()
  for (const pair of text.length === 0 ? [] : text.split('&')) {
    if (pair.length === 0) continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    const earlier = values.get(name)
    // RFC 6749 section 3.2: parameters MUST NOT be included more than once, even when one of them is empty.
    if (earlier !== undefined && !repeatable.has(name)) {
      throw new OAuthError('invalid_request', `parameter '${shown(name)}' is repeated`)
    }
    // RFC 6749 section 3.1: a parameter without a value is treated as omitted.
    if (earlier === undefined || earlier === '') values.set(name, value)
    else if (value !== '') repeated.set(name, [...(repeated.get(name) ?? [earlier]), value])
  }
  const get = (name: string) => values.get(name) || undefined
  return {
    get,
    all: (name) => {
      const first = get(name)
      return repeated.get(name) ?? (first === undefined ? [] : [first])
    },
  }
}

/** Whether a Content-Type header names a form; parameters such as charset=utf-8 are allowed. */
export function isFormContentType(contentType: string | null | undefined): boolean {
  if (contentType === undefined || contentType === null) return false
  if (contentType === FORM) return true
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  if (type !== FORM) return false
  return parameters.every((part) => !part.startsWith('charset=') || /^charset="?utf-?8"?$/.test(part))
}

/** ASCII that stands for itself: no escapes, no control characters. */
const literal = /^[ -$&-*,-~]*$/
const controlCharacter = /\p{Cc}/u

function decode(text: string): string {
  if (literal.test(text)) return text
  let value: string
  try {
    value = decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new OAuthError('invalid_request', 'the form holds an escape that is not UTF-8')
  }
  if (controlCharacter.test(value)) throw new OAuthError('invalid_request', 'the form holds a control character')
  return value
}

/** A name as it may be echoed in an error: short, and only characters that cannot confuse a log. */
function shown(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 40)
}
