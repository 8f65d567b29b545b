/** The token request and its answer (RFC 6749 sections 5 and 6, RFC 8628 sections 3.4 and 3.5): sending, then judging. */
import {
  AUTHORIZATION_CODE,
  CLIENT_CREDENTIALS,
  DEVICE_CODE,
  formatScope,
  JWT_BEARER,
  REFRESH_TOKEN,
  type Scope,
  type Seconds,
} from '@countersign/protocol'
import { type AuthenticationAt, secretsOf } from '../clients/authentication.ts'
import type { Runtime } from '../runtime.ts'
import { readObject, readSeconds, readText, retryAfterOf } from '../wire/json.ts'
import { type KeyBinding, sendProven } from '../wire/proven.ts'
import { readRefusal, type Refusal } from '../wire/refusal.ts'
import type { Answer } from '../wire/send.ts'

/** What is exchanged for tokens. */
export type TokenGrant =
  | { readonly deviceCode: string; readonly countersign?: string | undefined }
  | { readonly refreshToken: string }
  | { readonly code: string; readonly redirectUri: string; readonly codeVerifier: string }
  /** A statement of somebody whom the server trusts (RFC 7523 section 2.1). */
  | { readonly assertion: string; readonly scope: Scope | undefined }
  /** Nothing but the client itself. */
  | { readonly client: true; readonly scope: Scope | undefined }

export interface TokenRequest {
  readonly endpoint: string
  readonly clientId: string
  readonly authentication?: AuthenticationAt | undefined
  readonly grant: TokenGrant
  readonly resource?: string | undefined
  /** Milliseconds. */
  readonly timeLimit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends the request, with a fresh proof of the key. The answer is not judged yet. */
export async function sendTokenRequest(runtime: Runtime, binding: KeyBinding | undefined, request: TokenRequest): Promise<Answer> {
  const { endpoint, clientId, authentication, grant, resource, timeLimit, signal } = request
  const form = new URLSearchParams(parametersOf(grant))
  form.set('client_id', clientId)
  // RFC 8707 section 2.2: the token request names the resource as well; authorization servers that do not know it ignore it.
  if (resource !== undefined) form.set('resource', resource)
  return sendProven(runtime, binding, { method: 'POST', url: endpoint, form, authentication, timeLimit, signal })
}

function parametersOf(grant: TokenGrant): Record<string, string> {
  if ('deviceCode' in grant) {
    const { deviceCode, countersign } = grant
    return { grant_type: DEVICE_CODE, device_code: deviceCode, ...(countersign === undefined ? {} : { countersign }) }
  }
  if ('refreshToken' in grant) return { grant_type: REFRESH_TOKEN, refresh_token: grant.refreshToken }
  if ('code' in grant) {
    // RFC 7636 section 4.5
    const { code, redirectUri, codeVerifier } = grant
    return { grant_type: AUTHORIZATION_CODE, code, redirect_uri: redirectUri, code_verifier: codeVerifier }
  }
  const scope = grant.scope === undefined ? {} : { scope: formatScope(grant.scope) }
  if ('assertion' in grant) return { grant_type: JWT_BEARER, assertion: grant.assertion, ...scope }
  return { grant_type: CLIENT_CREDENTIALS, ...scope }
}

/** What must not come back in the server's words. */
function secretsIn(grant: TokenGrant): readonly string[] {
  if ('deviceCode' in grant) return [grant.deviceCode]
  if ('refreshToken' in grant) return [grant.refreshToken]
  if ('code' in grant) return [grant.code, grant.codeVerifier]
  return 'assertion' in grant ? [grant.assertion] : []
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

/** Judges the answer to one token request; what it carried is kept out of whatever the server says. */
export function readTokenResponse(answer: Answer, { grant, authentication }: Pick<TokenRequest, 'grant' | 'authentication'>): TokenOutcome {
  const body = readObject(answer.body)
  const throttled = answer.status === 429
  const unanswered = (why: string): TokenOutcome => ({ type: 'unanswered', why, retryAfter: retryAfterOf(answer.headers), throttled })
  const refusal = body === undefined ? undefined : readRefusal(body, [...secretsIn(grant), ...secretsOf(authentication)])
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
