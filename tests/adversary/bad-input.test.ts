/** Whatever arrives at whichever endpoint: a standard error, nothing changed, nothing reflected, never a 500. */
import type { Reply } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLIENT } from '../../packages/authority/test/house.ts'
import { openPasskeyHouse } from '../../packages/authority/test/passkeys/passkey-person.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

const FORM = 'application/x-www-form-urlencoded'
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const CODES =
  /^(invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope|invalid_target|invalid_dpop_proof|invalid_token|invalid_client_metadata|invalid_redirect_uri|unsupported_response_type|invalid_request_uri)$/
const MARK = 'x7REFLECTED7x'

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    CLIENT,
    DEVICE_CODE,
    'refresh_token',
    'notes:read',
    'https://notes.example/mcp',
    '\0',
    '\u202e',
    '__proto__',
    MARK,
    `<script>${MARK}`,
  ),
  fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.repeat(3000)),
)
const name = fc.constantFrom(
  'client_id',
  'client_secret',
  'grant_type',
  'device_code',
  'refresh_token',
  'token',
  'scope',
  'resource',
  'user_code',
  'request',
  'request_uri',
  'redirect_uri',
  'response_type',
  'code',
  'code_verifier',
  'code_challenge',
  'csrf',
  'prompt',
  'max_age',
  'state',
  'entered',
  'grant',
  'label',
  'credential',
  'device_name',
  'decision',
  'confirmed',
  'name',
  'password',
  '__proto__',
  'toString',
)
const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${escape(text)}`)

/** Percent-encodes, now and then wrongly on purpose. */
function escape(text: string): string {
  return text.includes('%') ? text : [...text].map((character) => (/^[\w.~:/-]$/.test(character) ? character : encode(character))).join('')
}
function encode(character: string): string {
  try {
    return encodeURIComponent(character)
  } catch {
    return '%ff'
  }
}

const header = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom(MARK, 'a.b.c', 'Basic !!!', `Basic ${btoa('a:b')}`, 'Bearer a.b.c', 'DPoP x', 'null'),
  fc.array(fc.string({ maxLength: 9 }), { minLength: 2, maxLength: 3 }),
)
const body = fc.oneof(
  fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join('&')),
  fc.string({ maxLength: 200 }),
  fc.constant('{"client_id":"x"}'),
)
const type = fc.constantFrom(FORM, FORM, FORM, `${FORM};charset=utf-8`, 'application/json', 'text/plain', '')
const names = fc.constantFrom('authorization', 'dpop', 'cookie', 'origin', 'host', 'user-agent', 'accept-language', 'sec-fetch-site')
const exchangeAt = (paths: Iterable<string>) =>
  fc.record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
    path: fc.constantFrom(...paths, '/nowhere'),
    query: fc.oneof(fc.constant(''), pair),
    body,
    headers: fc.dictionary(names, header, { maxKeys: 4 }),
    type,
  })

/** A standard answer that repeats nothing and tells nothing of the inside. */
function expectStandard(shown: string, reply: Reply): void {
  expect(reply.status, shown).toBeLessThan(500)
  expect(reply.body, shown).not.toContain(`<script>${MARK}`)
  expect(reply.body.toLowerCase(), shown).not.toMatch(/ at .*\.[jt]s:\d|node_modules/)
  const json = reply.headers['content-type'] === 'application/json' ? (JSON.parse(reply.body) as Record<string, unknown>) : undefined
  if (reply.status < 400 || json === undefined) return
  expect(json['error'], shown).toMatch(CODES)
  expect(json['error_description'], shown).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(reply.headers['cache-control'], shown).toBe('no-store')
  expect(reply.body, shown).not.toContain(MARK)
}

test('random requests get a standard answer and leave the store as it was', async () => {
  const house = await openPasskeyHouse({ settings: { registration: 'open' } })
  const changes = watchMoves(house.store, CHANGES)
  let opened = 0
  await fc.assert(
    fc.asyncProperty(exchangeAt(house.authority.paths), async ({ headers, type, ...request }) => {
      const reply = await house.send(request.method, request.path, { ...request, headers: { ...headers, 'content-type': type } })
      expectStandard(`${request.method} ${request.path} ${request.body.slice(0, 80)} -> ${reply.status}`, reply)
      // A well-formed device authorization request is the one thing that may come of this.
      if (reply.status === 200 && request.path === '/device_authorization') opened++
    }),
    { seed: 20_261_121, numRuns: 1000 },
  )
  expect(changes).toHaveLength(opened)
  expect(house.events.filter(({ type }) => type === 'request.failed')).toEqual([])
}, 60_000)

test('nor does it help to be signed in and to bring the secret of the forms: random forms of a known browser', async () => {
  const house = await openPasskeyHouse({
    settings: { guessing: { perBrowser: 9999, perAccount: 9999, perNetwork: 9999, mistypesPerNetwork: 9999, window: 3600 } },
  })
  const { userCode } = await (await house.device()).start()
  const browser = openBrowser(house)
  await browser.signIn()
  const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.enter(userCode)).body)?.[1] ?? ''
  const cookie = `__Host-countersign=${String(browser.cookies.get('__Host-countersign'))}`
  const pages = [...house.authority.paths].filter((path) => /^\/(device|devices|passkeys|authorize|sign-in)\b/.test(path))
  const changes = watchMoves(house.store, CHANGES)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...pages), fc.constantFrom('GET', 'POST', 'POST', 'POST'), body, async (path, method, sent) => {
      const form = `csrf=${csrf}&${sent.replaceAll('csrf=', 'x=')}`
      const asked = method === 'GET' ? { query: form } : { body: form }
      const reply = await house.send(method, path, { ...asked, headers: { cookie, 'content-type': FORM } })
      expectStandard(`${method} ${path} ${sent.slice(0, 80)} -> ${reply.status}`, reply)
    }),
    { seed: 20_261_121, numRuns: 1000 },
  )
  expect(changes).toEqual([])
  expect(house.events.filter(({ type }) => type === 'request.failed')).toEqual([])
}, 60_000)
