/** The list of what a person has approved (OAuth 2.1 section 7.9: people can see later what acts for them, and take it back). */
import { seeOther } from '../../requests/replies.ts'
import { type Exchange, type Origin, parseForm, type Reply } from '@countersign/protocol'
import { clientIfKnown } from '../../clients/client-lookup.ts'
import type { Context, Endpoint } from '../../context.ts'
import { DEVICES_ERRAND } from '../../browser/errand.ts'
import { formToken } from '../../browser/forms.ts'
import { livingGrants } from '../../records/grant-list.ts'
import { type DeviceEntry, type DevicesView, devicesPage, pageReply } from '../../pages/index.ts'
import type { Versioned } from '../../records/records.ts'
import { longestLives } from '../../tokens/lives.ts'
import { clientInWords } from '../decision-page.ts'

/** More than this is no list that a person reads. */
const MOST_SHOWN = 100

const DONE: ReadonlySet<string> = new Set<NonNullable<DevicesView['done']>>(['revoked', 'revoked_all', 'renamed'])

export const devicesEndpoint: Endpoint = async (context, exchange) => {
  const approver = await context.identity.recognise(exchange)
  if (approver === undefined) return context.identity.signIn(exchange, DEVICES_ERRAND)
  const grants = await livingGrants(context, approver.subject)
  const shown = grants.slice(0, MOST_SHOWN)
  const html = devicesPage({
    ...context.site,
    csrf: await formToken(context, approver.browser),
    approverName: approver.name,
    devices: await Promise.all(shown.map((grant) => entryOf(context, grant))),
    notShown: grants.length - shown.length,
    accessTokenLife: longestLives(context.settings).accessTokenLife,
    passkeysPath: await context.identity.passkeysPath?.(approver.subject),
    done: doneIn(exchange),
  })
  return pageReply(200, html)
}

/** Where a change of the list leads: the list, saying what was done. */
export function seeDevices({ base }: Pick<Context, 'base'>, done: DevicesView['done']): Reply {
  const query = done === undefined ? '' : `?done=${done}`
  return seeOther(`${base}/devices${query}`)
}

function doneIn(exchange: Exchange): DevicesView['done'] {
  const done = parseForm(exchange.query).get('done') ?? ''
  return DONE.has(done) ? (done as DevicesView['done']) : undefined
}

async function entryOf(context: Context, { id, value }: Versioned<'grant'>): Promise<DeviceEntry> {
  const now = context.clock.now()
  const placeOf = (origin: Origin | undefined) => origin && context.places(origin.address, context.site.messages?.lang ?? 'en')
  const secondsSince = (then: number) => Math.max(0, Math.floor((now - then) / 1000))
  return {
    grant: id,
    label: value.label,
    client: clientInWords(context, value.clientId, await clientIfKnown(context, value.clientId)),
    ...context.askedInWords(value),
    deviceName: value.deviceName,
    askedFrom: value.origin && { ...value.origin, place: placeOf(value.origin) },
    approvedFrom: value.approvedFrom?.address,
    approvedPlace: placeOf(value.approvedFrom),
    keyBound: value.keyThumbprint !== undefined,
    approvedAgo: secondsSince(value.createdAt),
    seenAgo: secondsSince(value.family.rotatedAt),
  }
}
