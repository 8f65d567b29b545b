/**
 * Refusals, each with the challenge that tells a client how to do better: which scheme, which scopes, where the metadata is
 * (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1).
 */
import { PROOF_ALGORITHMS } from '@countersign/proof'
import { formatChallenge, formatScope, OAuthError, type Scope } from '@countersign/protocol'
import type { Scheme } from './credentials.ts'

/** The request carried no credentials. Its answer names no error: nothing was wrong with what was not there (RFC 6750 section 3.1). */
export class CredentialsMissing extends OAuthError {
  constructor(challenges: readonly string[]) {
    super('invalid_token', 'this resource needs an access token', { headers: { 'www-authenticate': challenges } })
    this.name = 'CredentialsMissing'
  }
}

export interface ChallengeOptions {
  readonly metadataUrl: string
  /** Every scheme this resource takes; the first is what most clients look at. */
  readonly schemes: readonly Scheme[]
}

export interface Refusals {
  /** 401 without an error code. */
  missing(scope: Scope): CredentialsMissing
  /** The same error with its status at a resource and its challenges; errors that no credentials could mend are given back as they are. */
  refuse(error: OAuthError, scheme: Scheme | undefined, scope: Scope, nonce?: string): OAuthError
  /** 403, with all the scopes of the operation in one challenge. */
  insufficient(scheme: Scheme, scope: Scope): OAuthError
}

// RFC 6750 section 3.1, and RFC 9449 sections 7.1 and 9: at a resource a bad proof and a missing nonce are 401, not 400 as at the token endpoint.
const STATUS: Partial<Record<OAuthError['code'], number>> = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
}

export function createRefusals({ metadataUrl, schemes }: ChallengeOptions): Refusals {
  function challenge(scheme: Scheme, scope: Scope, error?: OAuthError): string {
    return formatChallenge(scheme, {
      error: error?.code,
      error_description: error?.message,
      scope: scope.length === 0 ? undefined : formatScope(scope),
      algs: scheme === 'DPoP' ? PROOF_ALGORITHMS.join(' ') : undefined,
      resource_metadata: metadataUrl,
    })
  }

  return {
    missing: (scope) => new CredentialsMissing(schemes.map((scheme) => challenge(scheme, scope))),
    refuse: (error, scheme, scope, nonce) => {
      const status = STATUS[error.code]
      if (status === undefined) return error
      // The error belongs to the scheme that was tried, and that one comes first for clients that read no further.
      const tried = scheme !== undefined && schemes.includes(scheme) ? scheme : schemes[0]
      const ordered = [...schemes].sort((one, other) => Number(other === tried) - Number(one === tried))
      const challenges = ordered.map((one) => challenge(one, scope, one === tried ? error : undefined))
      const headers = { 'www-authenticate': challenges, ...(nonce === undefined ? {} : { 'dpop-nonce': nonce }) }
      return new OAuthError(error.code, error.message, { status, headers, cause: error.cause })
    },
    insufficient: (scheme, scope) => {
      const error = new OAuthError('insufficient_scope')
      return new OAuthError(error.code, error.message, { headers: { 'www-authenticate': [challenge(scheme, scope, error)] } })
    },
  }
}
