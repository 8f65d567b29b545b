/** The life of a grant: begun at redemption, ended by revocation or replay. */
import { familyExpiry, type TokenFamily } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { NewRow } from '../ports/store.ts'
import { livesOf } from '../tokens/lives.ts'
import { change, type Grant, readRecord } from './records.ts'
import { listRevoked } from './revocation-list.ts'

/** What was approved and is redeemed now. */
export type Approved = Pick<Required<Grant>, 'kind'> &
  Pick<Grant, 'clientId' | 'subject' | 'scope' | 'resources' | 'keyThumbprint' | 'origin' | 'approvedFrom'> & {
    readonly deviceName?: string | undefined
  }

export function newGrant({ clock, settings }: Pick<Context, 'clock' | 'settings'>, approved: Approved): Grant {
  const now = clock.now()
  const { refreshAbsolute, refreshIdle } = livesOf(settings, approved.kind)
  return {
    clientId: approved.clientId,
    subject: approved.subject,
    kind: approved.kind,
    scope: approved.scope,
    resources: approved.resources,
    keyThumbprint: approved.keyThumbprint,
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
}

/** How a grant is kept: under the id that was claimed at redemption, by the very move that claims it. */
export function grantRow(context: Pick<Context, 'settings'>, id: string, grant: Grant): NewRow {
  return { kind: 'grant', id, value: grant, group: grant.subject, expiresAt: grantExpiry(context, grant) }
}

/** The grant with another family. Named one by one: grants come in many shapes, and a spread of them looks every member up. */
export function grantWith(grant: Grant, family: TokenFamily): Grant {
  const whole: { readonly [Member in keyof Required<Grant>]: Grant[Member] } = {
    clientId: grant.clientId,
    subject: grant.subject,
    kind: grant.kind,
    scope: grant.scope,
    resources: grant.resources,
    keyThumbprint: grant.keyThumbprint,
    deviceName: grant.deviceName,
    label: grant.label,
    origin: grant.origin,
    approvedFrom: grant.approvedFrom,
    createdAt: grant.createdAt,
    family,
  }
  return whole
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
    return { swapIn: grantWith(grant, { ...grant.family, revokedAt }), answer: grant }
  }
  const revoked = await change(context.store, 'grant', id, end, found)
  if (revoked !== undefined) context.events({ type: 'grant.revoked', grant: id, clientId: revoked.clientId, subject: revoked.subject })
}
