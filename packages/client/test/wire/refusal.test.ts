import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { readRefusal, refused } from '../../src/wire/refusal.ts'

test('error members are made visible and short; what is no error is none', () => {
  expect(readRefusal({ error: 'access_denied\u001b[2J', error_description: 'no\r\nway', error_uri: 'https://as.example/help' })).toEqual({
    error: 'access_denied',
    description: 'noway',
    page: 'https://as.example/help',
  })
  for (const error of [undefined, '', 7, null, { code: 'x' }]) expect(readRefusal({ error })).toBeUndefined()
})

test('secrets the server repeats are taken out of all of it', () => {
  const refusal = readRefusal({ error: 'bad s3cret', error_description: 's3cret s3cret', error_uri: 'https://as.example/?s3cret' }, [
    's3cret',
  ])
  expect(JSON.stringify(refusal)).not.toContain('s3cret')
})

verifies('seed-002-troubleshooting-link', 'the page of the server is named when it is an https page, and not otherwise', () => {
  expect(refused({ error: 'invalid_client', page: 'https://as.example/help' }).hint).toContain('See https://as.example/help')
  for (const error_uri of ['javascript:alert(1)', 'http://as.example/help', 'help', 7])
    expect(readRefusal({ error: 'x', error_uri })).toEqual({ error: 'x' })
})

test('an error nobody has heard of is reported by its own name, also one named like a member of every object', () => {
  for (const error of ['teapot', 'constructor', '__proto__', 'toString']) {
    expect(refused({ error })).toMatchObject({
      code: 'authorization_server_error',
      message: expect.stringContaining(error),
      hint: undefined,
      cause: { error },
    })
  }
})
