/**
 * What a client may say about meeting the person (OpenID Connect Core 1.0 section 3.1.2.1): `prompt` and `max_age`. They ask for more than we
 * would, and never for less: every request is decided by a person on a page of ours, whatever its client says.
 */
import {
  type AuthorizationRequest,
  type EpochMilliseconds,
  type Exchange,
  type Form,
  OAuthError,
  type Seconds,
} from '@countersign/protocol'
import { takesFreshSignIn } from '../../approval/approval-policy.ts'
import type { Context } from '../../context.ts'
import type { Approver } from '../../ports/identity.ts'

/**
 * What `prompt_values_supported` says. `consent` and `select_account` ask for what happens anyway: the page of the decision names the
 * account and leads to signing in with another one.
 */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const

export interface Prompting {
  /** Each of `PROMPTS`, and once; empty when nothing was said. */
  readonly prompt: readonly string[]
  /** How old the sign-in may be when the browser arrives. */
  readonly maxAge: Seconds | undefined
}

/** @throws OAuthError `invalid_request` for what is none of `PROMPTS`, for `none` beside another, and for an age that is no whole number */
export function promptingIn(form: Form): Prompting {
  const prompt = [...new Set(form.get('prompt')?.split(' '))].filter((word) => word !== '')
  if (!prompt.every((word) => (PROMPTS as readonly string[]).includes(word))) {
    throw new OAuthError('invalid_request', `parameter 'prompt' knows ${PROMPTS.join(', ')}`)
  }
  if (prompt.includes('none') && prompt.length > 1) throw new OAuthError('invalid_request', "the prompt 'none' stands alone")
  const age = form.get('max_age')
  // Fifteen digits are more than anybody lives, and still exact.
  if (age !== undefined && !/^\d{1,15}$/.test(age))
    throw new OAuthError('invalid_request', "parameter 'max_age' is no whole number of seconds")
  return { prompt, maxAge: age === undefined ? undefined : Number(age) }
}

/** When the sign-in must have been at the earliest. A moment and not an age, so that nobody signs in twice for deciding slowly. */
export function signedInSince({ prompt, maxAge }: Prompting, now: EpochMilliseconds): EpochMilliseconds | undefined {
  const age = prompt.includes('login') ? 0 : maxAge
  return age === undefined ? undefined : now - age * 1000
}

/** Whether this person signed in too early for what the client asks. */
export function isTooLongAgo(since: EpochMilliseconds | undefined, { authenticatedAt }: Approver): boolean {
  return since !== undefined && authenticatedAt < since
}

/**
 * The answer to `none`, which forbids every page: we never answer without one, so what is missing is told (section 3.1.2.6).
 * @throws OAuthError `login_required`, `interaction_required`, `consent_required`
 */
export async function refuseUnseen(
  context: Context,
  exchange: Exchange,
  request: AuthorizationRequest,
  since: EpochMilliseconds | undefined,
): Promise<never> {
  const approver = await context.identity.recognise(exchange)
  if (approver === undefined || isTooLongAgo(since, approver)) throw new OAuthError('login_required')
  throw new OAuthError(takesFreshSignIn(context, request, approver) ? 'interaction_required' : 'consent_required')
}
