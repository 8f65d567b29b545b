import { CountersignError, type CountersignErrorCode, OAuthError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { exitCodeOf } from '../src/exit-codes.ts'

test.each<[CountersignErrorCode, number]>([
  ['usage', 2],
  ['access_denied', 3],
  ['device_code_expired', 4],
  ['not_signed_in', 5],
  ['aborted', 130],
  ['network_failure', 1],
  ['configuration_invalid', 1],
  ['store_unavailable', 1],
])('%s ends with %i', (code, exit) => {
  expect(exitCodeOf(new CountersignError(code, 'x'))).toBe(exit)
})

test('errors of the wire have the codes of what they mean', () => {
  expect(exitCodeOf(new OAuthError('access_denied'))).toBe(3)
  expect(exitCodeOf(new OAuthError('expired_token'))).toBe(4)
  expect(exitCodeOf(new OAuthError('invalid_grant'))).toBe(1)
})

test('what is no error of ours ends with 1', () => {
  expect(exitCodeOf(new Error('x'))).toBe(1)
  expect(exitCodeOf(Object.assign(new Error('x'), { code: 'toString' }))).toBe(1)
  expect(exitCodeOf('x')).toBe(1)
  expect(exitCodeOf(undefined)).toBe(1)
})
