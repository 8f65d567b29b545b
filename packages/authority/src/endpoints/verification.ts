/**
 * The verification pages (RFC 8628 section 3.3): enter the code, compare and decide, go back to the device.
 * Only a signed-in person gets here, no GET changes anything, and nothing but the Approve button approves.
 */
import {
  type Exchange,
  type Form,
  formatUserCode,
  headerOf,
  normaliseUserCode,
  type Origin,
  parseForm,
  type PendingAuthorization,
  type Reply,
  step,
} from '@countersign/protocol'
import type { Context, Endpoint } from '../context.ts'
import { formToken, isOwnForm } from '../forms.ts'
import { countWrongCode, guessingLimit } from '../guessing.ts'
import { donePage, enterCodePage, errorPage, pageReply, type ErrorKind } from '../pages/index.ts'
import type { Approver } from '../ports/identity.ts'
import { change, findRecord, type Versioned } from '../records.ts'
import { showDecision } from './decision-page.ts'

/** GET shows the form for the code, POST takes it. */
export const enterEndpoint: Endpoint = async (context, exchange) => {
  if (exchange.method !== 'POST') {
    const typed = parseForm(exchange.query).get('user_code')
    const approver = await context.identity.recognise(exchange)
    const code = normalise(context, typed)
    if (approver === undefined) return context.identity.signIn(exchange, code === '' ? undefined : code)
    // RFC 8628 section 3.3.1: the code in the link only fills the field in; the person still compares and decides.
    return showEntry(context, approver, code)
  }
  return posted(context, exchange, async (approver, form) => {
    const code = normalise(context, form.get('user_code'))
    const found = await lookUp(context, exchange, approver, code)
    if (typeof found === 'string') return showEntry(context, approver, code, found)
    const entered = await enter(context, found, approver)
    if (entered === undefined) return showEntry(context, approver, code, await wrong(context, exchange, approver))
    context.events({ type: 'device.entered', authorization: found.id.slice(0, 8), subject: approver.subject })
    return showDecision(context, { approver, exchange, code, device: entered })
  })
}

/** Takes the decision. */
export const decideEndpoint: Endpoint = async (context, exchange) => {
  if (exchange.method !== 'POST') return seeDevice(context)
  return posted(context, exchange, async (approver, form) => {
    const code = normalise(context, form.get('user_code'))
    const found = await lookUp(context, exchange, approver, code)
    if (typeof found === 'string') return showEntry(context, approver, code, found)
    const decision = form.get('decision')
    const device = found.value
    if (decision !== 'approve' && decision !== 'deny') return pageReply(400, errorPage({ ...context.site, kind: 'invalid' }))
    // RFC 8628 section 5.4: the person confirms to hold the device; without it nothing is approved, whatever the browser sent.
    if (
      decision === 'approve' &&
      form.get('confirmed') !== 'yes' &&
      device.state === 'pending' &&
      device.entered?.browser === approver.browser
    ) {
      return showDecision(context, { approver, exchange, code, device, error: 'not_confirmed' })
    }
    const outcome = await decide(context, found, approver, decision, originOf(exchange))
    if (outcome !== 'changed') return pageReply(409, errorPage({ ...context.site, kind: REFUSALS[outcome] ?? 'decided' }))
    const about = {
      clientId: device.clientId,
      subject: approver.subject,
      authorization: found.id.slice(0, 8),
      address: exchange.remoteAddress,
    }
    context.events(decision === 'approve' ? { type: 'device.approved', narrowed: false, ...about } : { type: 'device.denied', ...about })
    const client = await clientName(context, device.clientId)
    return pageReply(200, donePage({ ...context.site, outcome: decision === 'approve' ? 'approved' : 'denied', clientName: client }))
  })
}

const REFUSALS: Readonly<Record<string, ErrorKind>> = {
  expired: 'expired',
  too_late: 'too_late',
  decided: 'decided',
  not_entered: 'not_entered',
}

/** Runs what a form asks for, once the person is known and the form is ours. */
async function posted(context: Context, exchange: Exchange, act: (approver: Approver, form: Form) => Promise<Reply>): Promise<Reply> {
  const form = parseForm(exchange.body)
  const approver = await context.identity.recognise(exchange)
  if (approver === undefined) return context.identity.signIn(exchange, undefined)
  if (!(await isOwnForm(context, exchange, approver.browser, form.get('csrf')))) {
    return pageReply(403, errorPage({ ...context.site, kind: 'csrf' }))
  }
  return act(approver, form)
}

type EntryError = 'wrong' | 'limited'

/** The record of a code that may still be decided, or why there is none: unknown, expired and spent codes all look the same. */
async function lookUp(context: Context, exchange: Exchange, approver: Approver, code: string): Promise<Versioned<'device'> | EntryError> {
  // Codes that cannot be ours are mistypes, not guesses: they are not looked up and do not count.
  if (code.length < 8 || code.length > 16) return 'wrong'
  if ((await guessingLimit(context, approver, exchange.remoteAddress)) !== undefined) return 'limited'
  const found = await findRecord(context.store, 'device', await context.digest('user_code', code))
  if (found === undefined || context.clock.now() >= found.value.expiresAt) return wrong(context, exchange, approver)
  return found
}

async function wrong(context: Context, exchange: Exchange, approver: Approver): Promise<EntryError> {
  await countWrongCode(context, approver, exchange.remoteAddress)
  return 'wrong'
}

/** Binds the authorization to this browser and starts the shorter clock; `undefined` when it is not there to be entered. */
function enter(context: Context, found: Versioned<'device'>, approver: Approver): Promise<PendingAuthorization | undefined> {
  const event = { type: 'enter', browser: approver.browser, decideWithinMs: context.settings.decideWithin * 1000 } as const
  return change(
    context.store,
    'device',
    found.id,
    (device) => {
      const result = device && step(device, event, context.clock.now())
      if (result?.outcome !== 'changed' || result.record.state !== 'pending') return { answer: undefined }
      return result.record === device ? { answer: result.record } : { swapIn: result.record, answer: result.record }
    },
    found,
  )
}

function decide(context: Context, found: Versioned<'device'>, approver: Approver, decision: 'approve' | 'deny', origin: Origin) {
  const who = { browser: approver.browser, subject: approver.subject, origin }
  return change(
    context.store,
    'device',
    found.id,
    (device) => {
      if (device === undefined) return { answer: 'expired' as const }
      const event =
        decision === 'deny' ? ({ type: 'deny', ...who } as const) : ({ type: 'approve', ...who, granted: device.scope } as const)
      const result = step(device, event, context.clock.now())
      return result.outcome === 'changed' ? { swapIn: result.record, answer: result.outcome } : { answer: result.outcome }
    },
    found,
  )
}

async function showEntry(context: Context, approver: Approver, code: string, error?: EntryError): Promise<Reply> {
  const csrf = await formToken(context, approver.browser)
  const shown = { csrf, approverName: approver.name, ...(code === '' ? {} : { prefilled: formatUserCode(code) }) }
  const status = error === 'limited' ? 429 : error === undefined ? 200 : 400
  return pageReply(status, enterCodePage({ ...context.site, ...shown, error }))
}

function seeDevice(context: Context): Reply {
  return { status: 303, headers: { location: `${context.base}/device`, 'cache-control': 'no-store' }, body: '' }
}

function normalise(context: Context, typed: string | undefined): string {
  return normaliseUserCode(typed ?? '', context.settings.userCodeAlphabet)
}

function originOf(exchange: Exchange): Origin {
  return { address: exchange.remoteAddress, userAgent: (headerOf(exchange, 'user-agent') ?? '').slice(0, 200) }
}

async function clientName(context: Context, clientId: string): Promise<string> {
  return ((await context.store.read('client', clientId))?.value as { name?: string } | undefined)?.name ?? clientId
}
