/** The claims of a token that is a JWT, unverified: what it says, not whether it is true. Empty for every other token. */
export function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  const [, payload = '', signature] = (token ?? '').split('.')
  if (signature === undefined) return {}
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
