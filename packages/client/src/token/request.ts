/** The token request and its answer (RFC 6749 sections 5 and 6, RFC 8628 sections 3.4 and 3.5): sending, then judging. */
import { DEVICE_CODE, REFRESH_TOKEN, type Seconds } from '@countersign/protocol'
import type { Runtime } from '../runtime.ts'
import { readObject, readSeconds, readText, retryAfterOf } from '../wire/json.ts'
import { type KeyBinding, sendProven } from '../wire/proven.ts'
import { readRefusal, type Refusal } from '../wire/refusal.ts'
import type { Answer } from '../wire/send.ts'

export interface TokenRequest {
  readonly endpoint: string
  readonly clientId: string
  /** What is exchanged for tokens: a device code or a refresh token. */
  readonly grant: { readonly deviceCode: string; readonly countersign?: string | undefined } | { readonly refreshToken: string }
  readonly resource?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends the request, with a fresh proof of the key. The answer is not judged yet. */
export async function sendTokenRequest(runtime: Runtime, binding: KeyBinding | undefined, request: TokenRequest): Promise<Answer> {
  const { endpoint, clientId, grant, resource, signal } = request
  const form = new URLSearchParams(
    'deviceCode' in grant
      ? { grant_type: DEVICE_CODE, device_code: grant.deviceCode }
      : { grant_type: REFRESH_TOKEN, refresh_token: grant.refreshToken },
  )
  if ('deviceCode' in grant && grant.countersign !== undefined) form.set('countersign', grant.countersign)
  form.set('client_id', clientId)
  // RFC 8707 section 2.2: the token request names the resource as well; authorization servers that do not know it ignore it.
  if (resource !== undefined) form.set('resource', resource)
  return sendProven(runtime, binding, { method: 'POST', url: endpoint, form, signal })
}

/** A token answer with its known members in the right form. Whether it may be kept is judged against what was asked. */
export interface ReceivedTokens {
  readonly accessToken: string
  readonly tokenType: string
  readonly expiresIn: Seconds | undefined
  readonly refreshToken: string | undefined
  /** As sent; `undefined` means "as asked" (RFC 6749 section 5.1). */
  readonly scope: string | undefined
}

/** Every answer is one of these; none is an exception, because a poll expects them all. */
export type TokenOutcome =
  | { readonly type: 'tokens'; readonly tokens: ReceivedTokens }
  | { readonly type: 'pending' }
  /** Approved, and the number has yet to come, or was wrong; with the server's words about it. */
  | { readonly type: 'countersign_required'; readonly told: string | undefined }
  | { readonly type: 'slow_down'; readonly interval: Seconds | undefined }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** The server is away or in trouble, or something between answered for it. */
  | { readonly type: 'unanswered'; readonly why: string; readonly retryAfter: Seconds | undefined; readonly throttled: boolean }
  /** Success that is none. */
  | { readonly type: 'malformed'; readonly why: string }

/** Judges the answer to one token request; `grant` is what it carried, kept out of whatever the server says. */
export function readTokenResponse(answer: Answer, grant: TokenRequest['grant']): TokenOutcome {
  const body = readObject(answer.body)
  const throttled = answer.status === 429
  const unanswered = (why: string): TokenOutcome => ({ type: 'unanswered', why, retryAfter: retryAfterOf(answer.headers), throttled })
  const refusal = body === undefined ? undefined : readRefusal(body, ['deviceCode' in grant ? grant.deviceCode : grant.refreshToken])
  if (refusal?.error === 'authorization_pending') return { type: 'pending' }
  if (refusal?.error === 'countersign_required') return { type: 'countersign_required', told: refusal.description }
  if (refusal?.error === 'slow_down') {
    const named = [readSeconds(body?.['interval']), retryAfterOf(answer.headers)].filter((seconds) => seconds !== undefined)
    return { type: 'slow_down', interval: named.length === 0 ? undefined : Math.max(...named) }
  }
  if (answer.status >= 500 || throttled) return unanswered(`status ${answer.status}`)
  if (body === undefined) return unanswered(`status ${answer.status} without JSON`)
  if (refusal !== undefined) return { type: 'refused', refusal }
  if (answer.status !== 200) return unanswered(`status ${answer.status} without an error code`)
  return readTokens(body)
}

// RFC 6749 appendix A.12 and A.17: visible ASCII. Anything else could not be sent in a header without changing its meaning.
const tokenSyntax = /^[\x20-\x7e]+$/

function readTokens(body: Readonly<Record<string, unknown>>): TokenOutcome {
  const accessToken = readText(body['access_token'])
  const tokenType = readText(body['token_type'])
  const refreshToken = readText(body['refresh_token'])
  const { scope } = body
  if (accessToken === undefined || !tokenSyntax.test(accessToken))
    return { type: 'malformed', why: 'the answer holds no usable access_token' }
  if (tokenType === undefined) return { type: 'malformed', why: 'the answer holds no token_type' }
  if (refreshToken !== undefined && !tokenSyntax.test(refreshToken)) return { type: 'malformed', why: 'the refresh_token is not usable' }
  if (scope !== undefined && typeof scope !== 'string') return { type: 'malformed', why: 'the scope is not a string' }
  return { type: 'tokens', tokens: { accessToken, tokenType, expiresIn: readSeconds(body['expires_in']), refreshToken, scope } }
}
