/**
 * Where a command gets tokens and headers from: the vault of this person, or an agent that keeps it open for others.
 * Invariant: what comes out is for one use. Refresh tokens and keys stay inside.
 */
import { type Authorization, type AuthorizationRequest, authorizerOf } from '@countersign/client'
import { formatScope } from '@countersign/protocol'
import type { ClientParts } from '../invocation.ts'
import type { Output } from '../output.ts'
import type { WhichOptions } from '../commands/sign-in-options.ts'
import { openClientParts, type Opening } from './client-parts.ts'
import { findSignIn, identified } from './find-sign-in.ts'
import { orSignIn, renewingTokens } from './renewal.ts'

/** Which sign-in is meant. */
export type Which = Pick<WhichOptions, 'profile' | 'issuer' | 'clientId'> & { readonly url: string }

/** An access token as programs read it. */
export interface Token {
  readonly access_token: string
  readonly token_type: 'DPoP' | 'Bearer'
  /** RFC 3339; absent when the server did not say. */
  readonly expires_at?: string
  readonly scope: string
  readonly resource?: string
  readonly issuer: string
  readonly client_id: string
  readonly profile: string
}

export interface TokenSource {
  /** A token that is good now. @throws CountersignError `not_signed_in` with the command that helps; otherwise what renewing throws */
  token(which: Which, options?: { readonly rejected?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<Token>
  /** Headers for one request. @throws CountersignError `resource_mismatch` and what `token` throws */
  authorize(which: Which, request: AuthorizationRequest): Promise<Authorization>
}

/** The source that the surroundings name. */
export async function openTokenSource(invocation: Opening): Promise<TokenSource> {
  const agent = invocation.environment['COUNTERSIGN_AGENT'] ?? ''
  if (agent !== '') return (await import('../agent/ask-agent.ts')).agentSource(agent)
  return vaultSource(invocation.output, await openClientParts(invocation))
}

/** Tokens of the vault, renewed in time. */
export function vaultSource(output: Pick<Output, 'say'>, parts: ClientParts): TokenSource {
  const tokens = renewingTokens(output, parts)
  return {
    token: (which, options = {}) =>
      orSignIn(which.url, which, async () => {
        const { name } = await findSignIn(parts.vault, which.url, which)
        const credential = await tokens.accessToken(name, options)
        const { accessToken, tokenType, expiresAt, scope } = credential
        return {
          access_token: accessToken,
          token_type: tokenType,
          ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }),
          scope: formatScope(scope),
          ...identified({ name, credential }),
        }
      }),
    authorize: (which, request) =>
      orSignIn(which.url, which, async () => {
        const { name } = await findSignIn(parts.vault, which.url, which)
        return authorizerOf(parts.runtime, tokens, name).authorize(request)
      }),
  }
}
