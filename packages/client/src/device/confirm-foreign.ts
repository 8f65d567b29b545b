/** A page on another host than the issuer's: shown only when the person, or who configured this, says that the two belong together. */
import { type Awaitable, CountersignError } from '@countersign/protocol'
import { unlessAborted } from '../wire/time.ts'
import type { Invitation } from './request.ts'

/** Asked before a page on a host other than the issuer's is shown. Without it such a page is refused. */
export type ConfirmForeign = (invitation: Invitation) => Awaitable<boolean>

/** @throws CountersignError `invalid_response` when nobody can be asked, `aborted` when the answer is no */
export async function confirmForeignPage(
  invitation: Invitation,
  ask: ConfirmForeign | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (ask === undefined) {
    throw new CountersignError('invalid_response', `the page to open is on another host than the issuer: ${invitation.verificationHost}`, {
      hint: 'Allow it only if you know that this host belongs to the issuer.',
    })
  }
  if (!(await unlessAborted(signal, async () => ask(invitation)))) {
    throw new CountersignError('aborted', `the page on ${invitation.verificationHost} was not accepted`)
  }
}
