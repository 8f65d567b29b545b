/**
 * Mix-up (RFC 9700 section 4.4): a server that speaks for another one, so that what was meant for the honest one comes to it, or a sign-in to the one is approved
 * as if it were the other. The command is run against both; nothing of the honest server reaches the other.
 */
import { describe, expect, test } from 'vitest'
import { localServer } from '../../packages/cli/test/support/local-server.ts'
import { hostileAuthority, ownHome, SECRETS } from '../support/hostile-authority.ts'

describe('metadata of somebody else', () => {
  test('a document that names another issuer is used by nobody', async () => {
    const honest = await hostileAuthority()
    const evil = await hostileAuthority({ metadata: { issuer: honest.origin } })
    const { error, stdout } = await ownHome().run('login', evil.origin, '--json')
    expect(error).toBe('issuer_mismatch')
    expect(stdout).toContain('if the host differs, do not trust this server')
    expect([...evil.to('device'), ...honest.asked]).toEqual([])
  })

  test.each([
    ['a slash more', (origin: string) => `${origin}/`],
    ['capitals', (origin: string) => origin.replace('http', 'HTTP')],
    ['another name for this machine', (origin: string) => origin.replace('127.0.0.1', 'localhost')],
  ])('nor one that names it by %s', async (_, spelled) => {
    const server = await hostileAuthority((origin) => ({ metadata: { issuer: spelled(origin) } }))
    expect((await ownHome().run('login', server.origin, '--json')).error).toBe('issuer_mismatch')
  })

  test('a resource cannot have the tokens of another resource asked for', async () => {
    const server = await hostileAuthority()
    const evil = await localServer(({ path }) =>
      path === '/mcp'
        ? {
            status: 401,
            headers: { 'www-authenticate': `Bearer resource_metadata="${evil.origin}/.well-known/oauth-protected-resource/mcp"` },
          }
        : { body: { resource: 'https://bank.example/api', authorization_servers: [server.origin] } },
    )
    const { error } = await ownHome().run('login', `${evil.origin}/mcp`, '--json')
    expect(error).toBe('resource_mismatch')
    expect(server.asked).toEqual([])
  })
})

test('a server that passes on the code of another one, to have it polled at its own address, is found out by its page', async () => {
  const honest = await hostileAuthority()
  const evil = await hostileAuthority((origin) => ({
    metadata: { device_authorization_endpoint: `${honest.origin}/device_authorization`, token_endpoint: `${origin}/token` },
    // What it would have passed on.
    device: { verification_uri: 'https://honest.example/device' },
  }))
  const passing = await hostileAuthority({ device: { verification_uri: 'https://honest.example/device' } })
  const { error, stdout } = await ownHome().run('login', passing.origin, '--json')
  expect(error).toBe('invalid_response')
  expect(stdout).toContain('honest.example, which is not the host of')
  expect(passing.to('token')).toEqual([])
  // The honest page is on the host of the evil one here, so it is shown; what the honest server gave is sent to it alone that was asked, with a proof
  // of the key that the code is bound to, made out for the address of the evil one: the honest server takes none of it.
  const { code } = await ownHome().run('login', evil.origin, '--json')
  expect(code).toBe(0)
  const [poll] = evil.to('token')
  const proof = JSON.parse(Buffer.from(String(poll?.headers['dpop']).split('.')[1] ?? '', 'base64url').toString()) as { htu: string }
  expect(proof.htu).toBe(`${evil.origin}/token`)
})

test('two servers at once: each hears its own codes and tokens and nothing of the other', async () => {
  const [one, other] = [
    await hostileAuthority(),
    await hostileAuthority({ token: { access_token: 'of-the-other', refresh_token: 'also-of-the-other' } }),
  ]
  const { run } = ownHome()
  for (const { origin } of [one, other]) expect((await run('login', origin)).code).toBe(0)
  for (const { origin } of [one, other]) expect((await run('logout', origin)).code).toBe(0)
  expect(JSON.stringify(one.asked)).not.toContain('of-the-other')
  expect(JSON.stringify(other.asked)).not.toContain(SECRETS[2])
  expect(one.to('revoke')).toHaveLength(1)
  expect(other.to('revoke')).toHaveLength(1)
})
