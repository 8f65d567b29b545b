/**
 * One user code in many hands (RFC 10027 section 6.1.4): a device has one person before it, and a code that several people type was sent
 * around. Whoever enters a code is signed in, so it is accounts that count; a link that is merely opened says nothing, because mail
 * filters open links too.
 */
import { type Awaitable, type DeviceAuthorization, step, whenKnown } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Approver } from '../ports/identity.ts'
import { change, type Versioned } from '../records/records.ts'

/** Somebody with an account at work and one at home enters the code of one device under both. */
const MOST_ACCOUNTS = 2

/** A code as it was entered just now. */
export interface Use {
  /** How many accounts have entered it. */
  readonly accounts: number
  /** This account had not before. */
  readonly isNew: boolean
  readonly isTooMany: boolean
}

/** Counts the account that enters a code. Before the look-up, so that a code that is none takes as long as one that is. */
export function countUse({ clock, settings, store }: Context, digest: string, { subject }: Approver): Awaitable<Use> {
  const until = clock.now() + (settings.codeLife + settings.afterlife) * 1000
  return whenKnown(store.once(`code:entered:${digest}:${subject}`, until), (isNew) =>
    whenKnown(store.count(`code:accounts:${digest}`, until, isNew ? 1 : 0), (accounts) => ({
      accounts,
      isNew,
      isTooMany: accounts > MOST_ACCOUNTS,
    })),
  )
}

/**
 * Ends what a code belongs to, and tells it as it is then. Nothing comes of the code any more, be it approved already: only what was
 * redeemed before stays, and is named to the operator.
 */
export async function endReused(
  context: Context,
  found: Versioned<'device'>,
  { accounts, isNew }: Use,
  { approver, address }: { readonly approver: Approver; readonly address: string },
): Promise<Versioned<'device'>> {
  const value = await cancel(context, found)
  const about = { clientId: value.clientId, subject: approver.subject, authorization: found.id.slice(0, 8), address }
  const grant = value.state === 'redeemed' ? { grant: value.grantId } : {}
  if (isNew) context.events({ type: 'code.reused', accounts, cancelled: value.state === 'denied', ...about, ...grant })
  return { ...found, value }
}

function cancel({ clock, store }: Context, found: Versioned<'device'>): Promise<DeviceAuthorization> {
  const apply = (device: DeviceAuthorization = found.value) => {
    const result = step(device, { type: 'cancel' }, clock.now())
    return result.outcome === 'changed' ? { swapIn: result.record, answer: result.record } : { answer: device }
  }
  return change(store, 'device', found.id, apply, found)
}
