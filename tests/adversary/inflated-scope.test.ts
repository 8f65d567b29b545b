/**
 * A server, or somebody before it, that gives more than was asked for, so that a token stolen later is worth more; or less, without a word. The command lets
 * go of what allows more, in every way to sign in and in a renewal, and tells what is missing.
 */
import { describe, expect, test } from 'vitest'
import { hostileAuthority, ownHome, SECRETS } from '../support/hostile-authority.ts'

const again = (body: object) => (_asked: unknown, before: readonly { readonly path: string }[]) => {
  const token = { access_token: SECRETS[1], refresh_token: SECRETS[2], token_type: 'Bearer', expires_in: 1, scope: 'read' }
  return { body: before.some(({ path }) => path === '/token') ? { ...token, ...body } : token }
}

describe('more than was asked for is revoked and kept nowhere', () => {
  test.each([['read admin'], ['admin'], ['READ'], ['read read:all']])('granted %j for read', async (scope) => {
    const server = await hostileAuthority({ token: { scope } })
    const { run, written, signIns } = ownHome()
    const { code, error, stdout, stderr } = await run('login', server.origin, '--scope', 'read', '--json')
    expect({ code, error }).toEqual({ code: 1, error: 'scope_exceeded' })
    expect(server.to('revoke').map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([SECRETS[2]])
    expect(await signIns()).toBe(0)
    for (const secret of SECRETS) expect(stdout + stderr + written()).not.toContain(secret)
  })
})

test('a renewal does not widen either: its tokens are revoked, and the sign-in has not become more', async () => {
  const server = await hostileAuthority({ token: again({ scope: 'read admin', access_token: 'wider', refresh_token: 'wider-refresh' }) })
  const { run } = ownHome()
  expect((await run('login', server.origin, '--scope', 'read')).code).toBe(0)
  const { error, stdout } = await run('token', server.origin, '--json')
  // The first token may still be good when the machine is quick: then it is the answer, and the wider one is not.
  if (error !== undefined) expect(error).toBe('scope_exceeded')
  expect(stdout).not.toContain('wider')
  for (let tries = 0; tries < 50 && server.to('revoke').length === 0; tries++) await run('token', server.origin, '--json')
  expect(server.to('revoke').map(({ body }) => new URLSearchParams(body).get('token'))).toContain('wider-refresh')
  expect((await run('status', '--json')).stdout).toContain('"scope":"read"')
})

test('less than was asked for is told', async () => {
  const server = await hostileAuthority({ token: { scope: 'read' } })
  const { run } = ownHome()
  const { stderr } = await run('login', server.origin, '--scope', 'read write')
  expect(stderr).toContain('Granted: read\nNot granted: write\n')
  expect((await run('login', server.origin, '--scope', 'read write', '--force', '--json')).stdout).toContain('"missing_scope":"write"')
})
