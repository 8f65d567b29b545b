/** Redeeming a device code (RFC 8628 sections 3.4 and 3.5). */
import {
  type ApprovedAuthorization,
  type Awaitable,
  begun,
  COUNTERSIGN_TRIES,
  type DeniedAuthorization,
  DEVICE_CODE,
  type DeviceAuthorizationEvent,
  type DeviceAuthorization,
  OAuthError,
  type RedeemedAuthorization,
  type Reply,
  type Step,
  step,
  whenKnown,
} from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../context.ts'
import { countersignDigest } from '../approval/countersign.ts'
import { deviceRecordId } from '../records/device-record.ts'
import { grantRow, newGrant, revokeGrant } from '../records/grant-record.ts'
import { issueTokens } from '../tokens/issue.ts'
import { rememberKey } from '../approval/known-keys.ts'
import { type Change, change, type Grant, readRecord, type Versioned } from '../records/records.ts'
import { missing } from '../requests/request.ts'
import { resourcesWithin } from '../requests/resources.ts'
import { pacedReply, slowDownsOf } from './device-pace.ts'
import { type OpenGrantHandler, type TokenRequest } from './grant.ts'

export const grantType = DEVICE_CODE

export const open: OpenGrantHandler = (context, form) => {
  const deviceCode = form.get('device_code')
  const looking = deviceCode === undefined ? undefined : begun(lookUp(context, deviceCode))
  return (_, request) => {
    if (looking === undefined) throw missing('device_code')
    return whenKnown(looking, (known) => answer(context, request, known))
  }
}

interface Known {
  readonly found: Found | undefined
  readonly slowDowns: number
}

function lookUp(context: Context, deviceCode: string): Awaitable<Known> {
  return whenKnown(deviceRecordId(context, deviceCode), (id) => {
    const reading = begun(readRecord(context.store, 'device', id))
    // Both are asked for together: one round trip to a store that is elsewhere.
    return whenKnown(slowDownsOf(context, id), (slowDowns) => whenKnown(reading, (found) => ({ found, slowDowns })))
  })
}

/** Every check that can fail comes first; a device that waits is told so at once. */
function answer(context: Context, request: TokenRequest, { found, slowDowns }: Known): Awaitable<Reply> {
  const { client, form, proof } = request
  if (found === undefined) throw new OAuthError('invalid_grant')
  const device = found.value
  // RFC 6749 section 5.2: "issued to another client" is invalid_grant, and costs the rightful client nothing.
  if (device.clientId !== client.id) throw new OAuthError('invalid_grant')
  checkKey(context, found, proof?.thumbprint)
  const resources = resourcesWithin(form, device.resources)
  const number = form.get('countersign')
  return whenKnown(number === undefined ? undefined : countersignDigest(context, found.id, number), (countersign) => {
    const { outcome } = step(device, { type: 'redeem', grantId: '', countersign }, context.clock.now())
    if (outcome === 'pending') return pacedReply(context, found, slowDowns, 'authorization_pending')
    if (outcome === 'countersign_required') return pacedReply(context, found, slowDowns, outcome)
    return redeem(context, request, found, { outcome, countersign, resources })
  })
}

interface Decided {
  readonly outcome: Step['outcome']
  readonly countersign: string | undefined
  readonly resources: readonly string[]
}

/** What can fail still, then the one claim, with which the grant begins, then the tokens. */
async function redeem(context: Context, { client, proof }: TokenRequest, found: Found, { outcome, countersign, resources }: Decided) {
  const device = found.value
  await checkRedeemable(context, found, outcome)

  const grantId = randomText(context.suite, 16)
  const keyThumbprint = device.keyThumbprint ?? proof?.thumbprint
  const grant = await claim(context, found, { type: 'redeem', grantId, countersign }, keyThumbprint)
  // Countersigned is what was asked for its number: one that is sent unasked proves nothing, and makes no key known.
  const countersigned = device.state === 'approved' && device.countersign !== undefined
  if (countersigned && device.keyThumbprint !== undefined) await rememberKey(context, grant.subject, device.keyThumbprint)
  context.events({ type: 'device.redeemed', ...about(found), grant: grantId })
  return issueTokens(context, { grantId, grant, client, scope: grant.scope, resources, keyThumbprint })
}

type Found = Versioned<'device'>
type Redeem = Extract<DeviceAuthorizationEvent, { type: 'redeem' }>

/** A code that was asked for under a key is worth nothing without it: the stolen code alone redeems nothing. */
function checkKey(context: Context, found: Found, proven: string | undefined): void {
  const { keyThumbprint } = found.value
  if (keyThumbprint === undefined || keyThumbprint === proven) return
  context.events({ type: 'device.key_mismatched', ...about(found) })
  throw new OAuthError('invalid_grant', 'the device code is bound to a key, and this request did not prove it')
}

/** Refuses every decided state but a fresh approval. */
async function checkRedeemable(context: Context, found: Found, outcome: Step['outcome']): Promise<void> {
  const device = found.value
  if (outcome === 'denied') throw new OAuthError('access_denied')
  if (outcome === 'expired') throw new OAuthError('expired_token')
  if (device.state === 'redeemed') {
    // RFC 6749 section 4.1.2, by analogy: a code that comes back after it was spent ends what it minted.
    context.events({ type: 'device.replayed', ...about(found), grant: device.grantId })
    await revokeGrant(context, device.grantId)
    throw new OAuthError('invalid_grant')
  }
  // Between approval and redemption the account may have been disabled.
  if (device.state === 'approved' && !(await context.identity.isActive(device.decision.subject))) throw new OAuthError('access_denied')
}

interface Claimed {
  readonly record: DeviceAuthorization
  /** Begun with the claim, if it was one. */
  readonly grant: Grant | undefined
}

/** The one destructive move: approved to redeemed, won by exactly one request. What was granted begins with it. */
async function claim(context: Context, found: Found, redeem: Redeem, keyThumbprint: string | undefined): Promise<Grant> {
  const apply = (device: DeviceAuthorization | undefined): Change<'device', Claimed | undefined> => {
    const result = device && step(device, redeem, context.clock.now())
    if (result?.outcome !== 'changed') return { answer: undefined }
    const { record } = result
    const grant = record.state === 'redeemed' ? grantOf(context, record, keyThumbprint) : undefined
    return { swapIn: record, born: grant && grantRow(context, redeem.grantId, grant), answer: { record, grant } }
  }
  const { record, grant } = (await change(context.store, 'device', found.id, apply, found)) ?? {}
  if (grant !== undefined) return grant
  if (record?.state === 'approved' || record?.state === 'denied') throw wrongNumber(context, found, record)
  // Two polls under way at once: the other one won.
  throw new OAuthError('invalid_grant')
}

function grantOf(context: Context, redeemed: RedeemedAuthorization, keyThumbprint: string | undefined): Grant {
  return newGrant(context, {
    kind: 'device_code',
    clientId: redeemed.clientId,
    subject: redeemed.decision.subject,
    scope: redeemed.granted,
    resources: redeemed.resources,
    keyThumbprint,
    deviceName: redeemed.deviceName,
    origin: redeemed.origin,
    approvedFrom: redeemed.decision.origin,
  })
}

/** A wrong countersign was counted; after the third there is nothing left to try. */
function wrongNumber(context: Context, found: Found, record: ApprovedAuthorization | DeniedAuthorization): OAuthError {
  const wrong = record.state === 'denied' ? COUNTERSIGN_TRIES : (record.countersign?.wrong ?? 0)
  context.events({ type: 'device.countersigned_wrong', ...about(found), wrong })
  if (record.state === 'denied') return new OAuthError('access_denied', 'the number was wrong three times; start again')
  const left = COUNTERSIGN_TRIES - wrong === 1 ? 'one try is' : `${COUNTERSIGN_TRIES - wrong} tries are`
  return new OAuthError('countersign_required', `the number is wrong; ${left} left`)
}

function about(found: { readonly id: string; readonly value: DeviceAuthorization }) {
  return { clientId: found.value.clientId, authorization: found.id.slice(0, 8) }
}
