/** Whatever arrives at whichever endpoint: a standard error, nothing changed, nothing reflected, never a 500. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLIENT, openHouse } from '../../packages/authority/test/house.ts'

const FORM = 'application/x-www-form-urlencoded'
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const PATHS = [
  '/device_authorization',
  '/token',
  '/revoke',
  '/authorize',
  '/authorize/decide',
  '/par',
  '/userinfo',
  '/device',
  '/device/decide',
  '/sign-in',
  '/sign-out',
  '/jwks',
  '/.well-known/oauth-authorization-server',
  '/introspect',
  '/register',
  '/authorize',
  '/authorize/decide',
  '/par',
  '/devices',
  '/nowhere',
]
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
const exchange = fc.record({
  method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
  path: fc.constantFrom(...PATHS),
  query: fc.oneof(fc.constant(''), pair),
  body: fc.oneof(
    fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join('&')),
    fc.string({ maxLength: 200 }),
    fc.constant('{"client_id":"x"}'),
  ),
  headers: fc.dictionary(fc.constantFrom('authorization', 'dpop', 'cookie', 'origin', 'host', 'user-agent', 'sec-fetch-site'), header, {
    maxKeys: 4,
  }),
  type: fc.constantFrom(FORM, FORM, FORM, `${FORM};charset=utf-8`, 'application/json', 'text/plain', ''),
})

test('random requests get a standard answer and leave the store as it was', async () => {
  const house = await openHouse({ settings: { registration: 'open' } })
  const { store } = house
  let writes = 0
  Object.assign(store, {
    insert: counting(store.insert.bind(store)),
    swap: counting(store.swap.bind(store)),
    remove: counting(store.remove.bind(store)),
  })
  function counting<Arguments extends unknown[], Answer>(move: (...moveArguments: Arguments) => Answer) {
    return (...moveArguments: Arguments) => {
      writes++
      return move(...moveArguments)
    }
  }
  let opened = 0
  await fc.assert(
    fc.asyncProperty(exchange, async ({ headers, type, ...request }) => {
      const reply = await house.send(request.method, request.path, { ...request, headers: { ...headers, 'content-type': type } })
      const shown = `${request.method} ${request.path} ${request.body.slice(0, 80)} -> ${reply.status}`
      expect(reply.status, shown).toBeLessThan(500)
      expect(reply.body, shown).not.toContain(`<script>${MARK}`)
      expect(reply.body.toLowerCase(), shown).not.toMatch(/ at .*\.[jt]s:\d|node_modules/)
      const json = reply.headers['content-type'] === 'application/json' ? (JSON.parse(reply.body) as Record<string, unknown>) : undefined
      if (reply.status >= 400 && json !== undefined) {
        expect(json['error'], shown).toMatch(CODES)
        expect(json['error_description'], shown).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
        expect(reply.headers['cache-control'], shown).toBe('no-store')
        expect(reply.body, shown).not.toContain(MARK)
      }
      // A well-formed device authorization request is the one thing that may come of this.
      if (reply.status === 200 && request.path === '/device_authorization') opened++
    }),
    { seed: 20_261_121, numRuns: 1000 },
  )
  expect(writes).toBe(opened)
  expect(house.events.filter(({ type }) => type === 'request.failed')).toEqual([])
}, 60_000)
