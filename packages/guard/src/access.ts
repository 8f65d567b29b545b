/** What a verified request may do. */
import type { AccessTokenClaims } from '@countersign/proof'
import { type EpochMilliseconds, OAuthError, parseScope, type Scope } from '@countersign/protocol'

/** Who speaks, through which client, with which scopes, for how long. */
export interface Access {
  readonly issuer: string
  /** Unique within its issuer only. */
  readonly subject: string
  readonly clientId: string
  readonly scope: Scope
  /** The grant the token came of, where the issuer tells it. */
  readonly grantId: string | undefined
  readonly expiresAt: EpochMilliseconds
  /** Thumbprint of the key that signed this request's proof; `undefined` for a bearer token. */
  readonly keyThumbprint: string | undefined
  /** The resource the token was issued for, which is this one. */
  readonly resource: string
  /** The token itself. Not enumerable, so that printing or copying the access does not spill it; it must not be sent to anyone. */
  readonly token: string
  /** A newer DPoP nonce for the client, to be sent with the answer (RFC 9449 section 8.2). */
  readonly nonce: string | undefined
}

/**
 * The access that verified claims give.
 * @throws OAuthError `invalid_token` when the scope or the key binding is malformed, or of a kind that cannot be checked here
 */
export function accessOf(claims: AccessTokenClaims, token: string, resource: string): Access {
  const access = {
    issuer: claims.iss,
    subject: claims.sub,
    clientId: claims.client_id,
    scope: scopeOf(claims),
    grantId: typeof claims.grant_id === 'string' ? claims.grant_id : undefined,
    expiresAt: claims.exp * 1000,
    keyThumbprint: bindingOf(claims),
    resource,
    token,
    nonce: undefined,
  }
  return Object.defineProperty(access, 'token', { enumerable: false })
}

function scopeOf({ scope }: AccessTokenClaims): Scope {
  try {
    return parseScope(scope)
  } catch (cause) {
    throw new OAuthError('invalid_token', 'the scope of the token is malformed', { cause })
  }
}

/** RFC 9449 section 6.1. A token bound in another way, such as to a TLS certificate, is bound all the same, so it must not pass for a bearer token. */
function bindingOf({ cnf }: AccessTokenClaims): string | undefined {
  if (cnf === undefined) return undefined
  const others = Object.keys(cnf).some((member) => member !== 'jkt')
  if (others || typeof cnf.jkt !== 'string') throw new OAuthError('invalid_token', 'the token is bound in a way this resource cannot check')
  return cnf.jkt
}
