/** Answering an authorization request (OAuth 2.1 section 4.1.2). Nothing but the Approve button of our own page approves. */
import { type Exchange, isLoopbackRedirectUri, parseForm, type PendingCode, type Reply, type Scope } from '@countersign/protocol'
import { codeApprovalOf, takesFreshSignIn } from '../../approval/approval-policy.ts'
import { applyToCode, codeOf, findRequest } from '../../records/code-record.ts'
import { clientIfKnown } from '../../clients/client-lookup.ts'
import { type Context, type Endpoint, urlOf } from '../../context.ts'
import { type Errand, readErrand } from '../../browser/errand.ts'
import { formToken } from '../../browser/forms.ts'
import { type DecideRequestView, decideRequestPage, errorPage, pageReply, pageReplyLeadingTo } from '../../pages/index.ts'
import type { AuthorityEvent } from '../../ports/events.ts'
import type { Approver } from '../../ports/identity.ts'
import type { Client, Versioned } from '../../records/records.ts'
import { originOf } from '../../requests/origin.ts'
import { clientInWords } from '../decision-page.ts'
import { isNothingLeft, tickedScope } from '../ticked-scope.ts'
import { posted } from '../verification.ts'
import { answerClient, refusedOnPage } from './answer.ts'
import { isTooLongAgo } from './prompt.ts'

/** GET shows the page, POST takes the answer. */
export const decideRequestEndpoint: Endpoint = (context, exchange) => refusedOnPage(context, () => visited(context, exchange))

async function visited(context: Context, exchange: Exchange): Promise<Reply> {
  if (exchange.method === 'POST') {
    return posted(context, exchange, async ({ approver, form }) => {
      const decision = form.get('decision')
      if (decision !== 'approve' && decision !== 'again' && decision !== 'deny')
        return pageReply(400, errorPage({ ...context.site, kind: 'request_ended' }))
      const errand = readErrand(context, form)
      const open = await findOpen(context, errand)
      if (open === undefined) return ended(context)
      if (decision !== 'deny' && takesSignIn(context, open, approver)) return context.identity.signIn(exchange, errand, approver)
      if (decision === 'again') return show(context, approver, open)
      const { scope } = open.record.request
      const ticked = tickedScope(form, scope)
      if (decision === 'approve' && isNothingLeft(ticked, scope)) return show(context, approver, open, { ticked, error: 'nothing_ticked' })
      const visit = { approver, exchange, open }
      if (decision === 'approve') return approve(context, visit, ticked)
      return turnDown(context, visit, { type: 'authorization.denied' }, 'the person declined')
    })
  }
  const errand = readErrand(context, parseForm(exchange.query))
  const approver = await context.identity.recognise(exchange)
  if (approver === undefined) return context.identity.signIn(exchange, errand)
  const open = await findOpen(context, errand)
  if (open === undefined) return ended(context)
  // The client wants the person met anew, so nothing is shown before; for what is risky, the page says first why.
  if (isTooLongAgo(open.record.signedInSince, approver)) return context.identity.signIn(exchange, errand, approver)
  return show(context, approver, open)
}

interface Open {
  readonly requestId: string
  readonly found: Versioned<'code'>
  readonly record: PendingCode
  readonly client: Client
}

/** A request that can still be decided, of a client that may still ask. */
async function findOpen(context: Context, errand: Errand | undefined): Promise<Open | undefined> {
  const found = errand?.name === 'request' ? await findRequest(context, errand.value) : undefined
  if (errand === undefined || found?.value.state !== 'pending' || context.clock.now() >= found.value.expiresAt) return undefined
  const client = await clientIfKnown(context, found.value.request.clientId)
  if (client === undefined) return undefined
  return { requestId: errand.value, found, record: found.value, client }
}

/** Whether the person has to sign in again before approving: because of what is asked for, or because the client wants it. */
function takesSignIn(context: Context, { record }: Open, approver: Approver): boolean {
  return takesFreshSignIn(context, record.request, approver) || isTooLongAgo(record.signedInSince, approver)
}

interface Visit {
  readonly approver: Approver
  readonly exchange: Exchange
  readonly open: Open
}

async function approve(context: Context, visit: Visit, granted: Scope): Promise<Reply> {
  const { approver, open } = visit
  const { request } = open.record
  const approval = await codeApprovalOf(context, request, open.client, approver.subject)
  if (approval !== 'enough') {
    const why = 'this server approves enrolled keys only: name yours with dpop_jkt, or prove it at the pushed request'
    const { keyThumbprint } = request
    return turnDown(context, visit, { type: 'authorization.refused', why: approval, keyThumbprint }, why)
  }
  // Two answers at once: the first one counts, and the second is told so.
  if ((await applyToCode(context, open.found, { type: 'approve', ...answeredBy(visit), granted })) === undefined) return ended(context)
  context.events({ type: 'authorization.approved', narrowed: granted.length < request.scope.length, ...about(visit) })
  context.notices({
    type: 'authorization.approved',
    subject: approver.subject,
    name: approver.name,
    clientId: request.clientId,
    clientName: open.client.name,
    deviceName: undefined,
    scope: granted,
    resources: request.resources,
    askedFrom: undefined,
    approvedFrom: answeredBy(visit).origin,
    approvedAt: context.clock.now(),
    devicesUrl: urlOf(context, '/devices'),
  })
  return answerClient(context, request, { code: await codeOf(context, open.requestId) })
}

type No = Extract<AuthorityEvent, { type: 'authorization.denied' | 'authorization.refused' }>

/** Ends the request with a no, be it the person's or ours: RFC 6749 section 4.1.2.1 has one code for both. */
async function turnDown(context: Context, visit: Visit, no: No, why: string): Promise<Reply> {
  const { found, record } = visit.open
  if ((await applyToCode(context, found, { type: 'deny', ...answeredBy(visit) })) === undefined) return ended(context)
  context.events({ ...no, ...about(visit) })
  return answerClient(context, record.request, { error: 'access_denied', error_description: why })
}

function answeredBy({ approver, exchange }: Visit) {
  return { subject: approver.subject, origin: originOf(exchange) }
}

function about({ approver, exchange, open }: Visit) {
  const authorization = open.found.id.slice(0, 8)
  return { clientId: open.client.id, subject: approver.subject, authorization, address: exchange.remoteAddress }
}

async function show(
  context: Context,
  approver: Approver,
  { requestId, record, client }: Open,
  again: { readonly ticked?: Scope; readonly error?: DecideRequestView['error'] } = {},
): Promise<Reply> {
  const { redirectUri } = record.request
  const now = context.clock.now()
  const html = decideRequestPage({
    ...context.site,
    csrf: await formToken(context, approver.browser),
    approverName: approver.name,
    request: requestId,
    client: clientInWords(context, client.id, client),
    ...context.askedInWords(record.request, again.ticked),
    signInAgain: takesFreshSignIn(context, record.request, approver),
    error: again.error,
    redirect: { uri: redirectUri, ...placeOf(redirectUri) },
    loopbackOnly: (client.redirectUris ?? []).every(isLoopbackRedirectUri),
    ageSeconds: Math.floor((now - record.createdAt) / 1000),
    remainingSeconds: Math.max(0, Math.ceil((record.expiresAt - now) / 1000)),
  })
  return pageReplyLeadingTo(redirectUri, again.error === undefined ? 200 : 400, html)
}

function placeOf(redirectUri: string): Pick<DecideRequestView['redirect'], 'to' | 'place'> {
  const { protocol, host } = new URL(redirectUri)
  if (isLoopbackRedirectUri(redirectUri)) return { to: 'here', place: host }
  return protocol === 'https:' ? { to: 'web', place: host } : { to: 'scheme', place: protocol }
}

function ended({ site }: Context): Reply {
  return pageReply(409, errorPage({ ...site, kind: 'request_ended' }))
}
