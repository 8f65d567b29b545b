/** What a refusal of the authorization server means for the person on this side. */
import { CountersignError, type CountersignErrorCode, isSecureUrl } from '@countersign/protocol'
import { quotedText } from './text.ts'

/** An error answer as received, made safe to show (RFC 6749 section 5.2). */
export interface Refusal {
  readonly error: string
  readonly description?: string
  /** A page about the error; https only. */
  readonly page?: string
}

/**
 * The error members of an answer; `undefined` when it holds none.
 * @param secrets what the request carried; some servers repeat it in their description
 */
export function readRefusal(body: Readonly<Record<string, unknown>>, secrets: readonly string[] = []): Refusal | undefined {
  const quoted = (member: string): string | undefined => {
    const text = body[member]
    if (typeof text !== 'string') return undefined
    // What is shorter is no secret, and would only tear words apart.
    const long = secrets.filter((secret) => secret.length >= 4)
    return quotedText(long.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text))
  }
  const error = quoted('error')
  if (error === undefined) return undefined
  const description = quoted('error_description')
  const page = quoted('error_uri')
  return {
    error,
    ...(description === undefined ? {} : { description }),
    ...(page === undefined || !URL.canParse(page) || !isSecureUrl(new URL(page)) ? {} : { page }),
  }
}

const meanings: Readonly<Record<string, readonly [code: CountersignErrorCode, message: string, hint: string]>> = {
  access_denied: ['access_denied', 'the request was declined in the browser', 'Start again if that was a mistake.'],
  // Entra's word for it.
  authorization_declined: ['access_denied', 'the request was declined in the browser', 'Start again if that was a mistake.'],
  expired_token: ['device_code_expired', 'the code has expired', 'Start again for a new code and approve it in time.'],
  invalid_grant: [
    'authorization_server_error',
    'the authorization server no longer knows this sign-in (invalid_grant)',
    'Start again; if it happens again, something else may have used the code.',
  ],
  invalid_client: [
    'authorization_server_error',
    'the authorization server does not know this client (invalid_client)',
    'Check the client id, or have the client registered.',
  ],
  unauthorized_client: [
    'authorization_server_error',
    'this client may not use the device grant (unauthorized_client)',
    'Have the device grant allowed for this client id, or use another client id.',
  ],
  unsupported_grant_type: [
    'device_grant_not_supported',
    'the authorization server does not offer this grant (unsupported_grant_type)',
    'Use another way to sign in.',
  ],
  invalid_scope: ['authorization_server_error', 'a scope was refused (invalid_scope)', 'Ask for other scopes.'],
  invalid_target: [
    'authorization_server_error',
    'the authorization server does not issue tokens for this resource (invalid_target)',
    'Check the address of the resource.',
  ],
  invalid_dpop_proof: [
    'authorization_server_error',
    'the proof of possession was refused (invalid_dpop_proof)',
    "Check this machine's clock.",
  ],
}

/** The local error for a refusal: what happened, in words, and what to do next. The refusal itself is the cause. */
export function refused(refusal: Refusal): CountersignError {
  const known = Object.hasOwn(meanings, refusal.error) ? meanings[refusal.error] : undefined
  const [code, message, hint] = known ?? ['authorization_server_error', `the authorization server refused: ${refusal.error}`, undefined]
  const more = refusal.page === undefined ? undefined : `See ${refusal.page}`
  const hints = [hint, more].filter((part) => part !== undefined).join(' ')
  return new CountersignError(code, refusal.description === undefined ? message : `${message}: ${refusal.description}`, {
    ...(hints === '' ? {} : { hint: hints }),
    cause: refusal,
  })
}
