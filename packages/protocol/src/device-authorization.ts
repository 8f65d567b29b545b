/**
 * The device authorization (RFC 8628) as a pure state machine.
 *
 *   pending -> approved -> redeemed        pending -> denied        and expiry in every state
 *                  \-> denied, after three wrong countersigns or when it is cancelled
 *
 * No store, page or endpoint decides any of this again: they read a record, ask `step`, and swap what it returns.
 */
import type { EpochMilliseconds } from './ports.ts'
import type { Scope } from './scope.ts'

/** Where a request or a decision came from, as far as the server can tell. */
export interface Origin {
  readonly address: string
  readonly userAgent: string
}

interface Asked {
  readonly clientId: string
  readonly scope: Scope
  readonly resources: readonly string[]
  /** JWK thumbprint of the key that signed the device authorization request; every later request must be signed by it. */
  readonly keyThumbprint: string | undefined
  /** What the device calls itself. Never verified. */
  readonly deviceName: string | undefined
  /** The device can ask its user for the number that the approving page shows (RFC 10027 section 6.1.16). */
  readonly countersignSupported: boolean
  /** The device, not the browser: RFC 8628 section 5.3 keeps the two apart. */
  readonly origin: Origin
  readonly createdAt: EpochMilliseconds
  /** One life for device code and user code (RFC 8628 section 3.2). */
  readonly expiresAt: EpochMilliseconds
}

/** The browser session that entered the user code; only it may decide, and only until `decideBy`. */
export interface Entered {
  readonly browser: string
  readonly enteredAt: EpochMilliseconds
  readonly decideBy: EpochMilliseconds
}

export interface Decision {
  readonly subject: string
  readonly decidedAt: EpochMilliseconds
  readonly origin: Origin
}

/** The second word: shown in the approving browser, expected from the waiting device. */
export interface Countersign {
  /** Keyed digest of the number. */
  readonly digest: string
  /** Wrong numbers so far. */
  readonly wrong: number
}

/** So many wrong countersigns deny the authorization: two digits leave a guesser three chances in a hundred. */
export const COUNTERSIGN_TRIES = 3

export interface PendingAuthorization extends Asked {
  readonly state: 'pending'
  readonly entered: Entered | undefined
}
export interface ApprovedAuthorization extends Asked {
  readonly state: 'approved'
  readonly decision: Decision
  /** What the person agreed to; never more than was asked. */
  readonly granted: Scope
  /** The number that has to come from the device before it is redeemed; `undefined` when none is needed. */
  readonly countersign: Countersign | undefined
}
export interface DeniedAuthorization extends Asked {
  readonly state: 'denied'
  /** Absent when it was cancelled before anybody decided. */
  readonly decision?: Decision | undefined
}
export interface RedeemedAuthorization extends Asked {
  readonly state: 'redeemed'
  readonly decision: Decision
  readonly granted: Scope
  readonly redeemedAt: EpochMilliseconds
  /** The grant that came of it, so that a replay of the device code can end it. */
  readonly grantId: string
}
export type DeviceAuthorization = PendingAuthorization | ApprovedAuthorization | DeniedAuthorization | RedeemedAuthorization

export type DeviceAuthorizationEvent =
  /** `redeemWithinMs`: what the device needs to come back for its tokens. */
  | { readonly type: 'enter'; readonly browser: string; readonly decideWithinMs: number; readonly redeemWithinMs: number }
  | {
      readonly type: 'approve'
      readonly browser: string
      readonly subject: string
      readonly origin: Origin
      readonly granted: Scope
      /** Digest of the number the page is about to show; `undefined` when none is needed. */
      readonly countersign: string | undefined
    }
  | { readonly type: 'deny'; readonly browser: string; readonly subject: string; readonly origin: Origin }
  /** Ended by the authority, which nobody has to be asked for: the code is in the wrong hands. */
  | { readonly type: 'cancel' }
  /** `countersign`: digest of the number the device sent, if it sent one. */
  | { readonly type: 'redeem'; readonly grantId: string; readonly countersign: string | undefined }

/** `changed` carries the record to swap in; every other outcome leaves the record as it was. */
export type Step =
  | { readonly outcome: 'changed'; readonly record: DeviceAuthorization }
  | { readonly outcome: 'expired' }
  /** Enter and decide: already approved, denied or redeemed. Cancel: already denied or redeemed. */
  | { readonly outcome: 'decided' }
  /** Decide: the code was never entered, or by another browser. */
  | { readonly outcome: 'not_entered' }
  /** Decide: too long since the code was entered. Enter: so near the end that no device could redeem an approval. */
  | { readonly outcome: 'too_late' }
  /** Enter: another browser entered it first. */
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'pending' }
  | { readonly outcome: 'denied' }
  /** Redeem: approved, and the device has yet to send the number that the page shows. */
  | { readonly outcome: 'countersign_required' }
  /** Redeem: a second time. */
  | { readonly outcome: 'replayed'; readonly grantId: string }

/** The one transition function. Pure: the same record, event and time always give the same answer. */
export function step(record: DeviceAuthorization, event: DeviceAuthorizationEvent, now: EpochMilliseconds): Step {
  if (event.type === 'redeem') return redeem(record, event, now)
  if (now >= record.expiresAt) return { outcome: 'expired' }
  if (event.type === 'cancel') return cancel(record)
  if (record.state !== 'pending') return { outcome: 'decided' }
  if (event.type === 'enter') return enter(record, event, now)
  if (record.entered === undefined || record.entered.browser !== event.browser) return { outcome: 'not_entered' }
  if (now >= record.entered.decideBy) return { outcome: 'too_late' }
  const { entered: _entered, ...asked } = record
  const decision: Decision = { subject: event.subject, decidedAt: now, origin: event.origin }
  if (event.type === 'deny') return { outcome: 'changed', record: extended(asked, { state: 'denied', decision }) }
  // Read off what was asked, so nothing beyond it and nothing twice can come in with the decision.
  const granted = record.scope.filter((token) => event.granted.includes(token))
  const countersign = event.countersign === undefined ? undefined : { digest: event.countersign, wrong: 0 }
  return { outcome: 'changed', record: extended(asked, { state: 'approved', decision, granted, countersign }) }
}

/** As `{ ...record, ...members }`: that makes the hidden class of what it spreads anew at every new member, ten times the work of all the rest. */
function extended<Record extends object, const Members extends object>(record: Record, members: Members): Record & Members {
  return Object.assign({}, record, members)
}

function enter(record: PendingAuthorization, event: Extract<DeviceAuthorizationEvent, { type: 'enter' }>, now: EpochMilliseconds): Step {
  // The first entry starts the shorter clock (RFC 10027 section 6.1.2); entering again in the same browser does not restart it.
  if (record.entered !== undefined) {
    return record.entered.browser === event.browser ? { outcome: 'changed', record } : { outcome: 'taken' }
  }
  // Nothing outlives the code (RFC 8628 section 3.2), so an approval has to leave the device the time to poll once more.
  const decideBy = Math.min(record.expiresAt - event.redeemWithinMs, now + event.decideWithinMs)
  if (now >= decideBy) return { outcome: 'too_late' }
  return { outcome: 'changed', record: extended(record, { entered: { browser: event.browser, enteredAt: now, decideBy } }) }
}

/** An approval that nothing came of yet ends as well: whoever approved may be one of many who were sent the code. */
function cancel(record: DeviceAuthorization): Step {
  if (record.state === 'denied' || record.state === 'redeemed') return { outcome: 'decided' }
  if (record.state === 'approved') return denied(record)
  const { entered: _entered, ...asked } = record
  return { outcome: 'changed', record: { ...asked, state: 'denied' } }
}

function denied(record: ApprovedAuthorization): Step {
  const { countersign: _spent, granted: _granted, ...rest } = record
  return { outcome: 'changed', record: { ...rest, state: 'denied' } }
}

function redeem(record: DeviceAuthorization, event: { grantId: string; countersign: string | undefined }, now: EpochMilliseconds): Step {
  // A replay is a replay even after expiry: what it minted must be found and ended.
  if (record.state === 'redeemed') return { outcome: 'replayed', grantId: record.grantId }
  // RFC 8628 section 3.5: expired_token wins over everything else, so an approval that came too late never succeeds.
  if (now >= record.expiresAt) return { outcome: 'expired' }
  if (record.state === 'pending') return { outcome: 'pending' }
  if (record.state === 'denied') return { outcome: 'denied' }
  const { countersign, ...approved } = record
  if (countersign !== undefined && event.countersign === undefined) return { outcome: 'countersign_required' }
  if (countersign !== undefined && event.countersign !== countersign.digest) return wrongCountersign(record, countersign)
  return { outcome: 'changed', record: extended(approved, { state: 'redeemed', redeemedAt: now, grantId: event.grantId }) }
}

/** Counts, and in the end denies: the one who waits is not the one who approved. */
function wrongCountersign(record: ApprovedAuthorization, { digest, wrong }: Countersign): Step {
  if (wrong + 1 < COUNTERSIGN_TRIES) return { outcome: 'changed', record: { ...record, countersign: { digest, wrong: wrong + 1 } } }
  return denied(record)
}
