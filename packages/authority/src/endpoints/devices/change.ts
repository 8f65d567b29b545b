/** Renaming and revoking from the list of devices. Whose grant it is decides, not who knows its id; what is not one's own looks like nothing. */
import type { Form } from '@countersign/protocol'
import type { Context, Endpoint } from '../../context.ts'
import { renameOwnGrant, revokeAllGrants, revokeOwnGrant } from '../../records/grant-list.ts'
import type { DevicesView } from '../../pages/index.ts'
import { posted } from '../verification.ts'
import { seeDevices } from './list.ts'

const LONGEST_LABEL = 64

/** Does something with a person's grants; tells what was done, if anything was. */
type Act = (context: Context, subject: string, form: Form) => Promise<DevicesView['done']>

const revoke: Act = async (context, subject, form) =>
  (await revokeOwnGrant(context, subject, form.get('grant') ?? '')) ? 'revoked' : undefined

const revokeAll: Act = async (context, subject) => {
  await revokeAllGrants(context, subject)
  return 'revoked_all'
}

const rename: Act = async (context, subject, form) => {
  const label = form.get('label')?.trim().slice(0, LONGEST_LABEL)
  return (await renameOwnGrant(context, subject, form.get('grant') ?? '', label || undefined)) ? 'renamed' : undefined
}

function changing(act: Act): Endpoint {
  return async (context, exchange) => {
    if (exchange.method !== 'POST') return seeDevices(context, undefined)
    return posted(context, exchange, async ({ approver, form }) => seeDevices(context, await act(context, approver.subject, form)))
  }
}

export const changeDevicesRoutes: readonly (readonly [string, Endpoint])[] = [
  ['/devices/revoke', changing(revoke)],
  ['/devices/revoke-all', changing(revokeAll)],
  ['/devices/rename', changing(rename)],
]
