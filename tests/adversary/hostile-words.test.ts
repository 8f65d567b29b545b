/**
 * A server whose words are orders to the terminal: escape sequences that clear the screen, colour, hide, rename the window or put a link behind
 * other words, and characters that turn or hide what stands around them. The command is run as people run it, and nothing of it may come through. (What a terminal is shown of an answer: packages/cli/test/output.test.ts.)
 */
import { describe, expect, test } from 'vitest'
import { hostileAuthority, ownHome, PATHS, type Says } from '../support/hostile-authority.ts'

const ORDERS = [
  '\u001b[2J\u001b[H',
  '\u001b]0;renamed\u0007',
  '\u001b]8;;https://evil.example\u0007',
  '\u001b[8mhidden\u001b[28m',
  '\u009b2J',
  '\u0007\u0008\r',
  '\u202e\u2066',
  '\u200b\u2060\ufeff',
  '\u2028\u2029',
].join('')

/** What a terminal obeys, hides or turns; a pipe gets no colours of our own, so line breaks are all that may be left. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u
// Tabs stand between the columns of a table.
const unsafeIn = (text: string) =>
  text
    .replaceAll('\t', '')
    .split('\n')
    .filter((line) => UNSAFE.test(line))
const refusing =
  (error: object, status = 400) =>
  () => ({ status, body: error })

/** What it says, and what of it a person should still read. */
const servers: Record<string, readonly [says: (origin: string) => Says, readable: string]> = {
  'the code and both links': [
    (origin) => ({
      device: {
        user_code: `${ORDERS}WDJB-MJHT`,
        verification_uri: `${origin}/${ORDERS}device`,
        verification_uri_complete: `${origin}/${ORDERS}device?user_code=${ORDERS}`,
      },
    }),
    'WDJB-MJHT',
  ],
  'the host of the link': [() => ({ device: { verification_uri: `https://${ORDERS}evil.example/device` } }), 'evil.example'],
  'the refusal of a code': [
    () => ({ device: refusing({ error: `x${ORDERS}`, error_description: `${ORDERS}pay here`, error_uri: `https://a.example/${ORDERS}` }) }),
    'pay here',
  ],
  'the refusal of a poll': [() => ({ token: refusing({ error: `x${ORDERS}`, error_description: `${ORDERS}pay here` }) }), 'pay here'],
  'the refusal of a registration': [
    (origin) => ({
      metadata: { registration_endpoint: `${origin}/register` },
      register: refusing({ error: 'invalid_client_metadata', error_description: `${ORDERS}pay here` }),
    }),
    'pay here',
  ],
  'the scope that was granted': [() => ({ token: { scope: `read${ORDERS}` } }), 'scope'],
  'the type of the token': [() => ({ token: { token_type: `Bear${ORDERS}` } }), 'token_type'],
  'the token': [() => ({ token: { access_token: `a${ORDERS}b` } }), 'no usable access_token'],
  'the name it has for itself': [(origin) => ({ metadata: { issuer: `${origin}/${ORDERS}me` } }), 'another issuer'],
  'an endpoint': [() => ({ metadata: { token_endpoint: `http://evil.example/${ORDERS}` } }), 'token_endpoint'],
}

describe.each(Object.entries(servers))('orders in %s', (_, [says, readable]) => {
  test.each([[[]], [['--json']], [['--spell', '--debug']]])('%j', async (flags) => {
    const server = await hostileAuthority(says)
    const { stdout, stderr } = await ownHome().run('login', server.origin, ...flags)
    expect(unsafeIn(stdout)).toEqual([])
    expect(unsafeIn(stderr)).toEqual([])
    expect(stdout + stderr).toContain(readable)
  })
})

test('orders in what the server says of the person', async () => {
  const server = await hostileAuthority((origin) => ({
    metadata: { userinfo_endpoint: `${origin}${PATHS.register}` },
    register: { sub: `ada${ORDERS}`, name: `${ORDERS}Ada` },
  }))
  const { run } = ownHome()
  expect((await run('login', server.origin)).code).toBe(0)
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await run('whoami', server.origin, ...flags)
    expect(unsafeIn(stdout + stderr)).toEqual([])
    expect(stdout + stderr).toContain('ada')
  }
})

test('orders in what a resource answers are passed on to a pipe as they are, and reach no terminal', async () => {
  const server = await hostileAuthority({ register: () => ({ body: `${ORDERS}notes` }) })
  const { run } = ownHome()
  expect((await run('login', server.origin, '--resource', `${server.origin}${PATHS.register}`)).code).toBe(0)
  const { stdout, stderr } = await run('curl', `${server.origin}${PATHS.register}`)
  expect(stdout).toBe(`${ORDERS}notes`)
  expect(unsafeIn(stderr)).toEqual([])
})
