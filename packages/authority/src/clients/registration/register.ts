/** Registering a client over the network (RFC 7591 section 3). */
import { type Exchange, OAuthError, type Reply } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import { unusedLife } from '../client-lookup.ts'
import { insertClient } from '../clients.ts'
import type { Context } from '../../context.ts'
import { networkOf } from '../../limits/guessing.ts'
import type { Client } from '../../records/records.ts'
import { json } from '../../requests/replies.ts'
import { clientOf } from './client-metadata.ts'
import { clientInformation } from './information.ts'
import { findInitialAccess, type FoundAccess, spendInitialAccess } from './initial-access-token.ts'
import { bearerIn, documentIn, metadataIn, notAdmitted } from './request.ts'

const HOUR_MS = 3_600_000
const NETWORKS = 50

/** Every check that can fail comes first, then the token is spent, then the client exists. */
export async function register(context: Context, exchange: Exchange): Promise<Reply> {
  await limitRegistrations(context, exchange.remoteAddress)
  const access = context.settings.registration === 'open' ? undefined : await accessIn(context, exchange)
  const document = documentIn(exchange)
  if (document['client_secret'] !== undefined) {
    throw new OAuthError('invalid_client_metadata', "'client_secret' is chosen by this server")
  }
  const metadata = metadataIn(context, document)
  if (access !== undefined && !(await spendInitialAccess(context, access))) throw notAdmitted()

  const { clock, digest, suite } = context
  const secret = needsSecret(metadata.authMethod) ? randomText(suite, 32) : undefined
  const registrationToken = randomText(suite, 32)
  const now = clock.now()
  const client: Client = {
    // CIMD draft, "Supporting Both Pre-Registered and Unregistered Clients": never a URL.
    ...clientOf(randomText(suite, 16), metadata, now),
    ...(secret === undefined ? {} : { secretDigest: await digest('client_secret', secret) }),
    registration: {
      authMethod: metadata.authMethod,
      tokenDigest: await digest('registration_access_token', registrationToken),
      ...(access === undefined ? { keptUntil: now + unusedLife(context) } : {}),
    },
  }
  await insertClient(context.store, client)
  context.events({ type: 'client.registered', clientId: client.id, address: exchange.remoteAddress })
  return json(clientInformation(context, client, { registrationToken, secret }), 201)
}

export function needsSecret(authMethod: string): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
}

async function accessIn(context: Context, exchange: Exchange): Promise<FoundAccess> {
  const found = await findInitialAccess(context, bearerIn(exchange))
  if (found === undefined) throw notAdmitted()
  return found
}

/** RFC 7591 section 5: refused attempts count too. All networks together have a limit, or many of them would fill the store. */
async function limitRegistrations({ clock, settings, store }: Context, address: string): Promise<void> {
  const until = clock.now() + HOUR_MS
  const here = await store.count(`register:${networkOf(address)}`, until, 1)
  const most = settings.registrationsPerHour
  if (here <= most && (await store.count('register', until, 1)) <= most * NETWORKS) return
  throw new OAuthError('temporarily_unavailable', 'too many clients were registered; try again in an hour', {
    status: 429,
    headers: { 'retry-after': '3600' },
  })
}
