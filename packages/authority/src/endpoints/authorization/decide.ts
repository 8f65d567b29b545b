/** Answering an authorization request (OAuth 2.1 section 4.1.2). Nothing but the Approve button of our own page approves. */
import {
  type AuthorizationCodeEvent,
  type Exchange,
  isLoopbackRedirectUri,
  parseForm,
  type PendingCode,
  type Reply,
  type Scope,
} from '@countersign/protocol'
import { takesFreshSignIn } from '../../approval/approval-policy.ts'
import { applyToCode, codeOf, findRequest } from '../../records/code-record.ts'
import { clientIfKnown } from '../../clients/client-lookup.ts'
import { type Context, type Endpoint, urlOf } from '../../context.ts'
import { type Errand, readErrand } from '../../browser/errand.ts'
import { formToken } from '../../browser/forms.ts'
import { type DecideRequestView, decideRequestPage, errorPage, pageReply, pageReplyLeadingTo } from '../../pages/index.ts'
import type { Approver } from '../../ports/identity.ts'
import type { Client, Versioned } from '../../records/records.ts'
import { originOf } from '../../requests/origin.ts'
import { askedInWords, clientInWords } from '../decision-page.ts'
import { isNothingLeft, tickedScope } from '../ticked-scope.ts'
import { posted } from '../verification.ts'
import { answerClient, refusedOnPage } from './answer.ts'

/** GET shows the page, POST takes the answer. */
export const decideRequestEndpoint: Endpoint = (context, exchange) => refusedOnPage(context, () => visited(context, exchange))

async function visited(context: Context, exchange: Exchange): Promise<Reply> {
  if (exchange.method === 'POST') {
    return posted(context, exchange, async (approver, form) => {
      const decision = form.get('decision')
      if (decision !== 'approve' && decision !== 'again' && decision !== 'deny')
        return pageReply(400, errorPage({ ...context.site, kind: 'request_ended' }))
      const errand = readErrand(context, form)
      const open = await findOpen(context, errand)
      if (open === undefined) return ended(context)
      if (decision !== 'deny' && takesFreshSignIn(context, open.record.request, approver)) {
        return context.identity.signIn(exchange, errand, approver)
      }
      if (decision === 'again') return show(context, approver, open)
      const { scope } = open.record.request
      const ticked = tickedScope(form, scope)
      if (decision === 'approve' && isNothingLeft(ticked, scope)) return show(context, approver, open, { ticked, error: 'nothing_ticked' })
      return decide(context, exchange, approver, open, decision === 'approve' ? ticked : undefined)
    })
  }
  const errand = readErrand(context, parseForm(exchange.query))
  const approver = await context.identity.recognise(exchange)
  if (approver === undefined) return context.identity.signIn(exchange, errand)
  const open = await findOpen(context, errand)
  return open === undefined ? ended(context) : show(context, approver, open)
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

async function decide(context: Context, exchange: Exchange, approver: Approver, open: Open, granted: Scope | undefined): Promise<Reply> {
  const { request } = open.record
  const origin = originOf(exchange)
  const by = { subject: approver.subject, origin }
  const event: AuthorizationCodeEvent = granted === undefined ? { type: 'deny', ...by } : { type: 'approve', ...by, granted }
  // Two answers at once: the first one counts, and the second is told so.
  if ((await applyToCode(context, open.found, event)) === undefined) return ended(context)
  const about = { clientId: request.clientId, subject: approver.subject, authorization: open.found.id.slice(0, 8) }
  if (granted === undefined) {
    context.events({ type: 'authorization.denied', ...about, address: origin.address })
    return answerClient(context, request, { error: 'access_denied', error_description: 'the person declined' })
  }
  const narrowed = granted.length < request.scope.length
  context.events({ type: 'authorization.approved', narrowed, ...about, address: origin.address })
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
    approvedFrom: origin,
    approvedAt: context.clock.now(),
    devicesUrl: urlOf(context, '/devices'),
  })
  return answerClient(context, request, { code: await codeOf(context, open.requestId) })
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
    ...askedInWords(context, record.request, again.ticked),
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
