/** Shows the page where a person decides: everything known about the request, in words. */
import {
  type Awaitable,
  type Exchange,
  formatUserCode,
  type PendingAuthorization,
  type Reply,
  type Scope,
  whenKnown,
} from '@countersign/protocol'
import { clientIfKnown } from '../clients/client-lookup.ts'
import { hostOf } from '../clients/metadata-document/client-id-url.ts'
import type { Context } from '../context.ts'
import { takesFreshSignIn } from '../approval/approval-policy.ts'
import { distanceBetween } from '../approval/distance.ts'
import { networkOf } from '../limits/guessing.ts'
import type { DecideView } from '../pages/index.ts'
import type { Approver } from '../ports/identity.ts'
import type { Client } from '../records/records.ts'

export interface Shown {
  readonly approver: Approver
  /** The secret of the form for this browser. */
  readonly csrf: string
  readonly exchange: Exchange
  /** The user code in canonical form: only its digest is stored, so it travels with the form. */
  readonly code: string
  readonly device: PendingAuthorization
  /** What the person had left ticked when the page comes again. */
  readonly ticked?: Scope
  readonly error?: DecideView['error']
}

export function showDecision(context: Context, shown: Shown): Awaitable<Reply> {
  return whenKnown(clientIfKnown(context, shown.device.clientId), (client) => decisionOf(context, shown, client))
}

function decisionOf(context: Context, { approver, csrf, exchange, code, device, ticked, error }: Shown, client: Client | undefined): Reply {
  const now = context.clock.now()
  const distance = distanceBetween(context, device.origin.address, exchange.remoteAddress)
  const { scopes, resources } = context.askedInWords(device, ticked)
  return context.pages.decide(error === undefined ? 200 : 400, {
    csrf,
    approverName: approver.name,
    userCode: formatUserCode(code),
    client: clientInWords(context, device.clientId, client),
    scopes,
    resources,
    signInAgain: takesFreshSignIn(context, device, approver),
    device: {
      name: device.deviceName,
      address: device.origin.address,
      userAgent: device.origin.userAgent,
      place: distance.device,
      // Says only whether the two are close; RFC 8628 section 5.3 warns against judging the device by the browser.
      sameNetwork: networkOf(device.origin.address) === networkOf(exchange.remoteAddress),
      keyBound: device.keyThumbprint !== undefined,
    },
    browserPlace: distance.browser,
    ageSeconds: Math.floor((now - device.createdAt) / 1000),
    remainingSeconds: Math.max(0, Math.ceil(((device.entered?.decideBy ?? device.expiresAt) - now) / 1000)),
    error,
  })
}

/** What is told about a client. When its document cannot be had, its address is all there is to tell (CIMD draft section 6.4). */
export function clientInWords({ clientDocuments }: Context, id: string, client: Client | undefined): DecideView['client'] {
  const host = client?.documentHost ?? (client === undefined && clientDocuments.accepts(id) ? hostOf(id) : undefined)
  const provesKey = client !== undefined && client.authentication !== 'none'
  return {
    id,
    name: client?.name ?? '',
    document: host === undefined ? undefined : { host, provesKey },
    selfRegistered: client?.registration !== undefined,
  }
}
