/**
 * From received tokens to a credential, or to a refusal to keep them.
 * Invariant: what is kept was asked for: no wider scope, and no token type that is weaker than the one that was proven for.
 */
import type { PrivateJwk } from '@countersign/proof'
import { CountersignError, type EpochMilliseconds, OAuthError, parseScope, type Scope, scopeBeyond } from '@countersign/protocol'
import type { Credential } from '../vault/vault.ts'
import { quotedText } from '../wire/text.ts'
import type { ReceivedTokens } from './request.ts'

/** What the tokens are measured against, and what of the credential does not come from the answer. */
export interface Expectation {
  /** `undefined`: none was asked for, so the server decided alone. */
  readonly scope: Scope | undefined
  /** A token that is not bound to the key is no answer. A proof went with every request in any case. */
  readonly bound: boolean
  readonly key: PrivateJwk
  /** When the request left: the token's life is counted from there. */
  readonly sentAt: EpochMilliseconds
}

type Accepted = Pick<Credential, 'accessToken' | 'tokenType' | 'scope' | 'expiresAt' | 'refreshToken' | 'obtainedAt' | 'key'>

/**
 * @throws CountersignError `scope_exceeded`, `token_type_mismatch` or `invalid_response`; the caller then lets go of the tokens and revokes them
 */
export function acceptTokens(tokens: ReceivedTokens, expected: Expectation): Accepted {
  const tokenType = judgeTokenType(tokens.tokenType, expected)
  const scope = judgeScope(tokens.scope, expected.scope)
  return {
    accessToken: tokens.accessToken,
    tokenType,
    scope,
    ...(tokens.expiresIn === undefined ? {} : { expiresAt: expected.sentAt + tokens.expiresIn * 1000 }),
    ...(tokens.refreshToken === undefined ? {} : { refreshToken: tokens.refreshToken }),
    obtainedAt: expected.sentAt,
    key: expected.key,
  }
}

function judgeTokenType(tokenType: string, { bound }: Expectation): 'DPoP' | 'Bearer' {
  // RFC 6749 section 5.1: without regard to case.
  const type = tokenType.toLowerCase()
  if (type === 'dpop') return 'DPoP'
  // RFC 9449 section 5: a server that knows DPoP and answers Bearer has not bound the token, and somebody may be in between.
  if (type === 'bearer' && !bound) return 'Bearer'
  // RFC 6749 section 7.1: a type that is not understood must not be used.
  const shown = quotedText(tokenType) ?? ''
  const message = type === 'bearer' ? 'the token is not bound to this key (token_type Bearer)' : `the token_type is not usable: ${shown}`
  throw new CountersignError('token_type_mismatch', message, {
    hint: 'Nothing was kept. Tell the operator of the authorization server.',
  })
}

function judgeScope(granted: string | undefined, asked: Scope | undefined): Scope {
  if (granted === undefined) return asked ?? []
  let scope: Scope
  try {
    scope = parseScope(granted)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('invalid_response', 'the scope of the answer is malformed', { cause: error })
  }
  const beyond = asked === undefined ? [] : scopeBeyond(scope, asked)
  if (beyond.length > 0) {
    throw new CountersignError('scope_exceeded', `the token allows more than was asked for: ${quotedText(beyond.join(' ')) ?? ''}`, {
      hint: 'Nothing was kept. Ask for that scope if it is meant to be there.',
    })
  }
  return scope
}
