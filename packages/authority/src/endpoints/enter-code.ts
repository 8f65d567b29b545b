/** Entering the user code (RFC 8628 section 3.3). It grants nothing: it leads to the page where the person compares and decides. */
import { parseForm, type PendingAuthorization, step, whenKnown } from '@countersign/protocol'
import type { Context, Endpoint } from '../context.ts'
import { userCodeErrand } from '../browser/errand.ts'
import { formToken } from '../browser/forms.ts'
import { giveBack } from '../limits/guessing.ts'
import type { Approver } from '../ports/identity.ts'
import { change, type Versioned } from '../records/records.ts'
import { showDecision } from './decision-page.ts'
import { lookUp, normalise, posted, showEntry, wrong } from './verification.ts'

/** GET shows the form for the code, POST takes it. */
export const enterEndpoint: Endpoint = (context, exchange) => {
  if (exchange.method !== 'POST') {
    const typed = parseForm(exchange.query).get('user_code')
    return whenKnown(context.identity.recognise(exchange), (approver) => {
      const code = normalise(context, typed)
      if (approver === undefined) return context.identity.signIn(exchange, userCodeErrand(code))
      // RFC 8628 section 3.3.1: the code in the link only fills the field in; the person still compares and decides.
      return whenKnown(formToken(context, approver.browser), (csrf) => showEntry(context, approver, csrf, code))
    })
  }
  return posted(context, exchange, async ({ approver, csrf, form }) => {
    const code = normalise(context, form.get('user_code'))
    const lookedUp = await lookUp(context, exchange, approver, code)
    if ('error' in lookedUp) return showEntry(context, approver, csrf, code, lookedUp)
    const { found, attempt } = lookedUp
    const entered = await enter(context, found, approver)
    if (entered === undefined) return showEntry(context, approver, csrf, code, wrong(context, attempt))
    await giveBack(context, attempt)
    context.events({ type: 'device.entered', authorization: found.id.slice(0, 8), subject: approver.subject })
    return showDecision(context, { approver, csrf, exchange, code, device: entered })
  })
}

/** Binds the authorization to this browser and starts the shorter clock; `undefined` when it is not there to be entered. */
function enter(context: Context, found: Versioned<'device'>, approver: Approver): Promise<PendingAuthorization | undefined> {
  const { codeLife, decideWithin, pace } = context.settings
  // However seldom devices poll, most of the life of a code is for people.
  const redeemWithinMs = Math.min(pace.interval + pace.tolerance, codeLife / 4) * 1000
  const event = { type: 'enter', browser: approver.browser, decideWithinMs: decideWithin * 1000, redeemWithinMs } as const
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
