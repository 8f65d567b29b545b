/**
 * The authorization code (OAuth 2.1 section 4.1) as a pure state machine, from the request in the browser to the tokens.
 *
 *   pending -> approved -> redeemed        pending -> denied        and expiry in every state
 *
 * Approving starts the code's own, much shorter clock. No store, page or endpoint decides any of this again.
 */
import type { Decision, Origin } from './device-authorization.ts'
import type { EpochMilliseconds, Seconds } from './ports.ts'
import type { Scope } from './scope.ts'

/** RFC 6749 section 4.1.2 allows ten minutes at most; one redirect and one request take seconds. */
export const AUTHORIZATION_CODE_LIFE: Seconds = 60

/** What a client asked for, every member checked before. All of it is bound to the code. */
export interface AuthorizationRequest {
  readonly clientId: string
  /** Where the answer goes, as the client sent it. */
  readonly redirectUri: string
  /** RFC 7636 section 4.2; always made with S256. */
  readonly codeChallenge: string
  readonly scope: Scope
  readonly resources: readonly string[]
  /** `dpop_jkt`, or the key that signed a pushed request (RFC 9449 section 10): without it the code is worth nothing. */
  readonly keyThumbprint: string | undefined
  /** The parameter `state`, given back as it came. */
  readonly clientState: string | undefined
}

interface Opened {
  readonly request: AuthorizationRequest
  readonly createdAt: EpochMilliseconds
  /** End of the request; from approval on, end of the code. */
  readonly expiresAt: EpochMilliseconds
  /** Whoever approves must have signed in at this moment or later; absent when the client does not ask for it. */
  readonly signedInSince?: EpochMilliseconds | undefined
}

export interface PendingCode extends Opened {
  readonly state: 'pending'
}
export interface ApprovedCode extends Opened {
  readonly state: 'approved'
  readonly decision: Decision
  /** What the person agreed to; never more than was asked. */
  readonly granted: Scope
}
export interface DeniedCode extends Opened {
  readonly state: 'denied'
  readonly decision: Decision
}
export interface RedeemedCode extends Opened {
  readonly state: 'redeemed'
  readonly decision: Decision
  readonly granted: Scope
  readonly redeemedAt: EpochMilliseconds
  /** The grant that came of it, so that a replay of the code can end it. */
  readonly grantId: string
}
export type AuthorizationCode = PendingCode | ApprovedCode | DeniedCode | RedeemedCode

export type AuthorizationCodeEvent =
  | { readonly type: 'approve'; readonly subject: string; readonly origin: Origin; readonly granted: Scope }
  | { readonly type: 'deny'; readonly subject: string; readonly origin: Origin }
  | { readonly type: 'redeem'; readonly grantId: string }

/** `changed` carries the record to swap in; every other outcome leaves the record as it was. */
export type AuthorizationCodeStep =
  | { readonly outcome: 'changed'; readonly record: AuthorizationCode }
  | { readonly outcome: 'expired' }
  /** Decide: already approved, denied or redeemed. */
  | { readonly outcome: 'decided' }
  /** Redeem: nobody approved. */
  | { readonly outcome: 'not_approved' }
  /** Redeem: a second time. */
  | { readonly outcome: 'replayed'; readonly grantId: string }

/** The one transition function. Pure: the same record, event and time always give the same answer. */
export function stepCode(record: AuthorizationCode, event: AuthorizationCodeEvent, now: EpochMilliseconds): AuthorizationCodeStep {
  // RFC 6749 section 4.1.2: a code used twice ends what it minted, so a replay is one even after expiry.
  if (record.state === 'redeemed' && event.type === 'redeem') return { outcome: 'replayed', grantId: record.grantId }
  if (now >= record.expiresAt) return { outcome: 'expired' }
  if (event.type === 'redeem') {
    if (record.state !== 'approved') return { outcome: 'not_approved' }
    return { outcome: 'changed', record: { ...record, state: 'redeemed', redeemedAt: now, grantId: event.grantId } }
  }
  if (record.state !== 'pending') return { outcome: 'decided' }
  const decision: Decision = { subject: event.subject, decidedAt: now, origin: event.origin }
  if (event.type === 'deny') return { outcome: 'changed', record: { ...record, state: 'denied', decision } }
  // Read off what was asked, so nothing beyond it and nothing twice can come in with the decision.
  const granted = record.request.scope.filter((token) => event.granted.includes(token))
  const expiresAt = now + AUTHORIZATION_CODE_LIFE * 1000
  return { outcome: 'changed', record: { ...record, state: 'approved', decision, granted, expiresAt } }
}
