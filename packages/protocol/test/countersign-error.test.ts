import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'

test('a local error has a code to switch on, a message, a hint and a cause', () => {
  const cause = new Error('inner')
  const error = new CountersignError('not_signed_in', 'no credential is stored', { hint: 'sign in', cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'CountersignError',
    code: 'not_signed_in',
    message: 'no credential is stored',
    hint: 'sign in',
    cause,
  })
  expect(Object.hasOwn(new CountersignError('usage', 'wrong'), 'cause')).toBe(false)
})
