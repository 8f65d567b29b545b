/**
 * The registration endpoint (RFC 7591 section 3), and with `client_id` in its query the configuration endpoint of one client
 * (RFC 7592 section 2).
 */
import { type Exchange, OAuthError, parseForm, type Reply } from '@countersign/protocol'
import type { Context, Endpoint } from '../context.ts'
import { read, remove, replace } from '../clients/registration/manage.ts'
import { register } from '../clients/registration/register.ts'

const COLLECTION: ReadonlyMap<string, Endpoint> = new Map([['POST', register]])
const ONE_CLIENT: ReadonlyMap<string, Endpoint> = new Map([
  ['GET', read],
  ['PUT', replace],
  ['DELETE', remove],
])

export const registrationEndpoint: Endpoint = async (context: Context, exchange: Exchange): Promise<Reply> => {
  const methods = parseForm(exchange.query).get('client_id') === undefined ? COLLECTION : ONE_CLIENT
  const answer = methods.get(exchange.method)
  if (answer !== undefined) return answer(context, exchange)
  const allow = [...methods.keys()].join(', ')
  throw new OAuthError('invalid_request', `use ${allow}`, { status: 405, headers: { allow } })
}
