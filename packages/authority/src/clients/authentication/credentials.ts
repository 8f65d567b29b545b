/** How a request names its client and proves it (RFC 6749 section 2.3, RFC 7523 section 2.2): read here, judged elsewhere. */
import { type Exchange, type Form, headerOf, OAuthError } from '@countersign/protocol'
import { decodeJwt } from '@countersign/proof'

export type Credentials =
  | { readonly method: 'none'; readonly clientId: string }
  | { readonly method: 'basic' | 'post'; readonly clientId: string; readonly secret: string }
  | { readonly method: 'assertion'; readonly clientId: string; readonly assertion: string }

/** RFC 7523 section 2.2. */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The one way in which this request authenticates.
 * @throws OAuthError `invalid_request` for two ways at once, a missing client id, or two different ones; `invalid_client` for credentials that cannot be read
 */
export function credentialsOf(exchange: Exchange, form: Form): Credentials {
  const authorization = headerOf(exchange, 'authorization')
  if (authorization === null) throw new OAuthError('invalid_request', 'more than one Authorization header')
  const [secret, assertion, assertionType] = [form.get('client_secret'), form.get('client_assertion'), form.get('client_assertion_type')]
  // RFC 6749 section 2.3: no more than one method in each request.
  const methods = [authorization, secret, assertion ?? assertionType].filter((given) => given !== undefined)
  if (methods.length > 1) throw new OAuthError('invalid_request', 'the client authenticated in two ways')
  if (authorization !== undefined) return fromHeader(authorization, form)
  if (assertion !== undefined || assertionType !== undefined) return fromAssertion(assertion, assertionType, form)
  // RFC 8628 section 3.1: client_id is required from clients that do not authenticate otherwise.
  const clientId = form.get('client_id')
  if (clientId === undefined) throw new OAuthError('invalid_request', "parameter 'client_id' is missing")
  return secret === undefined ? { method: 'none', clientId } : { method: 'post', clientId, secret }
}

/** RFC 6749 section 5.2: with a challenge that matches the scheme, when the client used the header. */
export function refused(method: Credentials['method']): OAuthError {
  const headers: Record<string, string> = method === 'basic' ? { 'www-authenticate': 'Basic realm="token endpoint"' } : {}
  return new OAuthError('invalid_client', undefined, { headers })
}

function fromHeader(authorization: string, form: Form): Credentials {
  const credentials = decodeBasic(/^basic +(.*)$/i.exec(authorization)?.[1] ?? '')
  if (credentials === undefined) throw refused('basic')
  const clientId = form.get('client_id')
  if (clientId !== undefined && clientId !== credentials.clientId) throw new OAuthError('invalid_request', 'two different client ids')
  return { method: 'basic', ...credentials }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined by the colon. */
function decodeBasic(text: string): { clientId: string; secret: string } | undefined {
  try {
    const joined = atob(text)
    const colon = joined.indexOf(':')
    if (colon < 1) return undefined
    return { clientId: formDecoded(joined.slice(0, colon)), secret: formDecoded(joined.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

function formDecoded(text: string): string {
  return text.includes('%') || text.includes('+') ? decodeURIComponent(text.replaceAll('+', ' ')) : text
}

/** RFC 7523 section 3: the subject of the assertion is the client; client_id may be left out, and must agree when it is there. */
function fromAssertion(assertion: string | undefined, type: string | undefined, form: Form): Credentials {
  if (assertion === undefined || type !== JWT_BEARER) {
    throw new OAuthError('invalid_request', "client_assertion goes with the client_assertion_type 'jwt-bearer'")
  }
  const subject = decodeJwt(assertion)?.claims['sub']
  const clientId = form.get('client_id')
  if (typeof subject !== 'string' || subject === '' || (clientId !== undefined && clientId !== subject)) throw refused('assertion')
  return { method: 'assertion', clientId: subject, assertion }
}
