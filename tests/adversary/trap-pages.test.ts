/**
 * A server that sends the person to a page of somebody else: a link that is a program, a page without encryption, a page on a host that only looks like
 * the right one. Invariant: the command shows no such link, polls nothing, keeps nothing, and its error tells the host by its ASCII name.
 */
import { describe, expect, test } from 'vitest'
import { hostileAuthority, ownHome } from '../support/hostile-authority.ts'

const home = '127.0.0.1'

describe('a page that is none is never shown, whatever host the person has allowed', () => {
  test.each([
    ['javascript:fetch(`https://evil.example`)'],
    ['JaVaScRiPt:alert(1)//127.0.0.1'],
    ['data:text/html,<h1>enter your code</h1>'],
    ['file:///etc/passwd'],
    ['vbscript:x'],
    ['ssh://evil.example/device'],
    ['http://evil.example/device'],
    [`https://${home}@evil.example/device`],
    [`https://${home}%2f@evil.example/device`],
    [`https://ada:secret@${home}/device`],
    ['//evil.example/device'],
  ])('%s', async (verification_uri) => {
    const server = await hostileAuthority({ device: { verification_uri } })
    const { run, signIns } = ownHome()
    for (const flags of [['--json'], ['--verification-host', 'evil.example'], ['--no-wait', '--json']]) {
      const { code, stdout, stderr } = await run('login', server.origin, ...flags)
      expect(code).toBe(1)
      expect(stdout).not.toMatch(/"event"/)
      expect(stderr).not.toContain('Open this')
      if (flags.includes('--json')) expect(stdout).toContain('"code":"invalid_response"')
    }
    expect(server.to('token')).toEqual([])
    expect(await signIns()).toBe(0)
  })
})

describe('a host that is not the one of the server is not shown, and told by its ASCII name', () => {
  test.each([
    // The right name in front, behind, and below.
    [`https://${home}.evil.example/device`, `${home}.evil.example`],
    [`https://evil.example/${home}/device`, 'evil.example'],
    [`https://evil.example/device?at=https://${home}/`, 'evil.example'],
    [`https://evil.example#@${home}/device`, 'evil.example'],
    [`https://evil.example\\@${home}/device`, 'evil.example'],
    // Letters of other alphabets, a name that is punycode already, full-width letters that become plain ones.
    ['https://\u0430uth.example/device', 'xn--uth-5cd.example'],
    ['https://xn--uth-5cd.example/device', 'xn--uth-5cd.example'],
    ['https://\uff45vil.example/device', 'evil.example'],
    ['https://evil\u3002example/device', 'evil.example'],
  ])('%s', async (verification_uri, host) => {
    const server = await hostileAuthority({
      device: { verification_uri, verification_uri_complete: `${verification_uri}?user_code=WDJB-MJHT` },
    })
    const { run, signIns } = ownHome()
    const { code, error, stdout } = await run('login', server.origin, '--json')
    expect({ code, error }).toEqual({ code: 1, error: 'invalid_response' })
    expect(stdout).toContain(`the page to open is on ${host}, which is not the host of ${server.origin}`)
    expect(stdout).not.toContain('"event"')
    // Who has allowed another host has not allowed this one.
    expect((await run('login', server.origin, '--verification-host', `www.${host}`)).code).toBe(1)
    expect(server.to('token')).toEqual([])
    expect(await signIns()).toBe(0)
  })
})

test('a link with the code in it that leads elsewhere is left out; the plain one and the code are shown', async () => {
  const server = await hostileAuthority({ device: { verification_uri_complete: 'https://evil.example/device?user_code=WDJB-MJHT' } })
  const { stdout } = await ownHome().run('login', server.origin, '--json')
  const [shown] = stdout.split('\n').map((line) => JSON.parse(line || '{}') as Record<string, unknown>)
  expect(shown).toMatchObject({ event: 'code', verification_uri: `${server.origin}/device`, user_code: 'WDJB-MJHT' })
  expect(stdout).not.toContain('evil.example')
})
