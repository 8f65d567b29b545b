/** The error codes of the token endpoint, on the wire and in the names that programs give them. */
import { wordOf } from '../neutral/walk.ts'

/** RFC 8628 section 3.5 and RFC 6749 section 5.2. */
export const CODES = [
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_grant',
  'invalid_client',
  'invalid_request',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
] as const

export type Code = (typeof CODES)[number]

/** The code that a text says, as a whole or within it; undefined when none. */
export function codeIn(text: string): Code | undefined {
  if (text.length > 300) return undefined
  const word = wordOf(text.replace(/[^A-Za-z_ -]/g, ' ').trim())
  return CODES.find((code) => text.includes(code)) ?? CODES.find((code) => word === code)
}

const NAMES: readonly (readonly [RegExp, Code])[] = [
  [/authorization_?pending|auth_?pending/, 'authorization_pending'],
  [/slow_?down/, 'slow_down'],
  [/access_?denied|authorization_?denied/, 'access_denied'],
  [/expired_?token|token_?expired|(?:device_?)?code_?expired|expired_?(?:device_?)?code/, 'expired_token'],
  [/invalid_?grant/, 'invalid_grant'],
]

/** The code that an identifier such as `ErrSlowDown` or `AUTHORIZATION_PENDING` names; undefined when none. */
export function codeNamed(name: string): Code | undefined {
  const word = wordOf(name)
  return (
    NAMES.find(([pattern]) => pattern.test(word))?.[1] ??
    (/^(?:err(?:or)?_)?(?:is_)?pending(?:_err(?:or)?)?$/.test(word) ? 'authorization_pending' : undefined)
  )
}
