/** `countersign header`: the headers that make one request an authorized one, for programs that send it themselves. */
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { HeaderOptions } from './use-options.ts'

/**
 * Prints Authorization and, for a token that is bound to a key, a proof for this method and URL (RFC 9449 section 7.1): good for one request.
 * @throws CountersignError `usage`, `resource_mismatch`, and what renewing throws
 */
export async function header(invocation: Invocation, url: string, options: HeaderOptions): Promise<void> {
  const { output, signal } = invocation
  const method = methodIn(options.method)
  const source = await openTokenSource(invocation)
  const { headers, credential } = await source.authorize({ ...options, url }, { method, url, nonce: options.nonce, signal })
  const pairs = Object.entries(headers).map(([name, value]) => [name === 'dpop' ? 'DPoP' : 'Authorization', value] as const)
  const named = Object.fromEntries(pairs)
  const expiry = credential.expiresAt === undefined ? {} : { expires_at: new Date(credential.expiresAt).toISOString() }
  const told = { method, url, headers: named, token_type: credential.tokenType, ...expiry }
  if (options.format === 'object' && !output.json) return output.result(told, JSON.stringify(named))
  const line = ([name, value]: readonly [string, string]) =>
    // Tokens are printable ASCII; curl's configuration wants quotes and backslashes escaped.
    options.format === 'curl' ? `header = "${`${name}: ${value}`.replace(/["\\]/g, '\\$&')}"` : `${name}: ${value}`
  output.result(told, pairs.map(line))
}

/** @throws CountersignError `usage` for what is no method (RFC 9110 section 9.1) */
export function methodIn(text: string): string {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) return text.toUpperCase()
  throw new CountersignError('usage', `not a method: "${text}"`, { hint: 'like GET or POST' })
}
