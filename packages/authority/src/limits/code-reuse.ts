/**
 * One user code in many hands (RFC 10027 section 6.1.4): a device has one person before it, and a code that several people type was sent
 * around. Whoever enters a code is signed in, so it is accounts that count; a link that is merely opened says nothing, because mail
 * filters open links too.
 */
import { type DeviceAuthorization, step } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Approver } from '../ports/identity.ts'
import { change, type Versioned } from '../records/records.ts'

/** Somebody with an account at work and one at home enters the code of one device under both. */
const MOST_ACCOUNTS = 2

/**
 * Counts the account that enters a code, at any time while the code lives, used or not; tells whether they have become too many.
 * Then nothing comes of the code any more, be it approved already: only what was redeemed before stays, and is named to the operator.
 */
export async function isReused(context: Context, found: Versioned<'device'>, { subject }: Approver, address: string): Promise<boolean> {
  const { events, store } = context
  const until = found.value.expiresAt
  const isNew = await store.once(`entered:${found.id}:${subject}`, until)
  const accounts = await store.count(`accounts:${found.id}`, until, isNew ? 1 : 0)
  if (accounts <= MOST_ACCOUNTS) return false
  const left = await cancel(context, found)
  if (!isNew) return true
  const about = { clientId: found.value.clientId, subject, authorization: found.id.slice(0, 8), address }
  const grant = left?.state === 'redeemed' ? { grant: left.grantId } : {}
  events({ type: 'code.reused', accounts, cancelled: left?.state === 'denied', ...about, ...grant })
  return true
}

/** The record as it is afterwards. */
function cancel({ clock, store }: Context, found: Versioned<'device'>): Promise<DeviceAuthorization | undefined> {
  const apply = (device: DeviceAuthorization | undefined) => {
    const result = device && step(device, { type: 'cancel' }, clock.now())
    return result?.outcome === 'changed' ? { swapIn: result.record, answer: result.record } : { answer: device }
  }
  return change(store, 'device', found.id, apply, found)
}
