/**
 * A server, or somebody who took over one of its addresses, that answers a form with a redirect to another host, so that the code, the token or the secret in
 * it is sent there. Invariant: the other host hears nothing, whatever kind of redirect it is, and the command ends with an error.
 */
import { describe, expect, test } from 'vitest'
import { localServer } from '../../packages/cli/test/support/local-server.ts'
import { hostileAuthority, ownHome, type Part, SECRETS } from '../support/hostile-authority.ts'

describe.each([301, 302, 303, 307, 308])('a redirect with status %i', (status) => {
  const redirecting = async (part: Part, when: (form: URLSearchParams) => boolean = () => true) => {
    const thief = await localServer(() => ({
      body: { access_token: 'bait', token_type: 'Bearer', device_code: 'bait', user_code: 'BAIT', client_id: 'bait' },
    }))
    const server = await hostileAuthority((origin) => ({
      metadata: { registration_endpoint: `${origin}/register` },
      device: { expires_in: 3 },
      [part]: ({ body }: { readonly body: string }) => {
        const form = new URLSearchParams(body)
        if (when(form)) return { status, headers: { location: `${thief.origin}/` } }
        return { body: { access_token: SECRETS[1], refresh_token: SECRETS[2], token_type: 'Bearer', expires_in: 1 } }
      },
    }))
    return { server, thief }
  }

  test('of the registration', async () => {
    const { server, thief } = await redirecting('register')
    expect((await ownHome().run('login', server.origin, '--json')).error).toBe('invalid_response')
    expect(thief.asked).toEqual([])
  })

  test('of the request for a code', async () => {
    const { server, thief } = await redirecting('device')
    expect((await ownHome().run('login', server.origin, '--client-id', 'cli', '--json')).error).toBe('invalid_response')
    expect(thief.asked).toEqual([])
  })

  test('of a poll: as if nobody had answered, until the code ends', async () => {
    const { server, thief } = await redirecting('token')
    expect((await ownHome().run('login', server.origin, '--client-id', 'cli', '--json')).error).toBe('device_code_expired')
    expect(server.to('token').length).toBeGreaterThan(0)
    expect(thief.asked).toEqual([])
  })

  test('of a renewal, and of the revocation', async () => {
    const { server, thief } = await redirecting('token', (form) => form.get('grant_type') === 'refresh_token')
    const { run, signIns } = ownHome()
    expect((await run('login', server.origin, '--client-id', 'cli')).code).toBe(0)
    let ended = await run('token', server.origin, '--json')
    while (ended.error === undefined) ended = await run('token', server.origin, '--json')
    expect(ended.error).toBe('network_failure')
    // Nothing was refused, so the sign-in stays for a better day.
    expect(await signIns()).toBe(1)
    expect(thief.asked).toEqual([])

    const other = await redirecting('revoke')
    expect((await run('login', other.server.origin, '--client-id', 'cli')).code).toBe(0)
    expect((await run('logout', other.server.origin, '--json')).stdout).toContain('"reason":"not_confirmed"')
    expect(other.server.to('revoke')).toHaveLength(1)
    expect(other.thief.asked).toEqual([])
  })
})
