/**
 * Telling people what was approved in their name, by a way that does not lead through the browser in which it happened: whoever was
 * tricked, or whose browser was used by somebody else, hears of it and can revoke it.
 */
import type { EpochMilliseconds, Origin, Scope } from '@countersign/protocol'

/** An approval that just happened. What client and device say of themselves is not verified. */
export interface Notice {
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
  readonly askedFrom: Origin | undefined
  readonly approvedFrom: Origin
  readonly approvedAt: EpochMilliseconds
  /** Where the person sees and revokes it. */
  readonly devicesUrl: string
}

/** Takes a notice; must not throw and must not wait. */
export type Notices = (notice: Notice) => void
