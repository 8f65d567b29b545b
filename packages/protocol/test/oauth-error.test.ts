import { isOAuthErrorCode, OAuthError, type OAuthErrorCode, plainDescription } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const runs = { seed: 5200, numRuns: 1000 }
/** RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E. */
const allowed = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

verifies('rfc6749-5.2-description-charset', 'no description leaves the allowed characters, whatever was echoed into it', () => {
  expect(plainDescription('a "quoted" \\ word')).toBe("a 'quoted' ' word")
  expect(plainDescription('tab\tline\r\nesc\u001b[2J é 日 \u202e')).toBe('tab?line??esc?[2J ? ? ?')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plainDescription(text)).toMatch(allowed)
      expect(new OAuthError('invalid_request', text).message).toMatch(allowed)
    }),
    runs,
  )
  fc.assert(
    fc.property(
      fc.string().filter((text) => allowed.test(text)),
      (text) => {
        expect(plainDescription(text)).toBe(text)
      },
    ),
    runs,
  )
})

const STATUS: Readonly<Record<OAuthErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  unsupported_response_type: 400,
  login_required: 400,
  consent_required: 400,
  interaction_required: 400,
  request_not_supported: 400,
  invalid_request_uri: 400,
  authorization_pending: 400,
  slow_down: 400,
  access_denied: 400,
  expired_token: 400,
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  countersign_required: 400,
  invalid_target: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  unsupported_token_type: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
  server_error: 500,
}

verifies('rfc6749-5.2-status-and-codes', 'every code has its one status, and the polling answers are 400', () => {
  for (const [code, status] of Object.entries(STATUS) as [OAuthErrorCode, number][]) {
    const error = new OAuthError(code)
    expect(error, code).toMatchObject({ name: 'OAuthError', code, status })
    expect(error.message, code).toMatch(/^.{10,}$/)
    expect(error.message, code).toMatch(allowed)
    expect(isOAuthErrorCode(code)).toBe(true)
  }
})

test('only the codes of the table are codes', () => {
  for (const other of ['', 'nonsense', 'INVALID_GRANT', 'constructor', '__proto__', 'toString'])
    expect(isOAuthErrorCode(other), other).toBe(false)
})

test('status, interval, headers and cause can be given', () => {
  const cause = new Error('inner')
  const headers = { 'DPoP-Nonce': 'n' }
  const error = new OAuthError('slow_down', 'too early', { status: 429, interval: 10, headers, cause })
  expect(error).toMatchObject({ message: 'too early', status: 429, interval: 10, headers, cause })
  const plain = new OAuthError('slow_down')
  expect(plain.interval).toBeUndefined()
  expect(plain.headers).toEqual({})
  expect(Object.hasOwn(plain, 'cause')).toBe(false)
})
