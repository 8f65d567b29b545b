import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { textsOf } from '../../../../tests/shape/sources.ts'
import { ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, screen, signIn, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 40 }

verifies(
  ['rfc8628-3.3-show-code-and-uri', 'rfc8628-3.3-hide-device-code', 'rfc8628-3.3.1-textual-fallback'],
  'on a terminal the person sees link, code and QR code, watches the time, and ends signed in',
  async () => {
    const house = await openHouse()
    let shown = ''
    const { code, stdout, stderr } = await sit(house, ['login', NOTES], {
      terminal,
      onCode: (userCode) => {
        shown = userCode
        return house.decide(userCode, 'approve')
      },
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const lines = screen(stderr)
      .split('\n')
      .map((line) => line.trim())
    expect(lines).toEqual(
      expect.arrayContaining([`${ISSUER}/device?user_code=${shown}`, shown, `To type it in yourself, go to ${ISSUER}/device`]),
    )
    expect(lines.filter((line) => /[▀▄█]/.test(line)).length).toBeGreaterThan(10)
    expect(stderr).toContain('\rWaiting for your approval; the code expires in 4:59')
    expect(screen(stderr)).not.toContain('Waiting')
    expect(lines).toContain(`Signed in to ${NOTES}.`)
    expect((await house.vault.list()).map(({ credential: { issuer, resource, scope } }) => ({ issuer, resource, scope }))).toEqual([
      { issuer: ISSUER, resource: NOTES, scope: ['notes:read'] },
    ])
    // `sit` refuses output that holds a secret; this makes sure that there was one to hold.
    expect(house.secrets.size).toBe(3)
  },
)

verifies(
  ['rfc8628-3.3-show-code-and-uri', 'rfc8628-3.3.1-textual-fallback', 'rfc8628-5.5-discreet-display', 'seed-002-audio-friendly'],
  'into a pipe plain lines are written, on stderr, each once and without any control character',
  async () => {
    const house = await openHouse()
    const { code, stdout, stderr } = await sit(house, ['login', NOTES], { onCode: (userCode) => house.decide(userCode, 'approve') })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr.replaceAll(/[A-Z]{3}(?:-[A-Z]{3}){2}/g, 'CODE')).toBe(
      [
        'Open this link on your phone or computer:',
        `${ISSUER}/device?user_code=CODE`,
        `Approve only if the page is on auth.example and shows this code:`,
        'CODE',
        `To type it in yourself, go to ${ISSUER}/device`,
        'Waiting for your approval; the code expires in 5 minutes.',
        `Signed in to ${NOTES}.`,
        'Granted: notes:read',
        'Kept in this process.',
        `Use it with: countersign token ${NOTES}`,
        '',
      ].join('\n'),
    )
  },
)

verifies(
  ['rfc8628-3.3-show-code-and-uri', 'rfc8628-3.3-hide-device-code'],
  'with --json the first object has the code, the last one the end, and nothing else is said',
  async () => {
    const house = await openHouse()
    const { code, stdout, stderr } = await sit(house, ['login', NOTES, '--json', '--profile', 'work'], {
      terminal,
      onCode: (userCode) => house.decide(userCode, 'approve'),
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const userCode = expect.stringMatching(/^[A-Z]{3}(?:-[A-Z]{3}){2}$/) as string
    expect(objects(stdout)).toEqual([
      {
        event: 'code',
        verification_uri: `${ISSUER}/device`,
        verification_uri_complete: expect.stringMatching(/\/device\?user_code=[A-Z]{3}(?:-[A-Z]{3}){2}$/) as string,
        user_code: userCode,
        expires_in: 300,
      },
      {
        event: 'signed_in',
        already: false,
        resource: NOTES,
        issuer: ISSUER,
        client_id: 'countersign-cli',
        profile: 'work',
        scope: 'notes:read',
        token_type: 'DPoP',
        expires_at: '2026-11-21T00:15:05.500Z',
        refreshable: true,
        vault: { kind: 'memory', where: 'this process', protection: 'forgotten when the process ends' },
      },
    ])
  },
)

verifies(
  ['rfc8628-3.3.1-textual-fallback', 'seed-002-audio-friendly'],
  'ACCESSIBLE and TERM=dumb get the code spelled and a still screen; NO_COLOR and --no-qr get text without a drawing',
  async () => {
    const ways: [Record<string, string>, string[]][] = [
      [{ ACCESSIBLE: '1' }, []],
      [{ TERM: 'dumb' }, []],
      [{ NO_COLOR: '1' }, []],
      [{}, ['--no-qr']],
      [{ LANG: 'C' }, []],
    ]
    for (const [environment, flags] of ways) {
      const house = await openHouse()
      const onCode = (userCode: string) => house.decide(userCode, 'approve')
      const { code, stderr } = await sit(house, ['login', NOTES, ...flags], { terminal, environment, onCode })
      expect(code).toBe(0)
      expect(stderr).not.toMatch(/[▀▄█]/)
      expect(screen(stderr)).toContain(`${ISSUER}/device`)
      const still = 'ACCESSIBLE' in environment || 'TERM' in environment
      const [waiting = ''] = stderr.split('Approved in the browser')
      expect(/\r/.test(waiting)).toBe(!still)
      expect(/Spelled out: [A-Z] as in /.test(stderr)).toBe(still)
      if ('TERM' in environment || 'NO_COLOR' in environment) expect(waiting).not.toMatch(/\u001b\[[\d;]*m/)
    }
  },
)

verifies(
  ['rfc8628-5.7-close-proximity', 'seed-002-no-embedded-secrets', 'rfc8628-5.5-discreet-display'],
  'the code goes to this terminal only, no window title is set, and the client shows no secret to the server',
  async () => {
    const house = await openHouse()
    let shown = ''
    const { stderr } = await sit(house, ['login', NOTES, '--device-name', 'build box'], {
      terminal,
      onCode: (userCode) => {
        shown = userCode
        return house.decide(userCode, 'approve')
      },
    })
    expect(stderr).not.toContain('\u001b]')
    expect(stripVTControlCharacters(stderr)).toContain(shown)
    for (const { url, form, headers } of house.requests) {
      expect(['auth.example', 'notes.example']).toContain(new URL(url).host)
      expect(`${url} ${String(form)} ${JSON.stringify([...headers])}`).not.toContain(shown)
      expect(form.has('client_secret') || headers.has('authorization')).toBe(false)
    }
    const [asked] = house.requestsTo('/device_authorization')
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({
      client_id: 'countersign-cli',
      scope: 'notes:read',
      resource: NOTES,
      device_name: 'build box',
      countersign_supported: 'true',
    })
  },
)

verifies('seed-002-no-embedded-secrets', 'nothing that is shipped with the command holds a secret, and no flag takes one', async () => {
  const packages = ['cli', 'client', 'node', 'proof', 'protocol']
  const texts = packages.flatMap((name) => [...textsOf(`packages/${name}/src`, '.ts')])
  expect(texts.length).toBeGreaterThan(100)
  const named = /-----BEGIN|client_?secret\w*\s*[:=]\s*['"`]/i
  // Small and capital letters and digits: names of algorithms are long too, and in small letters. An alphabet in its order is no secret.
  const random = /['"`](?=[\w+/-]*\d)(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])[\w+/-]{32,}=*['"`]/
  expect(
    texts.filter(([, text]) => named.test(text) || random.test(text.replaceAll('ABCDEFGHIJKLMNOPQRSTUVWXYZ', ''))).map(([path]) => path),
  ).toEqual([])
  const house = await openHouse()
  for (const command of ['login', 'token', 'whoami', 'logout']) {
    const { stdout } = await sit(house, [command, '--help'])
    expect(stdout).toContain('--client-id')
    expect(stdout).not.toMatch(/--[\w-]*(?:secret|password|token)/)
  }
})

test('what to ask for can be said: scope, client, resource and authorization server', async () => {
  const house = await openHouse({
    answer: ({ url }) => (url.endsWith('/device_authorization') ? json({ error: 'invalid_client' }, 400) : undefined),
  })
  const flags = ['--client-id', 'acme', '--scope', 'notes:read profile', '--scope', 'notes:write', '--resource', `${ISSUER}/api`]
  const { code } = await sit(house, ['login', ISSUER, ...flags], {})
  expect(code).toBe(1)
  const [asked] = house.requestsTo('/device_authorization')
  expect(Object.fromEntries(asked?.form ?? [])).toMatchObject({
    client_id: 'acme',
    scope: 'notes:read profile notes:write',
    resource: `${ISSUER}/api`,
  })

  const other = await sit(house, ['login', NOTES, '--issuer', 'https://other.example'], {})
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining(`It trusts: ${ISSUER}`) as string })
})

test('what was asked for and not granted is told', async () => {
  const house = await openHouse()
  // The server grants less than the person was asked for: RFC 6749 section 3.3 lets it.
  const narrowed = await openHouse({
    answer: ({ url, form }) =>
      url.endsWith('/token') && form.get('grant_type')?.includes('device_code') === true
        ? json({ access_token: 'narrow-token', token_type: 'DPoP', scope: 'notes:read' })
        : undefined,
  })
  const flags = ['--scope', 'notes:read notes:write']
  const { stderr } = await sit(narrowed, ['login', NOTES, ...flags])
  expect(stderr).toContain('Granted: notes:read\nNot granted: notes:write\n')
  const { stdout } = await sit(narrowed, ['login', NOTES, ...flags, '--json'])
  expect(objects(stdout).at(-1)).toMatchObject({ scope: 'notes:read', missing_scope: 'notes:write', refreshable: false })

  const whole = await sit(house, ['login', NOTES, ...flags], { onCode: (userCode) => house.decide(userCode, 'approve') })
  expect(whole.stderr).toContain('Granted: notes:read notes:write\n')
  expect(whole.stderr).not.toContain('Not granted')
})

test('who is signed in already is told so, and no code is asked for', async () => {
  const house = await openHouse()
  await signIn(house)
  const again = await sit(house, ['login', NOTES, '--scope', 'notes:read'])
  expect(again.code).toBe(0)
  expect(again.stderr).toContain(`Already signed in to ${NOTES}.\nGranted: notes:read\n`)
  const { stdout } = await sit(house, ['login', NOTES, '--json'])
  expect(objects(stdout)).toMatchObject([{ event: 'signed_in', already: true }])
  expect(house.requestsTo('/device_authorization')).toHaveLength(1)
})

test('--force, another profile, a wider scope and a sign-in that has ended all ask for a code', async () => {
  const house = await openHouse()
  await signIn(house)
  await signIn(house, '--force')
  await signIn(house, '--profile', 'work')
  expect(await house.vault.list()).toHaveLength(2)
  await signIn(house, '--scope', 'notes:read notes:write')
  expect(house.requestsTo('/device_authorization')).toHaveLength(4)
  // Longer than a refresh token lives unused.
  house.time.jump(20 * 86_400_000)
  await signIn(house)
  expect(house.requestsTo('/device_authorization')).toHaveLength(5)
  expect(await house.vault.list()).toHaveLength(2)
})
