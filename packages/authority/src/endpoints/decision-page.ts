/** Shows the page where a person decides: everything known about the request, in words. */
import { type Exchange, formatUserCode, type PendingAuthorization, type Reply } from '@countersign/protocol'
import type { Context } from '../context.ts'
import { formToken } from '../forms.ts'
import { networkOf } from '../guessing.ts'
import { decidePage, pageReply } from '../pages/index.ts'
import type { Approver } from '../ports/identity.ts'
import { readRecord } from '../records.ts'
import { resourceNamed } from '../resources.ts'

export interface Shown {
  readonly approver: Approver
  readonly exchange: Exchange
  /** The user code in canonical form: only its digest is stored, so it travels with the form. */
  readonly code: string
  readonly device: PendingAuthorization
  readonly error?: 'not_confirmed'
}

export async function showDecision(context: Context, { approver, exchange, code, device, error }: Shown): Promise<Reply> {
  const now = context.clock.now()
  const client = (await readRecord(context.store, 'client', device.clientId))?.value
  const resources = device.resources.map((name) => resourceNamed(context, name) ?? { resource: name, name, scopes: {} })
  const words = Object.fromEntries(resources.flatMap(({ scopes }) => Object.entries(scopes)))
  const html = decidePage({
    ...context.site,
    csrf: await formToken(context, approver.browser),
    approverName: approver.name,
    userCode: formatUserCode(code),
    client: { id: device.clientId, name: client?.name ?? '' },
    scopes: device.scope.map((scope) => ({ scope, sentence: words[scope] ?? '' })),
    resources: resources.map(({ resource, name }) => ({ resource, name })),
    device: {
      name: device.deviceName,
      address: device.origin.address,
      userAgent: device.origin.userAgent,
      // Says only whether the two are close; RFC 8628 section 5.3 warns against judging the device by the browser.
      sameNetwork: networkOf(device.origin.address) === networkOf(exchange.remoteAddress),
      keyBound: device.keyThumbprint !== undefined,
    },
    ageSeconds: Math.floor((now - device.createdAt) / 1000),
    remainingSeconds: Math.max(0, Math.ceil(((device.entered?.decideBy ?? device.expiresAt) - now) / 1000)),
    error,
  })
  return pageReply(error === undefined ? 200 : 400, html)
}
