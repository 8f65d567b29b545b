import { readTokenResponse, type TokenOutcome } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { tokenAnswer } from '../support/authority.ts'

function read(body: unknown, status = 200, headers: Record<string, string> = {}): TokenOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readTokenResponse({ status, headers: new Headers(headers), body: text }, { grant: { deviceCode: 'the-code' } })
}

test('tokens', () => {
  expect(read(tokenAnswer)).toEqual({
    type: 'tokens',
    tokens: {
      accessToken: tokenAnswer.access_token,
      tokenType: 'DPoP',
      expiresIn: 900,
      refreshToken: tokenAnswer.refresh_token,
      scope: 'read',
    },
  })
})

verifies('rfc6749-5.1-ignore-unknown-members', 'strange members are ignored, long opaque tokens are kept as they are', () => {
  const long = 'x'.repeat(8192)
  expect(read({ ...tokenAnswer, access_token: long, id_token: 'a.b.c', extra: { deep: [1] }, interval: 'x' })).toMatchObject({
    type: 'tokens',
    tokens: { accessToken: long },
  })
})

test('a life that is no length of time is an unknown life', () => {
  for (const expires_in of [undefined, null, -1, 0, 'NaN', Infinity]) {
    expect(read({ ...tokenAnswer, expires_in })).toMatchObject({ type: 'tokens', tokens: { expiresIn: undefined } })
  }
})

test('success that is none', () => {
  const wrong = [
    {},
    { ...tokenAnswer, access_token: '' },
    { ...tokenAnswer, access_token: 7 },
    { ...tokenAnswer, access_token: 'a\r\nx-injected: 1' },
    { ...tokenAnswer, access_token: 'tökén' },
    { ...tokenAnswer, token_type: undefined },
    { ...tokenAnswer, refresh_token: 'r\n' },
    { ...tokenAnswer, scope: ['read'] },
  ]
  for (const body of wrong) expect(read(body)).toMatchObject({ type: 'malformed' })
})

test('polling answers, whatever their status', () => {
  for (const status of [200, 400, 401, 429, 503]) {
    expect(read({ error: 'authorization_pending' }, status)).toEqual({ type: 'pending' })
    expect(read({ error: 'slow_down' }, status)).toEqual({ type: 'slow_down', interval: undefined })
  }
  expect(read({ error: 'slow_down', interval: 12 }, 400)).toEqual({ type: 'slow_down', interval: 12 })
  expect(read({ error: 'slow_down', interval: 12 }, 429, { 'retry-after': '20' })).toEqual({ type: 'slow_down', interval: 20 })
  for (const interval of [-1, 'x', null, Infinity])
    expect(read({ error: 'slow_down', interval }, 400)).toEqual({ type: 'slow_down', interval: undefined })
})

test('trouble is told apart from refusal', () => {
  expect(read('', 500)).toMatchObject({ type: 'unanswered', throttled: false })
  expect(read({ error: 'temporarily_unavailable' }, 503)).toMatchObject({ type: 'unanswered' })
  expect(read('', 429, { 'retry-after': '9' })).toMatchObject({ type: 'unanswered', throttled: true, retryAfter: 9 })
  expect(read('<h1>hi</h1>', 200)).toMatchObject({ type: 'unanswered' })
  expect(read('', 302)).toMatchObject({ type: 'unanswered' })
  expect(read('[]', 400)).toMatchObject({ type: 'unanswered' })
  expect(read({}, 404)).toMatchObject({ type: 'unanswered' })
  expect(read({ error: 'access_denied' }, 400)).toEqual({ type: 'refused', refusal: { error: 'access_denied' } })
  expect(read({ error: 'access_denied' }, 200)).toMatchObject({ type: 'refused' })
})

test('what the server repeats of the request is not repeated further', () => {
  expect(read({ error: 'invalid_grant', error_description: 'no such code: the-code' }, 400)).toEqual({
    type: 'refused',
    refusal: { error: 'invalid_grant', description: 'no such code: [secret]' },
  })
})
