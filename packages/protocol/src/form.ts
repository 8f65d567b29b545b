/** application/x-www-form-urlencoded as OAuth reads it: UTF-8, empty means absent, nothing twice. */
import { OAuthError } from './oauth-error.ts'

/** The parameters of one request, each at most once, none empty. `resource` may repeat (RFC 8707 section 2). */
export interface Form {
  get(name: string): string | undefined
  all(name: string): readonly string[]
}

const FORM = 'application/x-www-form-urlencoded'

/** No request of OAuth and no page of ours comes near it; what comes near it wants to keep us busy. */
const MOST_NAMES = 256

/** RFC 8707 section 2, RFC 8693 section 2.1. */
const REPEATABLE: ReadonlySet<string> = new Set(['resource', 'audience'])

/**
 * Reads a form body or a query string.
 * @param repeatable names that may stand more than once; a form of our own with boxes to tick has others than a request of OAuth
 * @throws OAuthError `invalid_request` when a parameter is repeated (RFC 6749 section 3.2), an escape is not UTF-8, or a name or value holds a control character.
 */
export function parseForm(text: string, repeatable: ReadonlySet<string> = REPEATABLE): Form {
  // Forms are short: in a list a name is found sooner than in a map, whose every name must be hashed.
  const names: string[] = []
  const values: string[] = []
  let repeated: Map<string, string[]> | undefined
  const isVisible = visible.test(text)
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  let percent = spaced.indexOf('%')
  for (let from = 0; from < spaced.length; ) {
    const ampersand = spaced.indexOf('&', from)
    const end = ampersand < 0 ? spaced.length : ampersand
    if (end > from) {
      const equals = spaced.indexOf('=', from)
      const nameEnd = equals < 0 || equals > end ? end : equals
      add(read(from, nameEnd), read(nameEnd + 1, end))
    }
    from = end + 1
  }
  function read(from: number, end: number): string {
    if (percent >= 0 && percent < from) percent = spaced.indexOf('%', from)
    const part = spaced.slice(from, end)
    if (!isVisible) return decodedUtf8(part)
    return percent >= 0 && percent < end ? decodedAscii(part) : part
  }
  function add(name: string, value: string) {
    const at = names.indexOf(name)
    if (at < 0) {
      if (names.length === MOST_NAMES) throw new OAuthError('invalid_request', `more than ${MOST_NAMES} parameters`)
      names.push(name)
      values.push(value)
      return
    }
    // RFC 6749 section 3.2: parameters MUST NOT be included more than once, even when one of them is empty.
    if (!repeatable.has(name)) throw new OAuthError('invalid_request', `parameter '${shown(name)}' is repeated`)
    // RFC 6749 section 3.1: a parameter without a value is treated as omitted.
    if (values[at] === '') values[at] = value
    else if (value !== '') {
      repeated ??= new Map()
      const all = repeated.get(name)
      if (all === undefined) repeated.set(name, [values[at] as string, value])
      else all.push(value)
    }
  }
  const get = (name: string) => values[names.indexOf(name)] || undefined
  return {
    get,
    all: (name) => {
      const first = get(name)
      return repeated?.get(name) ?? (first === undefined ? [] : [first])
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

/** ASCII without control characters. */
const visible = /^[ -~]*$/
const controlCharacter = /\p{Cc}/u

/** The value of visible ASCII. What is escaped in it is mostly ASCII too, as in a grant type: decodeURIComponent takes ten times as long. */
function decodedAscii(text: string): string {
  let value = ''
  let from = 0
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
    const code = 16 * hexDigit(text.charCodeAt(at + 1)) + hexDigit(text.charCodeAt(at + 2))
    if (!(code >= 0x20 && code < 0x7f)) return decodedUtf8(text)
    value += text.slice(from, at) + String.fromCharCode(code)
    from = at + 3
  }
  return value + text.slice(from)
}

function decodedUtf8(text: string): string {
  let value: string
  try {
    value = decodeURIComponent(text)
  } catch {
    throw new OAuthError('invalid_request', 'the form holds an escape that is not UTF-8')
  }
  if (controlCharacter.test(value)) throw new OAuthError('invalid_request', 'the form holds a control character')
  return value
}

/** The value of a digit, given as its character code; NaN for what is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN
}

/** A name as it may be echoed in an error: short, and only characters that cannot confuse a log. */
function shown(name: string): string {
  return name.replace(/[^\w.-]/g, '?').slice(0, 40)
}
