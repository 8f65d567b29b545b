/** Approving and denying (RFC 8628 section 3.3). Nothing but the Approve button of our own page approves, and it takes what the policy asks for. */
import {
  couldBeUserCode,
  type DeviceAuthorization,
  type DeviceAuthorizationEvent,
  type Exchange,
  type PendingAuthorization,
  parseForm,
  type Reply,
  type Scope,
  type Step,
  step,
} from '@countersign/protocol'
import { approvalOf, takesFreshSignIn } from '../approval/approval-policy.ts'
import { clientIfKnown } from '../clients/client-lookup.ts'
import { type Context, type Endpoint, urlOf } from '../context.ts'
import { countersignDigest, drawCountersign } from '../approval/countersign.ts'
import { errandPath, userCodeErrand } from '../browser/errand.ts'
import { formToken } from '../browser/forms.ts'
import { giveBack, isGuessingLimited } from '../limits/guessing.ts'
import { type ErrorKind, errorPage, pageReply } from '../pages/index.ts'
import type { Approver } from '../ports/identity.ts'
import { userCodeLookup } from '../records/device-record.ts'
import { change, findRecord, type Versioned } from '../records/records.ts'
import { originOf } from '../requests/origin.ts'
import { seeOther } from '../requests/replies.ts'
import { showDecision } from './decision-page.ts'
import { isNothingLeft, tickedScope } from './ticked-scope.ts'
import { lookUp, normalise, posted, showEntry } from './verification.ts'

export const decideEndpoint: Endpoint = (context, exchange) => {
  if (exchange.method !== 'POST') return comeBack(context, exchange)
  return posted(context, exchange, async ({ approver, csrf, form }) => {
    const code = normalise(context, form.get('user_code'))
    const lookedUp = await lookUp(context, exchange, approver, code)
    if ('error' in lookedUp) return showEntry(context, approver, csrf, code, lookedUp)
    const { found, attempt } = lookedUp
    await giveBack(context, attempt)
    const visit: Visit = { approver, exchange, code, found }
    // Whether this browser may decide at all, whatever it decides.
    const denial = step(found.value, { type: 'deny', ...answeredBy(visit) }, context.clock.now())
    if (denial.outcome !== 'changed' || found.value.state !== 'pending') return tooLate(context, denial.outcome)
    const decision = form.get('decision')
    if (decision === 'deny') return deny(context, visit)
    if ((decision === 'approve' || decision === 'again') && takesFreshSignIn(context, found.value, approver)) {
      return context.identity.signIn(exchange, userCodeErrand(code, 'entered'), approver)
    }
    if (decision === 'again') return showDecision(context, { approver, csrf, exchange, code, device: found.value })
    if (decision !== 'approve') return pageReply(400, errorPage({ ...context.site, kind: 'invalid' }))
    const ticked = tickedScope(form, found.value.scope)
    // RFC 8628 section 5.4: the person confirms to hold the device; without it nothing is approved, whatever the browser sent.
    if (form.get('confirmed') !== 'yes') {
      return showDecision(context, { approver, csrf, exchange, code, device: found.value, ticked, error: 'not_confirmed' })
    }
    if (isNothingLeft(ticked, found.value.scope)) {
      return showDecision(context, { approver, csrf, exchange, code, device: found.value, ticked, error: 'nothing_ticked' })
    }
    return approve(context, visit, found.value, ticked)
  })
}

/**
 * Shows the decision again to the browser that entered the code, after signing in again. Whether a code exists is told to nobody else,
 * so nothing is counted: every other browser is sent to where codes are entered.
 */
async function comeBack(context: Context, exchange: Exchange): Promise<Reply> {
  const approver = await context.identity.recognise(exchange)
  const code = normalise(context, parseForm(exchange.query).get('entered'))
  const entry = errandPath(context.base, userCodeErrand(code))
  if (approver === undefined || !couldBeUserCode(code, context.settings.userCodeAlphabet)) return seeOther(entry)
  if (await isGuessingLimited(context, { approver, code, address: exchange.remoteAddress })) return seeOther(entry)
  const device = (await findRecord(context.store, 'device', await userCodeLookup(context, code)))?.value
  if (device?.state !== 'pending' || device.entered?.browser !== approver.browser) return seeOther(entry)
  const csrf = await formToken(context, approver.browser)
  return showDecision(context, { approver, csrf, exchange, code, device })
}

interface Visit {
  readonly approver: Approver
  readonly exchange: Exchange
  readonly code: string
  readonly found: Versioned<'device'>
}

async function deny(context: Context, visit: Visit): Promise<Reply> {
  const outcome = await decide(context, visit, { type: 'deny', ...answeredBy(visit) })
  if (outcome !== 'changed') return tooLate(context, outcome)
  context.events({ type: 'device.denied', ...about(visit) })
  const { clientId } = visit.found.value
  const clientName = (await clientIfKnown(context, clientId))?.name ?? clientId
  return context.pages.done(200, { outcome: 'denied', clientName })
}

async function approve(context: Context, visit: Visit, device: PendingAuthorization, granted: Scope): Promise<Reply> {
  const client = await clientIfKnown(context, device.clientId)
  const approval = await approvalOf(context, device, client, visit.approver.subject, visit.exchange.remoteAddress)
  if (approval.type === 'refused') {
    // The record stays as it is, and can still be denied.
    context.events({ type: 'device.refused', why: approval.why, keyThumbprint: device.keyThumbprint, ...about(visit) })
    return pageReply(403, errorPage({ ...context.site, kind: approval.why }))
  }
  const number = approval.type === 'countersign' ? drawCountersign(context.suite, approval.digits) : undefined
  const countersign = number === undefined ? undefined : await countersignDigest(context, visit.found.id, number)
  const outcome = await decide(context, visit, { type: 'approve', ...answeredBy(visit), granted, countersign })
  if (outcome !== 'changed') return tooLate(context, outcome)
  context.events({ type: 'device.approved', narrowed: granted.length < device.scope.length, ...about(visit) })
  const clientName = client?.name ?? device.clientId
  const { approver } = visit
  context.notices({
    type: 'device.approved',
    subject: approver.subject,
    name: approver.name,
    clientId: device.clientId,
    clientName,
    deviceName: device.deviceName,
    scope: granted,
    resources: device.resources,
    askedFrom: device.origin,
    approvedFrom: answeredBy(visit).origin,
    approvedAt: context.clock.now(),
    devicesUrl: urlOf(context, '/devices'),
  })
  if (number !== undefined) return context.pages.countersign(200, { number, clientName })
  return context.pages.done(200, { outcome: 'approved', clientName })
}

function decide(context: Context, { found }: Visit, event: DeviceAuthorizationEvent): Promise<Step['outcome']> {
  const apply = (device: DeviceAuthorization | undefined) => {
    if (device === undefined) return { answer: 'expired' as const }
    const result = step(device, event, context.clock.now())
    return result.outcome === 'changed' ? { swapIn: result.record, answer: result.outcome } : { answer: result.outcome }
  }
  return change(context.store, 'device', found.id, apply, found)
}

const REFUSALS: Readonly<Partial<Record<Step['outcome'], ErrorKind>>> = {
  expired: 'expired',
  too_late: 'too_late',
  not_entered: 'not_entered',
}

function tooLate(context: Context, outcome: Step['outcome']): Reply {
  return pageReply(409, errorPage({ ...context.site, kind: REFUSALS[outcome] ?? 'decided' }))
}

function answeredBy({ approver, exchange }: Visit) {
  return { browser: approver.browser, subject: approver.subject, origin: originOf(exchange) }
}

function about({ approver, exchange, found }: Visit) {
  const authorization = found.id.slice(0, 8)
  return { clientId: found.value.clientId, subject: approver.subject, authorization, address: exchange.remoteAddress }
}
