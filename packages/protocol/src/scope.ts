/** Scopes: case-sensitive, order-free, space-delimited (RFC 6749 section 3.3). */
import { OAuthError } from './oauth-error.ts'

/** Scope tokens in the order first seen, each once. */
export type Scope = readonly string[]

// RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const LONGEST = 4096

/** @throws OAuthError `invalid_scope` when a token holds a character the grammar forbids, or the whole is unreasonably long. */
export function parseScope(text: string | undefined): Scope {
  if (text === undefined) return []
  if (text.length > LONGEST) throw new OAuthError('invalid_scope', 'the scope is too long')
  const tokens = text.split(' ').filter((token) => token !== '')
  for (const token of tokens) {
    if (!scopeToken.test(token)) throw new OAuthError('invalid_scope', 'the scope holds a character that scopes may not hold')
  }
  return [...new Set(tokens)]
}

export function formatScope(scope: Scope): string {
  return scope.join(' ')
}

/** The tokens of `scope` that `within` does not hold. */
export function scopeBeyond(scope: Scope, within: Scope): Scope {
  return scope.filter((token) => !within.includes(token))
}

/** Every token of both, in order, each once. */
export function scopeUnion(one: Scope, other: Scope): Scope {
  return [...new Set([...one, ...other])]
}
