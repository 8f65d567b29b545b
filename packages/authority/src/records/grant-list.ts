/** What a subject has approved and not taken back. Invariant: a grant is told, renamed and revoked for its own subject and nobody else. */
import { familyEnded } from '@countersign/protocol'
import type { Context } from '../context.ts'
import { revokeGrant } from './grant-record.ts'
import { forgetKey } from '../approval/known-keys.ts'
import { change, type Grant, listWhole, type Versioned } from './records.ts'

/** Every living grant of a subject, the latest first. */
export async function livingGrants(
  { clock, store }: Pick<Context, 'clock' | 'store'>,
  subject: string,
): Promise<readonly Versioned<'grant'>[]> {
  const all = (await listWhole(store, 'grant', subject)) as readonly Versioned<'grant'>[]
  return all.filter(({ value }) => !familyEnded(value.family, clock.now())).toReversed()
}

/** Ends a grant if it is the subject's. Its key is no longer known either: the next sign-in with it takes the second word again. */
export async function revokeOwnGrant(context: Context, subject: string, id: string): Promise<boolean> {
  const grant = await ownGrant(context, subject, id, (own) => ({ answer: own }))
  if (grant === undefined) return false
  await revokeGrant(context, id)
  if (grant.keyThumbprint !== undefined) await forgetKey(context, subject, grant.keyThumbprint)
  return true
}

/** Ends every grant of a subject. One that is being redeemed while this runs is in the list afterwards. */
export async function revokeAllGrants(context: Context, subject: string): Promise<void> {
  for (const { id } of await livingGrants(context, subject)) await revokeOwnGrant(context, subject, id)
}

/** Gives a grant the person's own name for it, or takes the name back. */
export async function renameOwnGrant(context: Context, subject: string, id: string, label: string | undefined): Promise<boolean> {
  const renamed = await ownGrant(context, subject, id, (own) => ({ swapIn: { ...own, label }, answer: own }))
  return renamed !== undefined
}

function ownGrant(
  { store }: Pick<Context, 'store'>,
  subject: string,
  id: string,
  apply: (own: Grant) => { readonly swapIn?: Grant; readonly answer: Grant },
): Promise<Grant | undefined> {
  return change(store, 'grant', id, (grant) => {
    if (grant === undefined || grant.subject !== subject) return { answer: undefined }
    const { swapIn, answer } = apply(grant)
    return swapIn === undefined ? { answer } : { swapIn, answer }
  })
}
