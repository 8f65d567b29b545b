/** The authorization endpoint (OAuth 2.1 section 3.1): checks what a client asks for, keeps it, and leads to the page of the decision. */
import { seeOther } from '../../requests/replies.ts'
import { type Exchange, type Form, OAuthError, parseForm } from '@countersign/protocol'
import { isSelfMade } from '../../clients/client-lookup.ts'
import { openRequest } from '../../records/code-record.ts'
import type { Context, Endpoint } from '../../context.ts'
import { errandPath } from '../../browser/errand.ts'
import { limitIssuance } from '../../limits/issuance-limit.ts'
import type { Client } from '../../records/records.ts'
import { answerClient, refusedOnPage, showRefusal } from './answer.ts'
import { type CheckedRequest, checkedRequest, clientOf, returnAddressOf, type ReturnAddress } from './checked-request.ts'
import { refuseUnseen, signedInSince } from './prompt.ts'
import { takePushed } from './push.ts'

export const authorizationEndpoint: Endpoint = async (context, exchange) => {
  const asking = await refusedOnPage(context, () => askingOf(context, exchange))
  if ('status' in asking) return asking
  try {
    const { request, ...prompting } = asking.check()
    const since = signedInSince(prompting, context.clock.now())
    if (prompting.prompt.includes('none')) return await refuseUnseen(context, exchange, request, since)
    await limitIssuance(context, asking.client, exchange.remoteAddress)
    const location = errandPath(context.base, { name: 'request', value: await openRequest(context, request, since) })
    return seeOther(location)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status >= 500) throw error
    // RFC 9700 section 4.11.2: nobody here has looked at where a self-made client leads, so no link of its making leads there unasked.
    // Nor do its words stand on a page of ours: a scope can be a sentence.
    if (isSelfMade(asking.client)) return showRefusal(context, new OAuthError(error.code))
    return answerClient(context, asking.address, { error: error.code, error_description: error.message })
  }
}

/** Somebody with a known return address, whose request is still to be checked. */
interface Asking {
  readonly client: Client
  readonly address: Omit<ReturnAddress, 'client'>
  readonly check: () => CheckedRequest
}

/** @throws OAuthError that must not be redirected */
async function askingOf(context: Context, exchange: Exchange): Promise<Asking> {
  // RFC 6749 section 3.1: GET is the one method everybody supports.
  if (exchange.method !== 'GET') throw new OAuthError('invalid_request', 'use GET', { status: 405, headers: { allow: 'GET' } })
  const { form, fault } = readQuery(exchange.query)
  const client = await clientOf(context, form)
  const requestUri = form.get('request_uri')
  if (requestUri !== undefined) {
    // RFC 9126 section 4: what was pushed counts, and nothing beside it.
    const pushed = await takePushed(context, client, requestUri)
    return { client, address: pushed.request, check: () => pushed }
  }
  const address = returnAddressOf(client, form)
  const check = () => {
    if (fault !== undefined) throw fault
    return checkedRequest(context, address, form)
  }
  return { client, address, check }
}

/**
 * The parameters, and what is wrong with the query as a whole. A repeated parameter is an error for the client (RFC 6749 section 4.1.2.1),
 * who can be told unless it is one of those that say where.
 */
function readQuery(query: string): { form: Form; fault: OAuthError | undefined } {
  try {
    return { form: parseForm(query), fault: undefined }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const parameters = new URLSearchParams(query)
    if (['client_id', 'redirect_uri'].some((name) => parameters.getAll(name).length > 1)) throw error
    const once = (name: string) => (parameters.getAll(name).length === 1 ? parameters.get(name) || undefined : undefined)
    return { form: { get: once, all: (name) => parameters.getAll(name) }, fault: error }
  }
}
