/**
 * A token that is good somewhere else than where it is shown: a resource that wants to be given one that it can use at another (RFC 9700 section 4.9.1), or a
 * server that gives one for another audience than was asked for. A client does not look into tokens (RFC 9068 section 6), so what protects is this: the
 * resource is named in every request; a token goes to the one place it was asked for; and with a key it is worth nothing to whoever sees it there.
 */
import { expect, test } from 'vitest'
import { type Answered, localServer } from '../../packages/cli/test/support/local-server.ts'
import { hostileAuthority, ownHome } from '../support/hostile-authority.ts'

/** A token that says what it is for: the bank. */
const forTheBank = ['{"alg":"ES256","typ":"at+jwt"}', '{"aud":"https://bank.example","scope":"pay"}', 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

async function greedyResource(says: { readonly token: object }, page: Answered = { status: 403 }) {
  const server = await hostileAuthority({ metadata: { dpop_signing_alg_values_supported: ['ES256'] }, ...says })
  const resource = await localServer(({ path, headers }) => {
    if (headers.authorization !== undefined) return page
    if (path.startsWith('/.well-known/')) return { body: { resource: `${resource.origin}/mcp`, authorization_servers: [server.origin] } }
    return {
      status: 401,
      headers: { 'www-authenticate': `DPoP resource_metadata="${resource.origin}/.well-known/oauth-protected-resource/mcp"` },
    }
  })
  return { server, resource, url: `${resource.origin}/mcp` }
}

test('every request names the resource that the token is for: the code, the poll, the renewal', async () => {
  const { server, url } = await greedyResource({ token: { token_type: 'DPoP', access_token: forTheBank, expires_in: 1 } })
  const { run } = ownHome()
  expect((await run('login', url)).code).toBe(0)
  while (!server.to('token').some(({ body }) => body.includes('refresh_token'))) await run('token', url)
  const named = [...server.to('device'), ...server.to('token')].map(({ body }) => new URLSearchParams(body).get('resource'))
  expect(new Set(named)).toEqual(new Set([url]))
})

test('a token without a key is not taken from a server that knows keys: it could be used by whoever sees it', async () => {
  const { server, url } = await greedyResource({ token: { access_token: forTheBank } })
  const { run, written, signIns } = ownHome()
  expect((await run('login', url, '--json')).error).toBe('token_type_mismatch')
  expect(server.to('revoke')).toHaveLength(1)
  expect(await signIns()).toBe(0)
  expect(written()).not.toContain(forTheBank)
})

test('it is shown to the place it was asked for, with a proof for that place, and to no other', async () => {
  const { resource, url } = await greedyResource({ token: { token_type: 'DPoP', access_token: forTheBank } })
  const bank = await localServer(() => ({ body: 'money' }))
  const { run } = ownHome()
  expect((await run('login', url)).code).toBe(0)
  await run('curl', url)
  const shown = resource.asked.filter(({ headers }) => headers.authorization !== undefined)
  expect(shown.map(({ headers }) => headers.authorization)).toContain(`DPoP ${forTheBank}`)
  for (const { headers } of shown) {
    const proof = JSON.parse(Buffer.from(String(headers['dpop']).split('.')[1] ?? '', 'base64url').toString()) as { htu: string }
    expect(proof.htu).toBe(url)
  }
  for (const command of [['curl'], ['header'], ['token']]) {
    const { code, stdout } = await run(...command, `${bank.origin}/pay`)
    expect(code).toBe(5)
    expect(stdout).not.toContain(forTheBank)
  }
  expect(bank.asked).toEqual([])
})

test.each([301, 302, 303, 307, 308])(
  'a resource that sends it on to the bank, with status %i, is told of and not obeyed',
  async (status) => {
    const bank = await localServer(() => ({ body: 'money' }))
    const token = { token_type: 'DPoP', access_token: forTheBank }
    const { url } = await greedyResource({ token }, { status, headers: { location: `${bank.origin}/pay` } })
    const { run } = ownHome()
    expect((await run('login', url)).code).toBe(0)
    const { stdout, stderr } = await run('curl', url, '--include')
    expect(stdout).toContain(String(status))
    expect(stderr + stdout).toContain(`${bank.origin}/pay`)
    expect(bank.asked).toEqual([])
  },
)
