import { type Credential, keepCredential, memoryVault, type TokenEvent, tokensOf, type Vault } from '@countersign/client'
import { publicOf } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { DEVICE, rejection, RESOURCE, REVOKE, TOKEN } from './support/authority.ts'
import { credential } from './support/credential.ts'
import { START } from './support/fake-time.ts'
import { json, type Network, oauthError, proofOf, stage, text } from './support/stage.ts'

const NAME = 'n'

/** A server that rotates: `rt-1` gives `at-2` and `rt-2`, and so on; a used refresh token is refused. */
function rotating(): Network {
  let newest = 1
  return ({ url, form }) => {
    if (url === REVOKE) return new Response(null)
    if (form.get('refresh_token') !== `rt-${newest}`) return oauthError('invalid_grant')
    newest++
    return json({ access_token: `at-${newest}`, token_type: 'DPoP', expires_in: 900, refresh_token: `rt-${newest}` })
  }
}

async function keeping(network: Network, more: Partial<Credential> = {}, vault: Vault = memoryVault()) {
  const set = stage(network)
  const events: TokenEvent[] = []
  const first = await credential(more)
  await vault.write(NAME, first)
  const open = () => tokensOf(set.runtime, vault, { onEvent: (event) => events.push(event) })
  return { ...set, vault, events, first, open, tokens: open(), run: set.time.run }
}

const expired = { expiresAt: START - 1, obtainedAt: START - 900_000 }

test('a token with life left is returned without network and without the lock', async () => {
  const { tokens, sent, vault, first } = await keeping(rotating())
  await vault.locked(NAME, async () => {
    expect(await tokens.accessToken(NAME)).toEqual(first)
  })
  expect(sent).toHaveLength(0)
})

test('it is renewed a minute before the end, or after four fifths of a short life', async () => {
  const renewedAt = async (life: number, used: number) => {
    const { tokens, time, run } = await keeping(rotating(), { expiresAt: START + life })
    time.jump(used)
    return (await run(tokens.accessToken(NAME))).accessToken
  }
  expect(await renewedAt(900_000, 839_000)).toBe('at-1')
  expect(await renewedAt(900_000, 841_000)).toBe('at-2')
  expect(await renewedAt(60_000, 47_000)).toBe('at-1')
  expect(await renewedAt(60_000, 49_000)).toBe('at-2')
})

test('a token whose life nobody told is used until a resource refuses it', async () => {
  const { tokens, run, first, vault, time } = await keeping(rotating())
  const { expiresAt: _expiresAt, ...endless } = first
  await vault.write(NAME, endless)
  time.jump(1e12)
  expect((await tokens.accessToken(NAME)).accessToken).toBe('at-1')
  expect((await run(tokens.accessToken(NAME, { rejected: 'at-1' }))).accessToken).toBe('at-2')
})

verifies(
  ['mcp-resource-param', 'rfc9449-4.2-unique-proof-per-request'],
  'a refresh names the resource and proves the stored key',
  async () => {
    const { tokens, run, sent, first } = await keeping(rotating(), expired)
    const renewed = await run(tokens.accessToken(NAME))
    const [request] = sent
    if (request === undefined) throw new Error('nothing was sent')
    expect(Object.fromEntries(request.form)).toEqual({
      client_id: 'cli',
      grant_type: 'refresh_token',
      refresh_token: 'rt-1',
      resource: RESOURCE,
    })
    expect(proofOf(request).header['jwk']).toEqual(publicOf(first.key))
    expect(proofOf(request).claims).toMatchObject({ htu: TOKEN, htm: 'POST' })
    expect(renewed).toEqual({
      ...first,
      accessToken: 'at-2',
      refreshToken: 'rt-2',
      expiresAt: START + 900_000,
      obtainedAt: START,
      generation: 2,
    })
  },
)

verifies('rfc6749-6-replace-refresh-token', 'the new refresh token is in the vault before anybody has the new access token', async () => {
  const inner = memoryVault()
  const order: string[] = []
  const vault: Vault = {
    ...inner,
    write: async (name, kept) => {
      await inner.write(name, kept)
      order.push(`kept ${kept.refreshToken}`)
    },
  }
  const { tokens, run } = await keeping(rotating(), expired, vault)
  order.length = 0
  order.push(`used ${(await run(tokens.accessToken(NAME))).accessToken}`)
  expect(order).toEqual(['kept rt-2', 'used at-2'])
  expect(await vault.read(NAME)).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-2', generation: 2 })
})

test('a server that does not rotate keeps its refresh token', async () => {
  const { tokens, run } = await keeping(() => json({ access_token: 'at-2', token_type: 'DPoP', expires_in: 900 }), expired)
  expect(await run(tokens.accessToken(NAME))).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-1' })
})

test('a hundred calls in one process make one request', async () => {
  const { tokens, run, sent } = await keeping(rotating(), expired)
  const all = await run(Promise.all(Array.from({ length: 100 }, () => tokens.accessToken(NAME))))
  expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set(['at-2']))
  expect(sent).toHaveLength(1)
})

test('a hundred calls in one process wait for one failure, not for a hundred', async () => {
  const { tokens, run, sent, time } = await keeping(() => new Promise(() => {}), expired)
  const all = await run(Promise.all(Array.from({ length: 100 }, () => rejection(tokens.accessToken(NAME)))))
  expect(all.every((error) => error instanceof CountersignError && error.code === 'network_failure')).toBe(true)
  expect(sent).toHaveLength(1)
  expect(time.clock.now()).toBe(START + 15_000)
})

test('twelve keepers on one vault make one request: each re-reads after it got the lock', async () => {
  const { open, run, sent } = await keeping(rotating(), expired)
  const all = await run(Promise.all(Array.from({ length: 12 }, () => open().accessToken(NAME))))
  expect(all.every(({ accessToken }) => accessToken === 'at-2')).toBe(true)
  expect(sent).toHaveLength(1)
})

test('one caller giving up does not take the renewal from the others', async () => {
  const stop = new AbortController()
  const { tokens, run, vault } = await keeping(rotating(), expired)
  const left = rejection(tokens.accessToken(NAME, { signal: stop.signal }))
  const stayed = tokens.accessToken(NAME)
  stop.abort()
  expect(await run(left)).toMatchObject({ code: 'aborted' })
  expect((await run(stayed)).accessToken).toBe('at-2')
  expect((await vault.read(NAME))?.refreshToken).toBe('rt-2')
})

verifies(
  ['seed-000-no-silent-failure', 'rfc8628-3.1-user-initiated', 'mcp-refresh-confidential'],
  'without a credential, a refresh token or a willing server it says that a person has to sign in, and starts nothing by itself',
  async () => {
    const nobody = stage(rotating())
    expect(await rejection(tokensOf(nobody.runtime, memoryVault()).accessToken(NAME))).toMatchObject({
      code: 'not_signed_in',
      hint: 'Sign in again.',
    })

    const without = await keeping(rotating(), expired)
    const { refreshToken: _refreshToken, ...bare } = without.first
    await without.vault.write(NAME, bare)
    expect(await without.run(rejection(without.tokens.accessToken(NAME)))).toMatchObject({ code: 'not_signed_in' })

    const ended = await keeping(() => oauthError('invalid_grant'), expired)
    expect(await ended.run(rejection(ended.tokens.accessToken(NAME)))).toMatchObject({ code: 'not_signed_in', hint: 'Sign in again.' })
    expect(ended.events).toMatchObject([{ type: 'refresh_failed', stillValid: false }])
    for (const { to } of [nobody, without, ended]) expect(to(DEVICE)).toHaveLength(0)
  },
)

test('invalid_grant for the stored refresh token, and nothing left to use: the credential is forgotten', async () => {
  const { tokens, run, vault } = await keeping(() => oauthError('invalid_grant'), expired)
  await run(rejection(tokens.accessToken(NAME)))
  expect(await vault.read(NAME)).toBeUndefined()
})

test('invalid_grant while the token still works: the token is used, only the refused refresh token goes', async () => {
  const { tokens, run, vault, time, sent, events } = await keeping(() => oauthError('invalid_grant'))
  time.jump(870_000)
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-1')
  const kept = await vault.read(NAME)
  expect(kept).toMatchObject({ accessToken: 'at-1', generation: 2 })
  expect(kept).not.toHaveProperty('refreshToken')
  expect(events).toMatchObject([{ type: 'refresh_failed', stillValid: true }])
  await run(tokens.accessToken(NAME))
  expect(sent).toHaveLength(1)
})

test('a credential that somebody replaced meanwhile is never deleted: the newer one is used', async () => {
  const vault = memoryVault()
  const newer = await credential({ accessToken: 'at-9', refreshToken: 'rt-9', generation: 9 })
  const { tokens, run } = await keeping(
    async () => {
      await vault.write(NAME, newer)
      return oauthError('invalid_grant')
    },
    expired,
    vault,
  )
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-9')
  expect(await vault.read(NAME)).toEqual(newer)
})

test('a newer sign-in with the same refresh token is a newer sign-in', async () => {
  const vault = memoryVault()
  const newer = await credential({ accessToken: 'at-9', refreshToken: 'rt-1', generation: 9 })
  const { tokens, run } = await keeping(
    async () => {
      await vault.write(NAME, newer)
      return oauthError('invalid_grant')
    },
    expired,
    vault,
  )
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-9')
  expect(await vault.read(NAME)).toEqual(newer)
})

test('replaced by something expired, it still stays', async () => {
  const vault = memoryVault()
  const newer = await credential({ ...expired, refreshToken: 'rt-9', generation: 9 })
  const { tokens, run } = await keeping(
    async () => {
      await vault.write(NAME, newer)
      return oauthError('invalid_grant')
    },
    expired,
    vault,
  )
  expect(await run(rejection(tokens.accessToken(NAME)))).toMatchObject({ code: 'not_signed_in' })
  expect(await vault.read(NAME)).toEqual(newer)
})

test('any other failure forgets nothing and is reported as what it is', async () => {
  const failures: readonly [Network, string][] = [
    [() => oauthError('invalid_client'), 'authorization_server_error'],
    [() => oauthError('invalid_scope'), 'authorization_server_error'],
    [() => text('<h1>down</h1>', 503), 'network_failure'],
    [() => Promise.reject(new TypeError('fetch failed')), 'network_failure'],
    [() => new Promise(() => {}), 'network_failure'],
    [() => json({ access_token: 'at-2' }), 'invalid_response'],
  ]
  for (const [network, code] of failures) {
    const { tokens, run, vault, first, events } = await keeping(network, expired)
    expect(await run(rejection(tokens.accessToken(NAME)))).toMatchObject({ code })
    expect(await vault.read(NAME)).toEqual(first)
    expect(events).toMatchObject([{ type: 'refresh_failed', stillValid: false }])
  }
})

test('a server that is away does not matter while the token still works', async () => {
  const { tokens, run, time, vault, first } = await keeping(() => text('', 503))
  time.jump(870_000)
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-1')
  expect(await vault.read(NAME)).toEqual(first)
})

test('a refused token is replaced once; when it has been replaced already, the newer one is returned', async () => {
  const { tokens, run, sent } = await keeping(rotating())
  expect((await run(tokens.accessToken(NAME, { rejected: 'at-1' }))).accessToken).toBe('at-2')
  expect((await run(tokens.accessToken(NAME, { rejected: 'at-1' }))).accessToken).toBe('at-2')
  expect(sent).toHaveLength(1)
})

test('a renewed credential that cannot be written is used from memory, and written with the next renewal', async () => {
  const inner = memoryVault()
  let broken = false
  const vault: Vault = {
    ...inner,
    write: async (name, kept) => {
      if (broken) throw new CountersignError('vault_unavailable', 'disk full')
      await inner.write(name, kept)
    },
  }
  const { tokens, run, events, time, sent } = await keeping(rotating(), expired, vault)
  broken = true
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-2')
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-2')
  expect(events.map(({ type }) => type)).toEqual(['not_kept', 'refreshed'])
  expect((await inner.read(NAME))?.refreshToken).toBe('rt-1')
  broken = false
  time.jump(900_000)
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-3')
  expect((await inner.read(NAME))?.refreshToken).toBe('rt-3')
  expect(sent.map(({ form }) => form.get('refresh_token'))).toEqual(['rt-1', 'rt-2'])
})

test('a vault that cannot be locked matters only when the token has expired', async () => {
  const inner = memoryVault()
  const stuck: Vault = { ...inner, locked: () => Promise.reject(new CountersignError('lock_timeout', 'held by another')) }
  const { tokens, time, events } = await keeping(rotating(), {}, stuck)
  time.jump(870_000)
  expect((await tokens.accessToken(NAME)).accessToken).toBe('at-1')
  expect(events).toMatchObject([{ type: 'refresh_failed', stillValid: true, error: { code: 'lock_timeout' } }])
  time.jump(60_000)
  expect(await rejection(tokens.accessToken(NAME))).toMatchObject({ code: 'lock_timeout' })
  const broken: Vault = { ...inner, locked: () => Promise.reject(new Error('bug')) }
  const other = await keeping(rotating(), { expiresAt: START + 1000 }, broken)
  expect(await rejection(other.tokens.accessToken(NAME, { rejected: 'at-1' }))).toMatchObject({ message: 'bug' })
})

test('signing out elsewhere also ends what lived in memory only', async () => {
  const inner = memoryVault()
  const vault: Vault = { ...inner, write: () => Promise.reject(new CountersignError('vault_unavailable', 'disk full')) }
  const set = stage(rotating())
  await inner.write(NAME, await credential(expired))
  const tokens = tokensOf(set.runtime, vault)
  expect((await set.time.run(tokens.accessToken(NAME))).accessToken).toBe('at-2')
  await inner.remove(NAME)
  expect(await rejection(tokens.accessToken(NAME))).toMatchObject({ code: 'not_signed_in' })
})

verifies('seed-000-scope-check-on-receipt', 'a refresh that widens the scope is refused and revoked; what was stored stays', async () => {
  const { tokens, run, vault, first, to } = await keeping(
    ({ url }) =>
      url === REVOKE ? new Response(null) : json({ access_token: 'at-2', token_type: 'DPoP', refresh_token: 'rt-2', scope: 'read admin' }),
    expired,
  )
  expect(await run(rejection(tokens.accessToken(NAME)))).toMatchObject({ code: 'scope_exceeded' })
  expect(to(REVOKE).map(({ form }) => form.get('token'))).toEqual(['rt-2'])
  expect(await vault.read(NAME)).toEqual(first)
})

verifies('rfc9449-5-downgrade-discard', 'a bound credential is never renewed into an unbound one', async () => {
  const { tokens, run } = await keeping(() => json({ access_token: 'at-2', token_type: 'Bearer' }), expired)
  expect(await run(rejection(tokens.accessToken(NAME)))).toMatchObject({ code: 'token_type_mismatch' })
})

test('a scope that nobody named is not held against a refresh', async () => {
  const { tokens, run } = await keeping(() => json({ access_token: 'at-2', token_type: 'DPoP', scope: 'a b' }), { ...expired, scope: [] })
  expect((await run(tokens.accessToken(NAME))).scope).toEqual(['a', 'b'])
})

verifies('rfc9449-8.2-adopt-new-nonce', 'the nonce of one refresh is used for the next without being asked again', async () => {
  let round = 1
  const { tokens, run, time, sent } = await keeping(() => {
    round++
    return json({ access_token: `at-${round}`, token_type: 'DPoP', expires_in: 900, refresh_token: `rt-${round}` }, 200, {
      'dpop-nonce': `n${round}`,
    })
  }, expired)
  for (let times = 0; times < 3; times++) {
    await run(tokens.accessToken(NAME))
    time.jump(900_000)
  }
  expect(sent.map((request) => proofOf(request).claims['nonce'])).toEqual([undefined, 'n2', 'n3'])
})

test('keeping a sign-in counts the generation on from what it replaces, and waits for a renewal under way', async () => {
  const { tokens, run, vault } = await keeping(rotating(), { ...expired, generation: 7 })
  const renewal = tokens.accessToken(NAME)
  const signedIn = keepCredential(vault, NAME, await credential({ accessToken: 'at-new' }))
  await run(Promise.all([renewal, signedIn]))
  expect(await vault.read(NAME)).toMatchObject({ accessToken: 'at-new', generation: 9 })
})

test('a sign-in replaces a credential that no longer opens; any other fault of the vault is reported', async () => {
  const inner = memoryVault()
  const failing = (code: 'vault_corrupt' | 'vault_unavailable'): Vault => ({
    ...inner,
    read: () => Promise.reject(new CountersignError(code, 'no')),
  })
  await keepCredential(failing('vault_corrupt'), NAME, await credential())
  expect(await inner.read(NAME)).toMatchObject({ generation: 1 })
  expect(await rejection(keepCredential(failing('vault_unavailable'), NAME, await credential()))).toMatchObject({
    code: 'vault_unavailable',
  })
})

test('asked to, it does not spend a refresh token whose successor could not be kept', async () => {
  const inner = memoryVault()
  let broken = false
  const vault: Vault = {
    ...inner,
    write: async (name, stored) => {
      if (broken) throw new CountersignError('vault_unavailable', 'the disk is full')
      await inner.write(name, stored)
    },
  }
  const { runtime, run, sent } = await keeping(rotating(), expired, vault)
  const tokens = tokensOf(runtime, vault, { keepFirst: true })
  broken = true
  expect(await run(rejection(tokens.accessToken(NAME)))).toMatchObject({ code: 'vault_unavailable' })
  expect(sent).toHaveLength(0)
  broken = false
  expect((await run(tokens.accessToken(NAME))).accessToken).toBe('at-2')
})
