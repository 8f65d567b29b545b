/** Reading, replacing and removing a registration, by whoever holds its token (RFC 7592 section 2). */
import { type Exchange, OAuthError, parseForm, type Reply } from '@countersign/protocol'
import { equalInConstantTime, randomText } from '@countersign/proof'
import type { Context } from '../../context.ts'
import { change, type Client, readRecord, type Versioned } from '../../records/records.ts'
import { json } from '../../requests/replies.ts'
import { clientOf } from './client-metadata.ts'
import { clientInformation } from './information.ts'
import { needsSecret } from './register.ts'
import { bearerIn, type Document, documentIn, metadataIn, notAdmitted } from './request.ts'

/** A client whose registration is open to this request. */
interface Managed {
  readonly found: Versioned<'client'>
  readonly registrationToken: string
}

/** RFC 7592 section 2.1. Only digests are kept, so the secret is not told again. */
export async function read(context: Context, exchange: Exchange): Promise<Reply> {
  const { found, registrationToken } = await managed(context, exchange)
  return json(clientInformation(context, found.value, { registrationToken, secret: undefined }))
}

/** RFC 7592 section 2.2: what is sent is the whole registration from now on; what is left out is gone. */
export async function replace(context: Context, exchange: Exchange): Promise<Reply> {
  const { found, registrationToken } = await managed(context, exchange)
  const document = documentIn(exchange)
  await checkIdentity(context, found.value, document)
  const metadata = metadataIn(context, document)
  const { authMethod } = metadata
  const kept = needsSecret(authMethod) ? found.value.secretDigest : undefined
  const secret = needsSecret(authMethod) && kept === undefined ? randomText(context.suite, 32) : undefined
  const secretDigest = secret === undefined ? kept : await context.digest('client_secret', secret)
  const replaced = await change(
    context.store,
    'client',
    found.id,
    (current) => {
      if (current?.registration === undefined) return { answer: undefined }
      const client: Client = {
        ...clientOf(current.id, metadata, current.createdAt),
        ...(secretDigest === undefined ? {} : { secretDigest }),
        ...(current.disabled === undefined ? {} : { disabled: current.disabled }),
        ...(current.approvalPolicy === undefined ? {} : { approvalPolicy: current.approvalPolicy }),
        registration: { ...current.registration, authMethod },
      }
      return { swapIn: client, answer: client }
    },
    found,
  )
  if (replaced === undefined) throw notAdmitted()
  context.events({ type: 'client.replaced', clientId: replaced.id, address: exchange.remoteAddress })
  return json(clientInformation(context, replaced, { registrationToken, secret }))
}

/**
 * RFC 7592 section 2.3. Its grants and tokens end with it: without the client nothing is redeemed or refreshed, and what was issued is
 * no longer active. Ids are drawn, so no later client inherits them.
 */
export async function remove(context: Context, exchange: Exchange): Promise<Reply> {
  const { found } = await managed(context, exchange)
  if (!(await context.store.remove('client', found.id, found.version))) return remove(context, exchange)
  context.events({ type: 'client.removed', clientId: found.id, address: exchange.remoteAddress })
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
}

/** @throws OAuthError `invalid_token`, alike for a wrong token, no such client, and a client that was registered by hand */
async function managed(context: Context, exchange: Exchange): Promise<Managed> {
  const registrationToken = bearerIn(exchange)
  const found = await readRecord(context.store, 'client', parseForm(exchange.query).get('client_id') ?? '')
  const given = await context.digest('registration_access_token', registrationToken)
  const registration = found?.value.registration
  if (found === undefined || registration === undefined || !equalInConstantTime(given, registration.tokenDigest)) throw notAdmitted()
  return { found, registrationToken }
}

/** RFC 7592 section 2.2: what this server gives out must not be sent back. */
const OURS = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

async function checkIdentity(context: Context, client: Client, document: Document): Promise<void> {
  if (document['client_id'] !== client.id) throw new OAuthError('invalid_client_metadata', "'client_id' must be sent, and cannot change")
  const own = OURS.find((member) => document[member] !== undefined)
  if (own !== undefined) throw new OAuthError('invalid_client_metadata', `'${own}' is chosen by this server`)
  const secret = document['client_secret']
  if (secret === undefined) return
  // The current secret may be repeated; a client never picks its own.
  const digest = typeof secret === 'string' ? await context.digest('client_secret', secret) : ''
  if (client.secretDigest === undefined || !equalInConstantTime(digest, client.secretDigest)) {
    throw new OAuthError('invalid_client_metadata', "'client_secret' is chosen by this server")
  }
}
