/** Replies for programs: JSON, never cached, never sniffed. */
import { type Awaitable, CountersignError, OAuthError, plainDescription, recovered, type Reply, type Seconds } from '@countersign/protocol'

// RFC 6749 section 5.1: no-store on every answer that may carry a token, a code or another secret; Pragma for old caches.
const JSON_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
} as const

export function json(body: object, status = 200): Reply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) }
}

/** A document that may be cached, such as metadata or a key set; readable by programs in any browser page. */
export function publicJson(body: string, maxAge: Seconds = 300): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}`, 'access-control-allow-origin': '*' },
    body,
  }
}

/** Another page, by GET: 303 and never 307, because the browser must not send a form on (RFC 9700 section 4.12). Extra headers may add. */
export function seeOther(location: string, extraHeaders: Reply['headers'] = {}): Reply {
  return { status: 303, headers: { location, 'cache-control': 'no-store', ...extraHeaders }, body: '' }
}

/** The answer to anything thrown; what is not an OAuthError tells the peer nothing. */
export function errorReply(error: unknown): Reply {
  const answer = asOAuthError(error)
  // RFC 6749 section 5.2
  const body = {
    error: answer.code,
    error_description: plainDescription(answer.message),
    ...(answer.interval === undefined ? {} : { interval: answer.interval }),
  }
  return { status: answer.status, headers: { ...JSON_HEADERS, ...answer.headers }, body: JSON.stringify(body) }
}

/** What a failure looks like from outside. */
export function asOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof CountersignError && error.code === 'store_unavailable') {
    return new OAuthError('temporarily_unavailable', undefined, { headers: { 'retry-after': '5' }, cause: error })
  }
  return new OAuthError('server_error', undefined, { cause: error })
}

/** What `ask` answers, or `undefined` where it is refused by an OAuthError; what has broken stays broken. */
export function unlessRefused<T>(ask: () => Awaitable<T>): Awaitable<T | undefined> {
  return recovered<T | undefined>(ask, (error) => {
    if (error instanceof OAuthError) return undefined
    throw error
  })
}
