/**
 * Who vouches for a request: holds a token and its key, and gives out nothing but the headers for one request at a time.
 * Invariant: headers are made for the origin of the resource that the token was issued for, and for no other.
 */
import { createProver, type Prover } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import { givenAddress } from './discovery/address.ts'
import type { Runtime } from './runtime.ts'
import type { AccessTokenOptions, Tokens } from './tokens.ts'
import type { Credential } from './vault/vault.ts'

/** The request to vouch for. */
export interface AuthorizationRequest extends AccessTokenOptions {
  readonly method: string
  readonly url: string
  /** The newest that the resource has given, if any (RFC 9449 section 9). */
  readonly nonce?: string | undefined
}

export interface Authorization {
  /** `authorization`, and `dpop` when the token is bound to a key. Good for this one request. */
  readonly headers: Readonly<Record<'authorization', string> & Partial<Record<'dpop', string>>>
  /** What is in them. */
  readonly credential: Pick<Credential, 'accessToken' | 'tokenType' | 'scope' | 'expiresAt' | 'obtainedAt'>
}

export interface Authorizer {
  /** @throws CountersignError `resource_mismatch` for another origin, and what `accessToken` throws */
  authorize(request: AuthorizationRequest): Promise<Authorization>
}

/** The authorizer of a stored credential; `targetOf` says what its token is for, the resource unless told. */
export function authorizerOf(
  runtime: Pick<Runtime, 'suite' | 'clock'>,
  tokens: Tokens,
  name: string,
  targetOf: (credential: Credential) => string | undefined = ({ resource }) => resource,
): Authorizer {
  // Importing a key costs more than signing with it; a vault may give another object for the same key, which costs no more than that.
  let prover: { readonly key: Credential['key']; readonly prove: Promise<Prover> } | undefined
  const proverOf = (key: Credential['key']): Promise<Prover> => {
    if (prover?.key !== key) prover = { key, prove: createProver(runtime.suite, runtime.clock, key) }
    return prover.prove
  }
  return {
    authorize: async ({ method, url, nonce, rejected, signal }) => {
      const { origin } = givenAddress(url)
      const credential = await tokens.accessToken(name, { rejected, signal })
      const target = targetOf(credential)
      // RFC 9700 section 4.9.1: a token shown to another server is a token given away.
      if (target === undefined || new URL(target).origin !== origin) {
        throw new CountersignError('resource_mismatch', `this sign-in is not for ${origin}`, { hint: `Sign in to ${origin}.` })
      }
      const { accessToken, tokenType, scope, expiresAt, obtainedAt, key } = credential
      const told = { accessToken, tokenType, scope, obtainedAt, ...(expiresAt === undefined ? {} : { expiresAt }) }
      const authorization = `${tokenType} ${accessToken}`
      if (tokenType === 'Bearer') return { headers: { authorization }, credential: told }
      const prove = await proverOf(key)
      // RFC 9449 section 7.1: the proof names the token, the method and the address.
      return { headers: { authorization, dpop: await prove({ method, url, nonce, accessToken }) }, credential: told }
    },
  }
}
