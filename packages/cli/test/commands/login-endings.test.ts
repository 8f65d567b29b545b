import { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type Answer, ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { helpFor } from '../../src/troubleshooting.ts'
import { objects, screen, signIn, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 40 }
const isPoll = (form: URLSearchParams) => form.get('grant_type')?.includes('device_code') === true
const refusing =
  (error: string, more: object = {}): Answer =>
  ({ form }) =>
    isPoll(form) ? json({ error, ...more }, 400) : undefined

describe('every way a sign-in can end', () => {
  verifies('seed-002-handle-all-poll-errors', 'declined in the browser: exit code 3, and what to do', async () => {
    const house = await openHouse()
    const { code, stderr } = await sit(house, ['login', NOTES], { terminal, onCode: (userCode) => house.decide(userCode, 'deny') })
    expect(code).toBe(3)
    expect(screen(stderr).trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^countersign: the request was declined in the browser/) as string,
      'hint: Start again if that was a mistake.',
      `more: ${helpFor('access_denied')}`,
    ])
    expect(await house.vault.list()).toEqual([])
  })

  verifies(
    ['seed-002-handle-all-poll-errors', 'rfc8628-3.5-no-auto-restart'],
    'nobody decided: exit code 4 when the code expires, what to do, and no second code',
    async () => {
      const house = await openHouse({ settings: { codeLife: 60 } })
      const { code, stdout, stderr } = await sit(house, ['login', NOTES, '--json'])
      expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
      expect(objects(stdout).at(-1)).toEqual({
        error: {
          code: 'device_code_expired',
          message: expect.stringContaining('expired') as string,
          hint: 'Start again for a new code and approve it in time.',
          help: helpFor('device_code_expired'),
        },
      })
      await house.time.run(house.time.sleep(3_600_000))
      expect(house.requestsTo('/device_authorization')).toHaveLength(1)
      expect(await house.vault.list()).toEqual([])
    },
  )

  verifies('seed-002-handle-all-poll-errors', 'the server says that the code has expired: exit code 4', async () => {
    const house = await openHouse({ answer: refusing('expired_token') })
    const { code, stderr } = await sit(house, ['login', NOTES])
    expect(code).toBe(4)
    expect(stderr).toContain('countersign: the code has expired\nhint: Start again for a new code and approve it in time.\n')
  })

  verifies('seed-002-troubleshooting-link', 'any other refusal: exit code 1, in words, with the page the server names', async () => {
    const page = 'https://auth.example/help/blocked'
    const house = await openHouse({ answer: refusing('account_blocked', { error_description: 'Talk to Bob.', error_uri: page }) })
    const { code, stderr } = await sit(house, ['login', NOTES])
    expect(code).toBe(1)
    expect(stderr).toContain(`countersign: the authorization server refused: account_blocked: Talk to Bob.\nhint: See ${page}\n`)
  })

  test('interrupted: exit code 130 at once, one line, nothing kept and nothing asked any more', async () => {
    for (const args of [
      ['login', NOTES],
      ['login', NOTES, '--json'],
    ]) {
      const house = await openHouse()
      const stop = new AbortController()
      let at = 0
      const { code, stdout, stderr } = await sit(house, args, {
        terminal,
        signal: stop.signal,
        onCode: async () => {
          await house.time.sleep(2500)
          at = house.time.clock.now()
          stop.abort()
        },
      })
      expect(code).toBe(130)
      if (args.includes('--json')) expect(objects(stdout).at(-1)).toMatchObject({ error: { code: 'aborted', message: 'interrupted' } })
      else expect(screen(stderr).split('\n').slice(-2)).toEqual(['countersign: interrupted', ''])
      expect(house.time.clock.now()).toBe(at)
      expect(house.time.sleepers()).toBe(0)
      expect(await house.vault.list()).toEqual([])
      expect(house.requestsTo('/token')).toEqual([])
    }
  })
})

describe('while it waits', () => {
  verifies('seed-002-debug-only-poll-logs', 'polls are told with --debug only, and without secrets', async () => {
    const answer: Answer = ({ form }, before) => {
      const polls = before.filter((sent) => isPoll(sent.form)).length
      if (!isPoll(form) || polls === 20) return undefined
      return json({ error: polls === 3 ? 'slow_down' : 'authorization_pending' }, 400)
    }
    const run = async (flags: readonly string[]) => {
      const house = await openHouse({ answer, settings: { codeLife: 1800 } })
      const onCode = (userCode: string) => house.decide(userCode, 'approve')
      const { code, stderr } = await sit(house, ['login', NOTES, ...flags], { onCode })
      expect(code).toBe(0)
      expect(house.requestsTo('/token')).toHaveLength(21)
      return screen(stderr)
    }
    expect(await run([])).not.toMatch(/poll|slow|pending/i)
    const debug = await run(['--debug'])
    expect(debug.match(/^debug: next poll in [\d.]+ s$/gm)).toHaveLength(21)
    expect(debug).toContain('debug: asked to slow down, from now on a poll every 10 s\n')
  })

  test('an outage is told in one line, however many polls it swallows, and the next outage again', async () => {
    const lost = new Set([1, 2, 3, 6, 7])
    const house = await openHouse({
      settings: { codeLife: 1800 },
      answer: ({ form }, before) => {
        const polls = before.filter((sent) => isPoll(sent.form)).length
        if (!isPoll(form) || polls === 9) return undefined
        return lost.has(polls) ? new Response('down', { status: 503 }) : json({ error: 'authorization_pending' }, 400)
      },
    })
    const { code, stderr } = await sit(house, ['login', NOTES], { onCode: (userCode) => house.decide(userCode, 'approve') })
    expect(code).toBe(0)
    expect(screen(stderr).match(/^Still trying: status 503\.$/gm)).toHaveLength(2)
  })
})

describe('before it starts', () => {
  test.each([
    [['login', 'notes.example'], 2, 'not a URL: notes.example'],
    [['login'], 2, 'missing required argument "url"'],
    [['login', NOTES, '--scope', 'a"b'], 2, 'the scope holds a character that scopes may not hold'],
    [['login', 'http://notes.example/mcp'], 1, 'not an https URL: http://notes.example/mcp'],
    [['login', 'https://notes.example/other'], 1, 'found nothing that says how to sign in to https://notes.example/other'],
  ])('%j ends with %i', async (args, code, message) => {
    const house = await openHouse()
    const heard = await sit(house, args)
    expect(heard).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(`countersign: ${message}`) as string })
    expect(house.requestsTo('/device_authorization')).toEqual([])
    const { error } = objects((await sit(house, [...args, '--json'])).stdout)[0] ?? {}
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string })
  })

  verifies('rfc8628-5.5-discreet-display', 'in the log of a CI job no code is shown, unless the person says so', async () => {
    const CI = { CI: 'true' }
    const house = await openHouse()
    const refused = await sit(house, ['login', NOTES], { environment: CI })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('--show-code')
    expect(house.requests).toEqual([])

    const onCode = (userCode: string) => house.decide(userCode, 'approve')
    expect((await sit(house, ['login', NOTES, '--show-code'], { environment: CI, onCode })).code).toBe(0)
    expect((await sit(house, ['login', NOTES, '--json', '--force'], { environment: CI, onCode })).code).toBe(0)
    expect((await sit(house, ['login', NOTES, '--force'], { environment: CI, terminal, onCode })).code).toBe(0)
    expect((await sit(house, ['login', NOTES, '--force'], { environment: { CI: 'false' }, onCode })).code).toBe(0)
  })

  verifies('rfc8628-3.1-user-initiated', 'no other command asks for a code, signed in or not', async () => {
    const house = await openHouse()
    await signIn(house)
    house.time.jump(20 * 86_400_000)
    const commands = [['token', NOTES], ['whoami', NOTES], ['status'], ['logout', NOTES], ['token', NOTES], ['status'], ['logout', '--all']]
    for (const args of commands) await sit(house, args, { terminal })
    expect(house.requestsTo('/device_authorization')).toHaveLength(1)
  })
})

describe('a sign-in page on another host than the server', () => {
  const FOREIGN = 'login.example.net'
  const foreign: Answer = ({ url, form }) => {
    if (isPoll(form)) return json({ error: 'authorization_pending' }, 400)
    return url.endsWith('/device_authorization')
      ? json({ device_code: 'secret-device-code', user_code: 'WDJB-MJHT', verification_uri: `https://${FOREIGN}/device`, expires_in: 60 })
      : undefined
  }

  test('is shown only after the person agreed', async () => {
    const house = await openHouse({ answer: foreign })
    const agreed = await sit(house, ['login', NOTES], { terminal, typed: 'y\n' })
    expect(agreed.code).toBe(4)
    const [asked = '', after = ''] = agreed.stderr.split('Go on? [y/N]')
    expect(asked).toContain(`${ISSUER} wants you to sign in on another host:\n  ${FOREIGN}\n`)
    expect(asked).not.toContain('WDJB-MJHT')
    expect(after).toContain(`https://${FOREIGN}/device`)

    for (const typed of ['\n', 'n\n', 'yea\n']) {
      const declined = await sit(house, ['login', NOTES], { terminal, typed })
      expect(declined.code).toBe(130)
      expect(declined.stderr).not.toContain('WDJB-MJHT')
    }
  })

  test('is refused where nobody can be asked, and accepted when its host was named beforehand', async () => {
    const house = await openHouse({ answer: foreign })
    for (const args of [
      ['login', NOTES],
      ['login', NOTES, '--json'],
    ]) {
      const { code, stdout, stderr } = await sit(house, args, args.length === 3 ? { terminal } : {})
      expect(code).toBe(1)
      expect(stdout + stderr).toContain(`add --verification-host ${FOREIGN}`)
      expect(stdout + stderr).not.toContain('WDJB-MJHT')
    }
    const named = await sit(house, ['login', NOTES, '--verification-host', 'LOGIN.example.net'])
    expect(named.code).toBe(4)
    expect(named.stderr).toContain(`https://${FOREIGN}/device\n`)
    const other = await sit(house, ['login', NOTES, '--verification-host', 'example.net'])
    expect(other.code).toBe(1)
  })
})

describe('hostile or failing surroundings', () => {
  test('what a server says can neither move the cursor nor hide', async () => {
    const nasty = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eX'
    const answers: Answer[] = [
      ({ url }) =>
        url.endsWith('/device_authorization')
          ? json({
              device_code: 'secret-device-code',
              user_code: `WDJB-${nasty}MJHT`,
              verification_uri: `${ISSUER}/device`,
              expires_in: 60,
            })
          : undefined,
      refusing('access_denied', { error_description: `no${nasty}` }),
      refusing(`odd${nasty}`, { error_description: nasty }),
      ({ form }) => (isPoll(form) ? json({ access_token: 'hostile-token', token_type: 'DPoP', scope: nasty }) : undefined),
    ]
    for (const answer of answers) {
      for (const flags of [[], ['--json'], ['--debug']]) {
        const house = await openHouse({ answer })
        const { stdout, stderr } = await sit(house, ['login', NOTES, '--no-qr', ...flags], { terminal, environment: { NO_COLOR: '1' } })
        // Our own: carriage return and erase, of the line that counts down.
        const rest = (stdout + stderr).replaceAll(/\r|\u001b\[K/g, '')
        expect(rest).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u)
      }
    }
  })

  const full = new CountersignError('vault_unavailable', 'the disk is full', { hint: 'Make room.' })

  test('a vault that cannot be written is found out before a code is asked for', async () => {
    const house = await openHouse()
    const vault = { ...house.vault, write: () => Promise.reject(full) }
    const { code, stderr } = await sit(house, ['login', NOTES], { client: { vault } })
    const more = `more: ${helpFor('vault_unavailable')}\n`
    expect({ code, stderr }).toEqual({ code: 1, stderr: `countersign: the disk is full\nhint: Make room.\n${more}` })
    expect(house.requestsTo('/device_authorization')).toEqual([])
    await signIn(house)
    expect(await house.vault.list()).toHaveLength(1)
  })

  test('a vault that fails after the approval costs the tokens: they are revoked, and the person is told', async () => {
    const house = await openHouse()
    let approved = false
    const write: typeof house.vault.write = (...args) => (approved ? Promise.reject(full) : house.vault.write(...args))
    const { code, stderr } = await sit(house, ['login', NOTES], {
      client: { vault: { ...house.vault, write } },
      onCode: async (userCode) => {
        await house.decide(userCode, 'approve')
        approved = true
      },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('countersign: the disk is full\nhint: Make room.\n')
    expect(stderr).not.toContain('Signed in')
    const [revoked] = house.requestsTo('/revoke')
    expect(revoked?.form.get('token_type_hint')).toBe('refresh_token')
    expect(house.secrets).toContain(revoked?.form.get('token'))
  })
})
