/**
 * One good request for every endpoint that takes one, and then everything that can be wrong with it, one thing at a time: a standard
 * error, nothing changed, nothing repeated. What is random about bad input stands in bad-input.test.ts.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addClient } from '@countersign/authority'
import { toNodeListener } from '@countersign/node/http'
import { AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { APP, openApp, VERIFIER } from '../../packages/authority/test/app.ts'
import { CLIENT } from '../../packages/authority/test/house.ts'
import { openPasskeyHouse } from '../../packages/authority/test/passkeys/passkey-person.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'
import { registerClient } from '../../packages/authority/test/registering.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

const FORM = 'application/x-www-form-urlencoded'
const MARK = 'x7REFLECTED7x'

interface Good {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  /** A page: it is sent by the browser of somebody who is signed in, with the secret of its forms. */
  readonly page?: true
  readonly method?: 'GET'
}

/** A house with something behind every endpoint. */
async function open() {
  const house = await openPasskeyHouse({ settings: { registration: 'open', registrationsPerHour: 1000 } })
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true, grantTypes: [CLIENT_CREDENTIALS] })
  const app = await openApp(house)
  const code = await app.code()
  const device = await house.device()
  const first = await device.start()
  await decide(house, first.userCode, 'approve')
  const tokens = (await device.poll(first.deviceCode)).json
  const [entered, waiting, approved] = [await device.start(), await device.start(), await device.start()]
  await decide(house, approved.userCode, 'approve')
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(entered.userCode)
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const asked = await browser.get(app.address())
  const request = /name="request" value="([^"]+)"/.exec(asked.body)?.[1] ?? ''
  const parameters = Object.fromEntries(new URLSearchParams(app.address({ prompt: 'consent', max_age: '60' }).split('?')[1]))
  const grant = (await house.store.list('grant', house.subject, 1))[0]?.id ?? ''
  const office = { client_id: 'office', client_secret: String(secret) }
  const good: readonly Good[] = [
    { path: '/device_authorization', fields: { client_id: CLIENT, scope: 'notes:read', device_name: 'x', countersign_supported: 'true' } },
    { path: '/token', fields: { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: approved.deviceCode, countersign: '47' } },
    {
      path: '/token',
      fields: { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: String(tokens['refresh_token']), scope: 'notes:read' },
    },
    { path: '/token', fields: { grant_type: AUTHORIZATION_CODE, client_id: APP, code, code_verifier: VERIFIER } },
    { path: '/token', fields: { grant_type: CLIENT_CREDENTIALS, ...office, scope: 'notes:read' } },
    { path: '/revoke', fields: { client_id: CLIENT, token: String(tokens['refresh_token']), token_type_hint: 'refresh_token' } },
    { path: '/introspect', fields: { ...office, token: String(tokens['access_token']), token_type_hint: 'access_token' } },
    { path: '/par', fields: parameters },
    { path: '/authorize', method: 'GET', page: true, fields: parameters },
    { path: '/device', page: true, fields: { user_code: waiting.userCode, csrf } },
    { path: '/device/decide', page: true, fields: { user_code: entered.userCode, csrf, decision: 'approve', confirmed: 'yes' } },
    { path: '/devices/rename', page: true, fields: { csrf, grant, label: 'x' } },
    { path: '/devices/revoke', page: true, fields: { csrf, grant } },
    { path: '/devices/revoke-all', page: true, fields: { csrf, sure: 'yes' } },
    { path: '/authorize/decide', page: true, fields: { csrf, request, decision: 'approve' } },
    { path: '/sign-in', page: true, fields: { csrf, name: 'ada', password: 'correct horse' } },
    { path: '/sign-out', page: true, fields: { csrf } },
    { path: '/passkeys/add', page: true, fields: { csrf, name: 'x' } },
    { path: '/passkeys/remove', page: true, fields: { csrf, passkey: 'x' } },
    { path: '/sign-in/passkey', page: true, fields: { csrf, credential: 'x' } },
  ]

  /** Sends a body, or a query, as it is; the answer has to be a refusal in the form of its endpoint. */
  async function refuse(one: Good, body: string, headers: Readonly<Record<string, string>> = {}, method: string = one.method ?? 'POST') {
    const path = one.method === 'GET' ? `${one.path}?${body}` : one.path
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const signedIn: Record<string, string> = one.page ? { cookie, origin: 'https://auth.example', 'sec-fetch-site': 'same-origin' } : {}
    const sent = one.method === 'GET' ? {} : { body }
    const reply = await house.send(method, path, { ...sent, headers: { 'content-type': FORM, ...signedIn, ...headers } })
    const shown = `${method} ${one.path} ${body.slice(0, 60)} ${JSON.stringify(headers)} -> ${reply.status} ${reply.body.slice(0, 120)}`
    expect(reply.status, shown).toBeLessThan(500)
    // What a client calls `state` is given back to it, and nothing else of what came.
    const repeated = `${reply.body}${JSON.stringify(reply.headers).replace(/&state=[^&"]*/, '')}`
    expect(repeated.includes(MARK), shown).toBe(false)
    if (one.page !== true && reply.status >= 400) {
      const json = JSON.parse(reply.body) as Record<string, unknown>
      expect(reply.headers['content-type'], shown).toBe('application/json')
      expect(json['error'], shown).toMatch(/^[a-z_]+$/)
      expect(json['error_description'], shown).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    }
    return { ...reply, shown }
  }
  const events = () => house.events.filter(({ type }) => type === 'request.failed')
  return { house, browser, good, refuse, events, changes: watchMoves(house.store, CHANGES) }
}

const encoded = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()
/** How an authorization request is refused: by a page, or by sending the error where the answer would have gone. */
const isRefusal = ({ status, headers }: { status: number; headers: Readonly<Record<string, unknown>> }) =>
  status >= 400 || (status === 303 && String(headers['location']).includes('error='))

test('every endpoint that takes a form is here', async () => {
  const { house, good } = await open()
  const documents = ['/jwks', '/revocations', '/style.css', '/devices', '/', '/userinfo', '/register', '/passkeys']
  const listed = new Set([...good.map(({ path }) => path), ...documents])
  const scripts = [...house.authority.paths].filter((path) => path.endsWith('.js') || path.includes('/.well-known/'))
  expect([...house.authority.paths].filter((path) => !listed.has(path) && !scripts.includes(path))).toEqual([])
})

test('another method: 405 with those there are, and nothing is done', async () => {
  const { house, good, refuse, changes, events } = await open()
  for (const one of good) {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'FOO', 'post']) {
      const { status, headers, shown } = await refuse(one, encoded(one.fields), {}, method)
      expect([status, headers['allow']], shown).toEqual([405, expect.stringMatching(/^(GET|POST)/)])
    }
    if (one.page !== true) {
      expect((await refuse(one, encoded(one.fields), {}, 'GET')).status).toBe(405)
      // RFC 6749 section 3.2, RFC 8628 section 3.1: what stands in the query of a POST is not the form.
      const inQuery = await house.send('POST', `${one.path}?${encoded(one.fields)}`, { headers: { 'content-type': FORM } })
      expect(inQuery.status, one.path).toBe(400)
    }
  }
  for (const path of ['/jwks', '/revocations', '/style.css', '/devices', '/.well-known/oauth-authorization-server']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'FOO']) expect((await house.send(method, path)).status, `${method} ${path}`).toBe(405)
  }
  expect([changes, events()]).toEqual([[], []])
})

test('another content type, or none: 400, be the body a form or not', async () => {
  const { good, refuse, changes, events } = await open()
  for (const one of good) {
    if (one.method === 'GET') continue
    for (const type of [
      '',
      'text/plain',
      'application/json',
      'multipart/form-data; boundary=x',
      `${FORM}; charset=utf-16`,
      `${FORM}x`,
      MARK,
    ]) {
      for (const body of [encoded(one.fields), JSON.stringify(one.fields)]) {
        const { status, shown } = await refuse(one, body, { 'content-type': type })
        expect(status, shown).toBe(400)
      }
    }
  }
  expect([changes, events()]).toEqual([[], []])
})

test('a parameter twice, in one spelling or two, with one value or two, and one that nobody knows', async () => {
  const { good, refuse, changes, events } = await open()
  for (const one of good) {
    for (const name of [...Object.keys(one.fields), 'unknown']) {
      // RFC 8707 section 2; boxes to tick share a name.
      if (name === 'resource') continue
      const value = one.fields[name] ?? MARK
      for (const second of [value, '', MARK, 'other']) {
        const twice = name === 'unknown' ? `&unknown=1&unknown=${second}` : `&${name}=${second}`
        const reply = await refuse(one, encoded(one.fields) + twice)
        expect([reply.status, isRefusal(reply)], reply.shown).toEqual([one.method === 'GET' ? reply.status : 400, true])
      }
      const escaped = `&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=x`
      expect(isRefusal(await refuse(one, encoded({ ...one.fields, [name]: value }) + escaped)), `${one.path} ${name}`).toBe(true)
    }
  }
  expect([changes, events()]).toEqual([[], []])
})

const MANGLED = ['%', '%f', '%zz', '%ff', '%c0%80', '%ed%a0%80', '%f8%88%80%80%80', '%u0041']
const CONTROLS = ['%00', '%01', '%09', '%0a', '%0d%0aSet-Cookie:%20x', '%1b[2J', '%7f', '%c2%80', '%c2%9f', '\0', '\u001b[2J']

test('escapes that are none, and control characters, in every name and every value', async () => {
  const { good, refuse, changes, events } = await open()
  for (const one of good) {
    for (const bad of [...MANGLED, ...CONTROLS]) {
      for (const name of Object.keys(one.fields)) {
        const others = encoded(Object.fromEntries(Object.entries(one.fields).filter(([other]) => other !== name)))
        for (const body of [`${others}&${name}=${one.fields[name]}${bad}`, `${others}&${name}=${bad}`, `${encoded(one.fields)}&${bad}=x`]) {
          const reply = await refuse(one, body)
          expect([reply.status, isRefusal(reply)], reply.shown).toEqual([one.method === 'GET' ? reply.status : 400, true])
        }
      }
    }
  }
  expect([changes, events()]).toEqual([[], []])
})

test('a megabyte in any one parameter: no failure, no copy of it in the answer, and nothing that big is kept', async () => {
  const { house, good, refuse, events } = await open()
  const kept: number[] = []
  const { insert, swap, swapAndInsert } = house.store
  Object.assign(house.store, {
    insert: (row: object) => (kept.push(JSON.stringify(row).length), insert(row as never)),
    swap: (change: object) => (kept.push(JSON.stringify(change).length), swap(change as never)),
    swapAndInsert: (...both: object[]) => (kept.push(JSON.stringify(both).length), swapAndInsert(...(both as [never, never]))),
  })
  for (const one of good) {
    for (const name of Object.keys(one.fields)) {
      const big = name === 'scope' ? `${MARK} `.repeat(75_000).trim() : MARK.repeat(80_000)
      const reply = await refuse(one, encoded({ ...one.fields, [name]: big }))
      expect(reply.body.length + JSON.stringify(reply.headers).length, reply.shown).toBeLessThan(60_000)
      if (name === 'scope') expect(`${reply.body}${String(reply.headers['location'])}`, reply.shown).toContain('invalid_scope')
    }
  }
  expect(Math.max(0, ...kept)).toBeLessThan(8192)
  expect(events()).toEqual([])
})

test('headers that are not what they should be: twice, endless, of another kind', async () => {
  const { house, good, refuse, events } = await open()
  const long = MARK.repeat(5000)
  for (const one of good) {
    for (const headers of [
      { authorization: long },
      { authorization: `Basic ${long}` },
      { authorization: 'Basic %ff' },
      { dpop: long },
      { dpop: '' },
    ]) {
      const body = encoded({ ...one.fields, client_id: 'nobody', csrf: 'x', user_code: 'x', request: 'x' })
      expect(isRefusal(await refuse(one, body, headers))).toBe(true)
    }
  }
  for (const path of house.authority.paths) {
    for (const headers of [
      { authorization: ['Bearer a', 'Bearer b'] },
      { dpop: ['a.b.c', 'a.b.c'] },
      { cookie: `__Host-countersign=${long}` },
      { cookie: '__Host-countersign=\0;;;==;' },
      { 'accept-language': `${MARK},${'x-'.repeat(5000)};q=` },
      { 'user-agent': `\u001b[2J${long}` },
      { origin: MARK, host: MARK, 'sec-fetch-site': MARK },
    ]) {
      for (const method of ['GET', 'POST']) {
        const reply = await house.send(method, path, { headers: { 'content-type': FORM, ...headers } })
        expect(reply.status, `${method} ${path} ${JSON.stringify(headers).slice(0, 60)}`).toBeLessThan(500)
        expect(`${reply.body}${JSON.stringify(reply.headers)}`.includes(MARK), path).toBe(false)
      }
    }
  }
  expect(events()).toEqual([])
})

test('managing a registration: every method with a body, a token and an id that are none', async () => {
  const { house, events } = await open()
  const { path, token, manage } = await registerClient(house)
  const changes = watchMoves(house.store, CHANGES)
  const bodies = [
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{"client_name":"\u0000"}',
    `{"client_name":"${MARK.repeat(80_000)}"}`,
    `${'['.repeat(20_000)}`,
    FORM,
  ]
  for (const body of bodies) {
    for (const type of ['application/json', 'text/plain', FORM]) {
      for (const [method, to] of [
        ['POST', '/register'],
        ['PUT', path.replace('https://auth.example', '')],
      ] as const) {
        const headers = { 'content-type': type, authorization: `Bearer ${token}` }
        const reply = await house.send(method, to, { body, headers })
        const shown = `${method} ${body.slice(0, 20)} ${type}`
        expect([reply.status === 413 ? 400 : reply.status, reply.body.includes(MARK)], shown).toEqual([400, false])
      }
    }
  }
  for (const method of ['PATCH', 'OPTIONS', 'FOO']) {
    expect((await house.send(method, '/register')).status).toBe(405)
    expect((await manage(method)).status).toBe(405)
  }
  for (const authorization of ['', 'Bearer', `Bearer ${MARK}`, `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token} ${token}`]) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await house.send(method, path.replace('https://auth.example', ''), { headers: { authorization }, body: '{}' })
      expect([reply.status >= 400 && reply.status < 500, reply.body.includes(MARK)]).toEqual([true, false])
    }
  }
  for (const query of ['client_id=', 'client_id=a&client_id=b', 'client_id=%00', `client_id=${MARK}`]) {
    expect((await house.send('DELETE', `/register?${query}`, { headers: { authorization: `Bearer ${token}` } })).status).toBeLessThan(500)
  }
  expect([changes, events()]).toEqual([[], []])
  expect((await manage('GET')).status).toBe(200)
})

test('over a real socket: a body that is too long is refused before anybody reads it, at every endpoint, announced or not', async () => {
  const { house, good, changes, events } = await open()
  const server = createServer(toNodeListener(house.authority.handle, { onError: () => undefined })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    for (const { path, fields } of [...good, { path: '/register', fields: {} }, { path: '/userinfo', fields: {} }]) {
      const body = `${encoded(fields)}&padding=${MARK.repeat(6000)}`
      for (const chunked of [false, true]) {
        const stream = new Blob([body]).stream()
        const sent = chunked ? { body: stream, duplex: 'half' } : { body }
        const response = await fetch(origin + path, { method: 'POST', headers: { 'content-type': FORM }, ...sent } as RequestInit)
        expect([path, response.status, (await response.text()).includes(MARK)]).toEqual([path, 413, false])
      }
    }
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  expect([changes, events()]).toEqual([[], []])
})
