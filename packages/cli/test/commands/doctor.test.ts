/** What the doctor finds, by the command as people run it. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { countersign, ownDirectory } from '../command.ts'
import { type Kept, keptVault } from '../support/kept.ts'
import { localServer } from '../support/local-server.ts'

interface Finding {
  readonly check: string
  readonly status: string
  readonly found: string
  readonly next?: string
}

/** The findings with these variables, at a server whose clock is ahead by so many seconds. */
async function examined({
  environment = {},
  ahead = 0,
  kept = [],
}: {
  environment?: Record<string, string>
  ahead?: number
  kept?: Kept[]
}) {
  const server = await localServer(({ path }) => {
    const headers = { date: new Date(Date.now() + ahead * 1000).toUTCString() }
    if (path !== '/.well-known/oauth-authorization-server') return { status: 404, headers }
    const paths = { token_endpoint: '/token', device_authorization_endpoint: '/device_authorization', authorization_endpoint: '/authorize' }
    const endpoints = Object.fromEntries(Object.entries(paths).map(([name, at]) => [name, `${server.origin}${at}`]))
    return { headers, body: { issuer: server.origin, ...endpoints, response_types_supported: ['code'] } }
  })
  const vault = await keptVault(...kept.map((each) => ({ issuer: server.origin, ...each })))
  const ended = await countersign(['doctor', ...(kept.length === 0 ? [server.origin] : []), '--json'], {
    environment: { ...vault.environment, ...environment },
  })
  const { findings } = JSON.parse(ended.stdout) as { findings: Finding[] }
  const one = (check: string) => findings.find((finding) => finding.check === check)
  return { ...ended, ...server, ...vault, findings, one }
}

test('all is well: where tokens live, why there, and who gives them', async () => {
  const { code, stdout, findings, one, directory, environment, origin } = await examined({
    kept: [{ resource: 'https://api.example/', accessToken: 'a-secret', refreshToken: 'another-secret' }],
  })
  expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
  expect(code).toBe(0)
  expect(one('vault')?.found).toContain(`${directory}: encrypted files; their key is in '${environment.COUNTERSIGN_KEY_FILE}'`)
  expect(one('keychain')?.found).toMatch(/no D-Bus session.*does not need one/)
  expect(one('sign-ins')?.found).toBe('1 sign-in')
  expect(one('discovery')?.found).toContain(`tokens come from ${origin}`)
  expect(stdout).not.toMatch(/a-secret|another-secret/)
})

test('without --json each finding is a line', async () => {
  const { environment } = await keptVault()
  const { stdout } = await countersign(['doctor'], { environment })
  expect(stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
    ['ok', 'node'],
    ['ok', 'proxy'],
    ['ok', 'certificates'],
    ['ok', 'vault'],
    ['ok', 'keychain'],
    ['ok', 'sign-ins'],
    [''],
  ])
})

describe('the clock', () => {
  test.each([
    [3, 'ok', /agrees/],
    [30, 'warning', /this clock is (?:29|30|31) seconds behind/],
    [-3600, 'failed', /this clock is 3\d\d\d seconds ahead of/],
  ])('of the server %i seconds ahead: %s', async (ahead, status, found) => {
    const { one, code } = await examined({ ahead })
    expect(one('clock')).toMatchObject({ status, found: expect.stringMatching(found) as string })
    expect(code).toBe(status === 'failed' ? 1 : 0)
  })
})

describe('what stands in the way', () => {
  test.each([
    ['proxy', 'failed', { HTTPS_PROXY: 'proxy.example' }, /HTTPS_PROXY is no URL/],
    [
      'proxy',
      'ok',
      { https_proxy: 'http://me:secret@proxy.example:3128', NO_PROXY: '.corp' },
      /http:\/\/\.\.\.:\.\.\.@proxy\.example:3128\/, NO_PROXY=\.corp/,
    ],
    ['certificates', 'failed', { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }, /cannot read \/nowhere\/ca\.pem/],
    ['certificates', 'failed', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /not checked/],
    ['agent', 'failed', { COUNTERSIGN_AGENT: '/nowhere/socket' }, /no agent at/],
    ['keychain', 'ok', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, /refused.*does not need one/],
    ['vault', 'failed', { COUNTERSIGN_KEY_SOURCE: 'plain' }, /there is no source "plain"/],
  ])('%s %s: %j', async (check, status, environment, found) => {
    const { one, stdout } = await examined({ environment: environment as unknown as Record<string, string> })
    expect(one(check)).toMatchObject({ status, found: expect.stringMatching(found) as string })
    if (status === 'failed') expect(one(check)?.next).not.toBe('')
    expect(stdout).not.toContain('secret')
  })

  test('a directory that cannot be written', async () => {
    const { environment, directory } = await keptVault()
    chmodSync(directory, 0o777)
    const { code, stdout } = await countersign(['doctor', '--json'], { environment })
    expect(code).toBe(1)
    expect(stdout).toContain(`others can write to directory '${directory}'`)
  })

  test('a server that is not there, and an address that is none', async () => {
    const { environment } = await keptVault()
    const { code, stdout } = await countersign(['doctor', 'http://127.0.0.1:9/'], { environment })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^failed\tdiscovery\t.*127\.0\.0\.1:9.*Next: /m)
    expect((await countersign(['doctor', 'notes'], { environment })).code).toBe(2)
  })

  test('a sign-in that is over for good comes with the command that helps', async () => {
    const { one, code } = await examined({ kept: [{ resource: 'https://api.example/', expiresAt: Date.now() - 1000 }] })
    expect(one('sign-ins')).toMatchObject({ status: 'warning', next: 'countersign login https://api.example/' })
    expect(code).toBe(0)
  })
})

test('a key that is missing fails the vault, not the doctor', async () => {
  const { environment } = await keptVault({ resource: 'https://api.example/' })
  const other = { ...environment, COUNTERSIGN_KEY_FILE: join(ownDirectory(), 'none') }
  const { code, stdout } = await countersign(['doctor'], { environment: other })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^failed\tvault\tkey file '.*' is missing/m)
})
