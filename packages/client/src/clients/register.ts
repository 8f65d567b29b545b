/** Registering at a server that lets clients register themselves (RFC 7591). */
import { AUTHORIZATION_CODE, CountersignError, DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import type { Discovery } from '../discover.ts'
import type { Runtime } from '../runtime.ts'
import { readObject, readText, readTexts } from '../wire/json.ts'
import { readRefusal, type Refusal } from '../wire/refusal.ts'
import { send } from '../wire/send.ts'
import type { ClientAuthentication } from './authentication.ts'
import type { KnownClient } from './registrations.ts'

export interface OwnMetadata {
  /** What people are shown as the name of this program; the server verifies nothing of it. */
  readonly clientName: string
  /** Of the code grant; on this machine http://127.0.0.1 without a port (RFC 8252 section 7.3). */
  readonly redirectUris: readonly string[]
}

/**
 * Registers this program, for the device grant where the server has it, and by redirect.
 * @throws CountersignError `registration_failed` when the server refuses, `network_failure`, `invalid_response`, `aborted`
 */
export async function registerClient(runtime: Runtime, place: Discovery, own: OwnMetadata, signal?: AbortSignal): Promise<KnownClient> {
  const grants = grantsOffered(place)
  const first = await attempt(runtime, place, own, grants, signal)
  if (!('error' in first)) return first
  // Some servers take no redirect to this machine, and a device needs none.
  const withoutRedirect = first.error === 'invalid_redirect_uri' && grants.includes(DEVICE_CODE) && grants.includes(AUTHORIZATION_CODE)
  const rest = grants.filter((grant) => grant !== AUTHORIZATION_CODE)
  const second = withoutRedirect ? await attempt(runtime, place, own, rest, signal) : first
  if (!('error' in second)) return second
  const told = second.description === undefined ? second.error : `${second.error}: ${second.description}`
  throw new CountersignError('registration_failed', `${place.issuer} did not register this client (${told})`, {
    hint: 'Have a client registered there by hand, and name it with --client-id.',
    cause: second,
  })
}

async function attempt(
  runtime: Runtime,
  { issuer, metadata }: Discovery,
  { clientName, redirectUris }: OwnMetadata,
  grantTypes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<KnownClient | Refusal> {
  const byRedirect = grantTypes.includes(AUTHORIZATION_CODE)
  const json = {
    client_name: clientName,
    // OpenID Connect Registration section 2: a program on a person's machine, whose redirects stay there.
    application_type: 'native',
    // RFC 8628 section 3.4: without it in the list, servers answer unauthorized_client later on.
    grant_types: grantTypes,
    response_types: byRedirect ? ['code'] : [],
    ...(byRedirect ? { redirect_uris: redirectUris } : {}),
    // RFC 8252 section 8.4: what is shipped to everybody keeps no secret.
    token_endpoint_auth_method: 'none',
  }
  const answer = await send(runtime, { method: 'POST', url: readText(metadata.registration_endpoint) ?? '', json, signal })
  const body = readObject(answer.body)
  const refusal = body === undefined ? undefined : readRefusal(body)
  if (refusal !== undefined) return refusal
  const clientId = readText(body?.['client_id'])
  if (clientId === undefined || answer.status >= 300) {
    throw new CountersignError('invalid_response', `the registration endpoint answered status ${answer.status} and no client_id`, {
      hint: 'Tell the operator of the authorization server.',
    })
  }
  const authentication = authenticationIn(body ?? {})
  const granted = readTexts(body?.['grant_types']) ?? grantTypes
  return { issuer, clientId, grantTypes: granted, ...(authentication === undefined ? {} : { authentication }) }
}

/** Some servers hand out a secret whatever was asked for, and then want to see it. */
function authenticationIn(body: Readonly<Record<string, unknown>>): ClientAuthentication | undefined {
  const secret = readText(body['client_secret'])
  const method = readText(body['token_endpoint_auth_method'])
  if (secret === undefined || method === 'none') return undefined
  return { method: method === 'client_secret_post' ? method : 'client_secret_basic', secret }
}

function grantsOffered({ metadata }: Discovery): readonly string[] {
  const listed = readTexts(metadata.grant_types_supported)
  const isOffered = (grant: string, endpoint: unknown) => readText(endpoint) !== undefined && (listed?.includes(grant) ?? true)
  return [
    ...(isOffered(DEVICE_CODE, metadata.device_authorization_endpoint) ? [DEVICE_CODE] : []),
    // RFC 8414 section 2: the code grant is the default of a list that is not there.
    ...(isOffered(AUTHORIZATION_CODE, metadata.authorization_endpoint) ? [AUTHORIZATION_CODE] : []),
    REFRESH_TOKEN,
  ]
}
