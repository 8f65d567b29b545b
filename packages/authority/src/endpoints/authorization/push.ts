/** Pushed authorization requests (RFC 9126): the client hands its request in itself, authenticated; the browser carries a reference. */
import { OAuthError } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import { authenticateClient } from '../../clients/authentication/authenticate.ts'
import type { Context, Endpoint } from '../../context.ts'
import { limitIssuance } from '../../limits/issuance-limit.ts'
import { type Client, readRecord } from '../../records/records.ts'
import { json } from '../../requests/replies.ts'
import { postedForm } from '../../requests/request.ts'
import { proofOf, withFreshNonce } from '../../requests/request-proof.ts'
import { type CheckedRequest, checkedRequest, returnAddressOf } from './checked-request.ts'

/** RFC 9126 section 2.2: from handing in to the browser's first request. */
const PUSHED_LIFE_SECONDS = 60
const PREFIX = 'urn:ietf:params:oauth:request_uri:'

export const pushedAuthorizationEndpoint: Endpoint = async (context, exchange) => {
  const form = postedForm(exchange)
  const client = await authenticateClient(context, exchange, form)
  // RFC 9126 section 2.1: a reference to a reference is refused.
  if (form.get('request_uri') !== undefined) throw new OAuthError('invalid_request', "parameter 'request_uri' cannot be pushed")
  const proof = await proofOf(context, exchange, '/par')
  const value: CheckedRequest = checkedRequest(context, returnAddressOf(client, form), form, proof?.thumbprint)
  await limitIssuance(context, client, exchange.remoteAddress)
  const reference = randomText(context.suite, 32)
  const expiresAt = context.clock.now() + PUSHED_LIFE_SECONDS * 1000
  await context.store.insert({ kind: 'pushed', id: await context.digest('request_uri', reference), value, expiresAt })
  return withFreshNonce(context, proof, json({ request_uri: PREFIX + reference, expires_in: PUSHED_LIFE_SECONDS }, 201))
}

/** The request behind a reference, once. @throws OAuthError `invalid_request_uri`, also for another client's (RFC 9126 section 2.2) */
export async function takePushed(context: Context, client: Client, requestUri: string): Promise<CheckedRequest> {
  const reference = requestUri.startsWith(PREFIX) ? requestUri.slice(PREFIX.length) : ''
  const found = await readRecord(context.store, 'pushed', await context.digest('request_uri', reference))
  if (found === undefined || found.value.request.clientId !== client.id) throw new OAuthError('invalid_request_uri')
  if (!(await context.store.remove('pushed', found.id, found.version))) throw new OAuthError('invalid_request_uri')
  return found.value
}
