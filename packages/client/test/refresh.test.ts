import { bindKey, refresh } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { credential } from './support/credential.ts'
import { START } from './support/fake-time.ts'
import { json, type Network, oauthError, stage, text } from './support/stage.ts'

async function refreshing(network: Network) {
  const { runtime, time, sent } = stage(network)
  const before = { ...(await credential()), refreshToken: 'rt-1' }
  const outcome = await time.run(refresh(runtime, await bindKey(runtime, before.key), before))
  return { outcome, before, sent }
}

verifies(
  'rfc6749-6-replace-refresh-token',
  'the new refresh token takes the place of the old one; without a new one the old one stays',
  async () => {
    const rotated = await refreshing(() => json({ access_token: 'at-2', token_type: 'DPoP', refresh_token: 'rt-2' }))
    expect(rotated.outcome).toMatchObject({ type: 'refreshed', credential: { accessToken: 'at-2', refreshToken: 'rt-2', generation: 2 } })
    const kept = await refreshing(() => json({ access_token: 'at-2', token_type: 'DPoP' }))
    expect(kept.outcome).toMatchObject({ type: 'refreshed', credential: { accessToken: 'at-2', refreshToken: 'rt-1', generation: 2 } })
  },
)

test('the end of the old token is not taken over when the answer names none', async () => {
  const { outcome } = await refreshing(() => json({ access_token: 'at-2', token_type: 'DPoP' }))
  if (outcome.type !== 'refreshed') throw new Error(outcome.type)
  expect(outcome.credential).not.toHaveProperty('expiresAt')
  expect(outcome.credential.obtainedAt).toBe(START)
})

test('only invalid_grant means the end, and a no of a server that has no error codes', async () => {
  expect((await refreshing(() => oauthError('invalid_grant'))).outcome.type).toBe('ended')
  const own = { code: 400, error_code: 'refresh_token_not_found', msg: 'Invalid Refresh Token: Refresh Token Not Found' }
  expect((await refreshing(() => json(own, 400))).outcome.type).toBe('ended')
  for (const network of [
    () => oauthError('invalid_request'),
    () => oauthError('invalid_dpop_proof'),
    () => oauthError('slow_down'),
    () => oauthError('authorization_pending'),
    () => text('gone', 500),
    () => text('<h1>Bad Request</h1>', 400),
    () => json({ code: 400, msg: 'something is wrong' }, 400),
    () => text('', 307, { location: 'https://evil.example/' }),
    () => Promise.reject(new TypeError('fetch failed')),
  ] as const) {
    const { outcome, sent } = await refreshing(network)
    expect(outcome.type).toBe('failed')
    expect(sent).toHaveLength(1)
  }
})

test('the refresh token does not get into the error', async () => {
  const { outcome } = await refreshing(() => oauthError('invalid_grant', { error_description: 'token rt-1 was used' }))
  expect(JSON.stringify(outcome.type === 'ended' && [outcome.error.message, outcome.error.cause])).toContain('token [secret] was used')
})
