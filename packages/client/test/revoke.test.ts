import { type Credential, memoryVault, revoke } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { REVOKE, TOKEN } from './support/authority.ts'
import { credential } from './support/credential.ts'
import { START } from './support/fake-time.ts'
import { json, type Network, oauthError, proofOf, stage, text } from './support/stage.ts'

async function signingOut(network: Network, more: Partial<Credential> = {}) {
  const set = stage(network)
  const vault = memoryVault()
  await vault.write('n', await credential(more))
  const result = await set.time.run(revoke(set.runtime, vault, 'n'))
  return { ...set, vault, result, left: await vault.read('n') }
}

verifies('rfc7009-2-logout-client', 'the refresh token is revoked with proof of the key, and the credential is forgotten', async () => {
  const { result, left, sent } = await signingOut(() => new Response(null))
  expect(result).toEqual({ type: 'revoked' })
  expect(left).toBeUndefined()
  expect(sent.map(({ url, method, form }) => [method, url, Object.fromEntries(form)])).toEqual([
    ['POST', REVOKE, { token: 'rt-1', token_type_hint: 'refresh_token', client_id: 'cli' }],
  ])
  expect(sent.map((request) => proofOf(request).claims['htu'])).toEqual([REVOKE])
})

verifies('rfc7009-2-logout-client', 'status 503 is tried again after Retry-After, and the credential goes whatever happens', async () => {
  let calls = 0
  const busy = await signingOut(() => (calls++ === 0 ? text('', 503, { 'retry-after': '3' }) : new Response(null)))
  expect(busy.result).toEqual({ type: 'revoked' })
  const [first, second] = busy.sent
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(3000)

  const failures: readonly [Network, string][] = [
    [() => text('', 503), 'authorization_server_error'],
    [() => text('', 503, { 'retry-after': '3600' }), 'authorization_server_error'],
    [() => oauthError('unsupported_token_type'), 'authorization_server_error'],
    [() => text('<h1>no</h1>', 404), 'authorization_server_error'],
    [() => Promise.reject(new TypeError('fetch failed')), 'network_failure'],
    [() => new Promise(() => {}), 'network_failure'],
  ]
  for (const [network, code] of failures) {
    const { result, left } = await signingOut(network)
    expect(result).toMatchObject({ type: 'not_confirmed', error: { code } })
    expect(left).toBeUndefined()
  }
})

test('a server that wants an hour of patience is not waited for', async () => {
  const { sent, time } = await signingOut(() => text('', 503, { 'retry-after': '3600' }))
  expect(sent).toHaveLength(1)
  expect(time.clock.now()).toBe(START)
})

test('an answer that repeats the token does not get it into the error', async () => {
  const { result } = await signingOut(() => json({ error: 'invalid_request', error_description: 'bad token rt-1' }, 400))
  expect(result.type === 'not_confirmed' && result.error.message).toContain('bad token [secret]')
})

test('without a refresh token the access token is revoked', async () => {
  const { refreshToken: _refreshToken, ...bare } = await credential()
  const set = stage(() => new Response(null))
  const vault = memoryVault()
  await vault.write('n', bare)
  await set.time.run(revoke(set.runtime, vault, 'n'))
  expect(Object.fromEntries(set.sent[0]?.form ?? [])).toMatchObject({ token: 'at-1', token_type_hint: 'access_token' })
})

test('a server without a revocation endpoint is told nothing; the credential goes', async () => {
  const { result, left, sent } = await signingOut(() => new Response(null), { endpoints: { token: TOKEN } })
  expect(result).toEqual({ type: 'not_offered' })
  expect(left).toBeUndefined()
  expect(sent).toHaveLength(0)
})

test('signing out twice is no error', async () => {
  const { runtime } = stage(() => new Response(null))
  expect(await revoke(runtime, memoryVault(), 'n')).toEqual({ type: 'not_signed_in' })
})

test('signing out waits for a renewal under way', async () => {
  const set = stage(() => new Response(null))
  const vault = memoryVault()
  await vault.write('n', await credential())
  let release = () => {}
  const holding = vault.locked('n', () => new Promise<void>((resolve) => void (release = resolve)))
  const result = revoke(set.runtime, vault, 'n')
  await set.time.settle()
  expect(await vault.read('n')).toBeDefined()
  release()
  await holding
  expect(await set.time.run(result)).toEqual({ type: 'revoked' })
})
