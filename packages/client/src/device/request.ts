/** The device authorization request and its answer (RFC 8628 sections 3.1 and 3.2): sending, then judging. */
import {
  CountersignError,
  DEFAULT_INTERVAL,
  type EpochMilliseconds,
  formatScope,
  OAuthError,
  parseResource,
  type Scope,
  type Seconds,
} from '@countersign/protocol'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { Runtime } from '../runtime.ts'
import { readObject, readSeconds, readText } from '../wire/json.ts'
import { type KeyBinding, sendProven } from '../wire/proven.ts'
import { readRefusal, refused } from '../wire/refusal.ts'
import type { Answer } from '../wire/send.ts'
import { visibleText } from '../wire/text.ts'
import { judgeCompleteUri, judgeVerificationUri } from './verification-uri.ts'

export interface DeviceAuthorizationRequest {
  readonly endpoint: string
  readonly clientId: string
  readonly authentication?: AuthenticationAt | undefined
  /** Left out of the request when absent or empty: the server then decides. */
  readonly scope?: Scope | undefined
  readonly resource?: string | undefined
  /** What the approving page may call this device. */
  readonly deviceName?: string | undefined
  /** There is somebody here who can be asked for the countersign. */
  readonly countersignSupported?: boolean | undefined
  /** Milliseconds. */
  readonly timeLimit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the person needs; nothing in it is secret from the person, and the device code is not in it (RFC 8628 section 3.3). */
export interface Invitation {
  /** Opaque: show it as it is. */
  readonly userCode: string
  readonly verificationUri: string
  /** The host of the page in ASCII, for the question whether it is the right one. */
  readonly verificationHost: string
  /** The same page with the code filled in, when the server offers one; the code must be shown beside it all the same. */
  readonly verificationUriComplete?: string
  /** The page is not on the issuer's host. */
  readonly foreign: boolean
  readonly expiresAt: EpochMilliseconds
}

export interface StartedAuthorization {
  /** Secret. */
  readonly deviceCode: string
  readonly interval: Seconds
  readonly invitation: Invitation
}

/** Sends the request, with proof of the key when there is one. The answer is not judged yet. */
export async function sendDeviceAuthorizationRequest(
  runtime: Runtime,
  binding: KeyBinding | undefined,
  request: DeviceAuthorizationRequest,
): Promise<Answer> {
  const form = new URLSearchParams({ client_id: request.clientId })
  if (request.scope !== undefined && request.scope.length > 0) form.set('scope', formatScope(request.scope))
  if (request.resource !== undefined) form.set('resource', checkedResource(request.resource))
  if (request.deviceName !== undefined) form.set('device_name', request.deviceName)
  if (request.countersignSupported === true) form.set('countersign_supported', 'true')
  const { endpoint, authentication, timeLimit, signal } = request
  return sendProven(runtime, binding, { method: 'POST', url: endpoint, form, authentication, timeLimit, signal })
}

// No code lives longer in practice; it also keeps the deadline within what timers can count.
const LONGEST_LIFE: Seconds = 86_400

/**
 * Judges the answer.
 * @param sentAt when the request left: the code cannot live longer than counted from there
 * @throws CountersignError for a refusal (by its meaning), `network_failure` for a server that is away, `invalid_response` otherwise
 */
export function readDeviceAuthorizationResponse(answer: Answer, issuer: string, sentAt: EpochMilliseconds): StartedAuthorization {
  const body = readObject(answer.body)
  const refusal = body === undefined ? undefined : readRefusal(body)
  if (refusal !== undefined) throw refused(refusal)
  if (answer.status >= 500 || answer.status === 429) {
    throw new CountersignError('network_failure', `the authorization server is not available (status ${answer.status})`, {
      hint: 'Try again later.',
    })
  }
  if (body === undefined || answer.status !== 200) {
    throw invalid(
      `the device authorization endpoint answered status ${answer.status} and ${body === undefined ? 'no JSON' : 'no error code'}`,
    )
  }
  const deviceCode = readText(body['device_code'])
  // RFC 6749 section 5.1: nothing is assumed about size or form of the codes.
  const userCode = visibleText(readText(body['user_code']) ?? '').trim()
  if (deviceCode === undefined || userCode === '') throw invalid('the answer holds no device_code or no user_code')
  const lifetime = readSeconds(body['expires_in'])
  if (lifetime === undefined) throw invalid('expires_in is not a positive number of seconds')
  const life = Math.min(lifetime, LONGEST_LIFE)
  // RFC 8628 section 3.2: 5 seconds when absent. What is no length of time counts as absent.
  const interval = readSeconds(body['interval']) ?? DEFAULT_INTERVAL
  if (interval >= life) throw invalid('the interval is longer than the code lives')

  // Google's first implementation said verification_url, and still does.
  const verification = judgeVerificationUri(body['verification_uri'] ?? body['verification_url'], issuer)
  const complete = judgeCompleteUri(body['verification_uri_complete'] ?? body['verification_url_complete'], verification)
  return {
    deviceCode,
    interval,
    invitation: {
      userCode,
      verificationUri: verification.uri,
      verificationHost: verification.host,
      ...(complete === undefined ? {} : { verificationUriComplete: complete }),
      foreign: verification.foreign,
      expiresAt: sentAt + life * 1000,
    },
  }
}

/** @throws CountersignError `usage` when it is not an absolute URI without a fragment (RFC 8707 section 2) */
function checkedResource(resource: string): string {
  try {
    return parseResource(resource)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('usage', error.message, { hint: 'Give the whole address of the resource.', cause: error })
  }
}

function invalid(what: string): CountersignError {
  return new CountersignError('invalid_response', what, { hint: 'Tell the operator of the authorization server.' })
}
