/**
 * Step-up: which scope to ask for when a resource answers that the token at hand does not cover an operation.
 * Invariants: what was granted is asked for again, so that a new sign-in never takes anything away; and nobody is asked twice in vain.
 */
import { OAuthError, parseChallenges, parseScope, type Scope, scopeBeyond, scopeUnion } from '@countersign/protocol'

export interface StepUpKnown {
  /** Of the token that was refused. */
  readonly granted: Scope
  /** The scopes of earlier step-ups for the same operation, in full, whatever became of them: they are remembered by the caller. */
  readonly tried: readonly Scope[]
}

export type StepUp =
  /** A person is asked for all of this, and `tried` grows by it. */
  | { readonly type: 'ask'; readonly scope: Scope }
  /** Asking again would change nothing: the refusal is the answer, and for good. */
  | { readonly type: 'futile'; readonly why: 'scope_not_named' | 'granted_already' | 'tried_before' | 'tried_too_often' }

/** MCP authorization, step-up flow: "a few times" only. */
const MOST_TRIES = 3

/**
 * Decides on the scope that a refusal named (`scopeMissing`).
 *
 * @example
 * const refused = scopeMissing(response)
 * const step = refused === undefined ? undefined : stepUp(refused, { granted: credential.scope, tried: [] })
 * if (step?.type === 'ask') await login(runtime, place, { clientId, scope: step.scope })
 */
export function stepUp(missing: Scope, { granted, tried }: StepUpKnown): StepUp {
  if (missing.length === 0) return { type: 'futile', why: 'scope_not_named' }
  // The token has it, and is refused all the same: what is missing is no scope.
  if (scopeBeyond(missing, granted).length === 0) return { type: 'futile', why: 'granted_already' }
  const scope = [...tried, missing].reduce(scopeUnion, granted)
  if (tried.some((earlier) => scopeBeyond(scope, earlier).length === 0)) return { type: 'futile', why: 'tried_before' }
  return tried.length < MOST_TRIES ? { type: 'ask', scope } : { type: 'futile', why: 'tried_too_often' }
}

/** The scope that a refusal asks for (RFC 6750 section 3.1), empty when it names none; `undefined` when the answer is no such refusal. */
export function scopeMissing({ status, headers }: Pick<Response, 'status' | 'headers'>): Scope | undefined {
  if (status !== 401 && status !== 403) return undefined
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '')
  const refusal = challenges.find(({ parameters }) => parameters['error'] === 'insufficient_scope')
  if (refusal === undefined) return undefined
  try {
    return parseScope(refusal.parameters['scope'])
  } catch (error) {
    // What a stranger wrote wrongly names no scope.
    if (error instanceof OAuthError) return []
    throw error
  }
}
