/** Who the client is (RFC 6749 section 2.3): the same rules at every endpoint, so a confidential client cannot be impersonated at any of them. */
import { type Exchange, type Form, headerOf, OAuthError } from '@countersign/protocol'
import { equalInConstantTime } from '@countersign/proof'
import type { Context } from './context.ts'
import { type Client, readRecord } from './records.ts'

interface Credentials {
  readonly clientId: string
  readonly secret: string | undefined
  readonly method: 'none' | 'basic' | 'post'
}

/** Failed secrets tolerated per client and network in ten minutes (RFC 6749 section 2.3.1: protect against brute force). */
const FAILURES = 20
const FAILURE_WINDOW_MS = 600_000

/**
 * The authenticated client.
 * @throws OAuthError `invalid_client` (401; with a Basic challenge when Basic was used), or `invalid_request` when two methods were used at once
 */
export async function authenticateClient(context: Context, exchange: Exchange, form: Form): Promise<Client> {
  const { clientId, secret, method } = credentialsOf(exchange, form)
  const client = (await readRecord(context.store, 'client', clientId))?.value
  if (client === undefined || client.disabled === true) throw refused(method)
  if (client.authentication === 'none') {
    if (method !== 'none') throw refused(method)
    return client
  }
  const failures = `client-secret:${clientId}:${exchange.remoteAddress}`
  const until = context.clock.now() + FAILURE_WINDOW_MS
  if ((await context.store.count(failures, until, 0)) >= FAILURES) throw refused(method)
  const matches = secret !== undefined && equalInConstantTime(await context.digest('client_secret', secret), client.secretDigest ?? '')
  if (!matches) {
    await context.store.count(failures, until, 1)
    throw refused(method)
  }
  return client
}

function credentialsOf(exchange: Exchange, form: Form): Credentials {
  const authorization = headerOf(exchange, 'authorization')
  if (authorization === null) throw new OAuthError('invalid_request', 'more than one Authorization header')
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  if (authorization !== undefined) {
    const basic = /^basic +(.*)$/i.exec(authorization)?.[1]
    if (basic === undefined) throw refused('basic')
    // RFC 6749 section 2.3: no more than one method in each request.
    if (secret !== undefined) throw new OAuthError('invalid_request', 'the client authenticated in two ways')
    const credentials = decodeBasic(basic)
    if (credentials === undefined) throw refused('basic')
    if (clientId !== undefined && clientId !== credentials.clientId) throw new OAuthError('invalid_request', 'two different client ids')
    return { ...credentials, method: 'basic' }
  }
  // RFC 8628 section 3.1: client_id is required from clients that do not authenticate otherwise.
  if (clientId === undefined) throw new OAuthError('invalid_request', "parameter 'client_id' is missing")
  return { clientId, secret, method: secret === undefined ? 'none' : 'post' }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined by the colon. */
function decodeBasic(text: string): { clientId: string; secret: string } | undefined {
  try {
    const joined = atob(text)
    const colon = joined.indexOf(':')
    if (colon < 1) return undefined
    const [clientId, secret] = [joined.slice(0, colon), joined.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    )
    return clientId === undefined || secret === undefined ? undefined : { clientId, secret }
  } catch {
    return undefined
  }
}

function refused(method: Credentials['method']): OAuthError {
  // RFC 6749 section 5.2: a challenge that matches the scheme the client used.
  const headers: Record<string, string> = method === 'basic' ? { 'www-authenticate': 'Basic realm="token endpoint"' } : {}
  return new OAuthError('invalid_client', undefined, { headers })
}
