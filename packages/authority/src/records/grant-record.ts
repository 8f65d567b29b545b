/** The life of a grant: opened at redemption, ended by revocation or replay. */
import { familyExpiry } from '@countersign/protocol'
import type { Context } from '../context.ts'
import { livesOf } from '../tokens/lives.ts'
import { change, type Grant, readRecord } from './records.ts'
import { listRevoked } from './revocation-list.ts'

/** Keeps what was approved, under the id that was claimed at redemption. */
export async function openGrant(
  context: Context,
  id: string,
  approved: Pick<Required<Grant>, 'kind'> &
    Pick<Grant, 'clientId' | 'subject' | 'scope' | 'resources' | 'origin' | 'approvedFrom'> & {
      readonly deviceName?: string | undefined
    },
  keyThumbprint: string | undefined,
): Promise<Grant> {
  const { clock, settings, store } = context
  const now = clock.now()
  const { refreshAbsolute, refreshIdle } = livesOf(settings, approved.kind)
  const grant: Grant = {
    clientId: approved.clientId,
    subject: approved.subject,
    kind: approved.kind,
    scope: approved.scope,
    resources: approved.resources,
    keyThumbprint,
    deviceName: approved.deviceName,
    origin: approved.origin,
    approvedFrom: approved.approvedFrom,
    createdAt: now,
    family: {
      generation: 0,
      rotatedAt: now,
      idleSeconds: refreshIdle,
      endsAt: now + refreshAbsolute * 1000,
      revokedAt: undefined,
    },
  }
  await store.insert({ kind: 'grant', id, value: grant, group: grant.subject, expiresAt: grantExpiry(context, grant) })
  return grant
}

/** When the record of a grant may be forgotten. */
export function grantExpiry({ settings }: Pick<Context, 'settings'>, grant: Grant): number {
  return familyExpiry(grant.family) + (livesOf(settings, grant.kind).accessTokenLife + settings.afterlife) * 1000
}

/** Ends a grant and everything born of it. Ending it twice is no different from ending it once. */
export async function revokeGrant(context: Context, id: string): Promise<void> {
  const found = await readRecord(context.store, 'grant', id)
  if (found === undefined || found.value.family.revokedAt !== undefined) return
  await listRevoked(context, id)
  const revokedAt = context.clock.now()
  const end = (grant: Grant | undefined) => {
    if (grant === undefined || grant.family.revokedAt !== undefined) return { answer: undefined }
    return { swapIn: { ...grant, family: { ...grant.family, revokedAt } }, answer: grant }
  }
  const revoked = await change(context.store, 'grant', id, end, found)
  if (revoked !== undefined) context.events({ type: 'grant.revoked', grant: id, clientId: revoked.clientId, subject: revoked.subject })
}
