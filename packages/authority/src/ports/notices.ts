/**
 * Telling people what was approved in their name, and what was changed about how they sign in, by a way that does not lead through the
 * browser in which it happened: whoever was tricked, or whose browser was used by somebody else, hears of it and can undo it.
 */
import type { EpochMilliseconds, Origin, Scope } from '@countersign/protocol'
import type { Place } from './places.ts'

/** Where something came from; the place is a guess from the address. */
export interface Whereabouts extends Origin {
  readonly place?: Place | undefined
}

/** What a person is told of. */
export type Notice = ApprovalNotice | PasskeyNotice

/** An approval that just happened. What client and device say of themselves is not verified. */
export interface ApprovalNotice {
  readonly type: 'device.approved' | 'authorization.approved'
  readonly subject: string
  /** How the pages call the person. */
  readonly name: string
  readonly clientId: string
  readonly clientName: string
  readonly deviceName: string | undefined
  /** What was granted, and where it counts. */
  readonly scope: Scope
  readonly resources: readonly string[]
  /** The device that asked; absent where the person's browser brought the request. */
  readonly askedFrom: Whereabouts | undefined
  readonly approvedFrom: Whereabouts
  readonly approvedAt: EpochMilliseconds
  /** Where the person sees and revokes it. */
  readonly devicesUrl: string
}

/** A passkey that was just added or removed: one that somebody else added would let them in for as long as it is there. */
export interface PasskeyNotice {
  readonly type: 'account.passkey_added' | 'account.passkey_removed'
  readonly subject: string
  /** How the pages call the person. */
  readonly name: string
  /** As whoever added it called it; may be empty. */
  readonly passkeyName: string
  readonly changedFrom: Whereabouts
  readonly changedAt: EpochMilliseconds
  /** Where the person sees and removes them. */
  readonly passkeysUrl: string
}

/** Takes a notice; must not throw and must not wait. */
export type Notices = (notice: Notice) => void
