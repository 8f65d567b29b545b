import { addClient } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { allAtOnce, answerOf, APP, CALLBACK, openApp } from './app.ts'
import { CLIENT, ISSUER, NOTES, openHouse } from './house.ts'
import { openBrowser } from './person.ts'

async function open(...more: Parameters<typeof openApp> extends [unknown, ...infer Rest] ? Rest : never) {
  const house = await openHouse()
  const app = await openApp(house, ...more)
  /** What the authorization endpoint says at once. */
  const ask = async (changes: Readonly<Record<string, string | undefined>> = {}, extra = '') =>
    house.send('GET', app.address(changes) + extra)
  return { house, app, ask }
}

test('a good request leads to the page of the decision, which tells who asks, for what, and where it goes back to', async () => {
  const { house, app } = await open()
  const browser = openBrowser(house)
  const signIn = await browser.get(app.address())
  expect(visibleText(signIn)).toContain('Then you can answer the program that sent you here.')
  const page = await browser.submit(signIn, '/sign-in', { name: 'ada', password: 'correct horse' })
  const text = visibleText(page)
  for (const words of ['Notes App', 'not verified', `registered as ${APP}`, 'Goes back to app.example', CALLBACK, 'Read your notes', NOTES])
    expect(text).toContain(words)
  expect(text).not.toContain('Any program on this computer')
  expect(text).not.toMatch(/change your notes/i)
})

verifies(
  ['rfc9207-2.3-advertise', 'rfc6749-5.1-no-store'],
  'approved or denied or wrong: the answer carries state and iss as the metadata has it, by a 303 that nobody keeps',
  async () => {
    for (const issuer of [ISSUER, 'https://auth.example/tenant/one/']) {
      const house = await openHouse({ issuer })
      const app = await openApp(house)
      const base = new URL(issuer).pathname.replace(/\/$/, '')
      const document = JSON.parse((await house.send('GET', `${base}/.well-known/openid-configuration`)).body)
      const refused = await house.send('GET', base + app.address({ response_type: 'token' }))
      expect([refused.status, refused.headers['cache-control']]).toEqual([303, 'no-store'])
      expect(answerOf(refused)).toMatchObject({ place: CALLBACK, parameters: { state: 'state-1', iss: document.issuer } })
      expect(document.authorization_response_iss_parameter_supported).toBe(true)
      const asked = await house.send('GET', base + app.address())
      const signIn = await house.send('GET', String(asked.headers['location']))
      expect([answerOf(asked).place, answerOf(signIn).place]).toEqual([`${base}/authorize/decide`, `${base}/sign-in`])
    }
    const { app } = await open()
    const approved = await app.ask()
    expect(approved).toEqual({
      status: 303,
      place: CALLBACK,
      parameters: { code: expect.stringMatching(/^[\w-]{43}$/), state: 'state-1', iss: ISSUER },
    })
    const denied = await app.ask({}, 'deny')
    expect(denied.parameters).toEqual({ error: 'access_denied', error_description: expect.any(String), state: 'state-1', iss: ISSUER })
    expect((await app.ask({ state: undefined })).parameters).not.toHaveProperty('state')
    const strange = 'a b&code=x#é %0d%0a"<'
    expect((await app.ask({ state: strange })).parameters['state']).toBe(strange)
  },
)

verifies(
  'rfc9700-2.1.1-pkce-support',
  'no request without an S256 challenge: nothing, plain, and shapes that are none are refused',
  async () => {
    const { ask } = await open()
    const refused = { error: 'invalid_request', iss: ISSUER, state: 'state-1' }
    for (const changes of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: undefined },
      { code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge_method: 's256' },
      { code_challenge: 'short' },
      { code_challenge: `${'x'.repeat(42)}=` },
      { code_challenge: 'x'.repeat(44) },
    ]) {
      expect(answerOf(await ask(changes)), JSON.stringify(changes)).toMatchObject({ place: CALLBACK, parameters: refused })
    }
  },
)

test('what is wrong with the request is told to the client', async () => {
  const { ask, house } = await open()
  await addClient(house, { id: 'no-code', name: 'X', redirectUris: [CALLBACK] })
  const row = await house.store.read('client', 'no-code')
  const value = { ...(row?.value as object), grantTypes: ['refresh_token'] }
  await house.store.swap({ kind: 'client', id: 'no-code', version: row?.version ?? 0, value })
  for (const [changes, error] of [
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ response_mode: 'form_post' }, 'invalid_request'],
    [{ request: 'a.b.c' }, 'request_not_supported'],
    [{ scope: 'notes:burn' }, 'invalid_scope'],
    [{ scope: '"' }, 'invalid_scope'],
    [{ resource: 'https://unknown.example/' }, 'invalid_target'],
    [{ resource: `${NOTES}#x` }, 'invalid_target'],
    [{ dpop_jkt: 'short' }, 'invalid_request'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ client_id: 'no-code' }, 'unauthorized_client'],
  ] as const) {
    const answer = answerOf(await ask(changes))
    expect(answer, JSON.stringify(changes)).toMatchObject({
      status: 303,
      place: CALLBACK,
      parameters: { error, state: 'state-1', iss: ISSUER },
    })
  }
  expect(answerOf(await ask({ response_mode: 'query' })).place).toBe('/authorize/decide')
  expect(answerOf(await ask({ state: 'x'.repeat(4097) })).parameters['error']).toBe('invalid_request')
})

test('a repeated parameter is told to the client, unless it is one of those that say who that is', async () => {
  const { ask } = await open()
  for (const extra of ['&scope=notes:read', '&code_challenge=', '&response_type=code', '&unknown=1&unknown=2']) {
    expect(answerOf(await ask({}, extra)), extra).toMatchObject({
      place: CALLBACK,
      parameters: { error: 'invalid_request', state: 'state-1' },
    })
  }
  const twice = answerOf(await ask({}, '&state=other'))
  expect([twice.place, twice.parameters['error'], twice.parameters['state']]).toEqual([CALLBACK, 'invalid_request', undefined])
  for (const extra of [`&client_id=${APP}`, `&redirect_uri=${encodeURIComponent(CALLBACK)}`, '&redirect_uri=https://evil.example/']) {
    const reply = await ask({}, extra)
    expect([reply.status, reply.headers['location']], extra).toEqual([400, undefined])
  }
})

test('prompt=none shows no page: nobody signed in, or a question that needs an answer', async () => {
  const { house, app, ask } = await open()
  expect(answerOf(await ask({ prompt: 'none' })).parameters).toMatchObject({ error: 'login_required', iss: ISSUER })
  const browser = openBrowser(house)
  await browser.signIn()
  expect(answerOf(await browser.get(app.address({ prompt: 'none' }))).parameters).toMatchObject({
    error: 'consent_required',
    state: 'state-1',
  })
  expect((await browser.get(app.address({ prompt: 'consent' }))).status).toBe(200)
})

test('the redirect URI may be left out when there is only one', async () => {
  const { app } = await open()
  expect((await app.ask({ redirect_uri: undefined })).place).toBe(CALLBACK)
  const two = await open({ redirectUris: [CALLBACK, 'https://app.example/other'] })
  expect((await two.ask({ redirect_uri: undefined })).status).toBe(400)
  expect((await two.app.ask({ redirect_uri: 'https://app.example/other' })).place).toBe('https://app.example/other')
})

test('a request is decided once, within ten minutes, and by our form; every other visit says that it is over', async () => {
  const { house, app } = await open()
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  expect((await browser.submit(page, '/authorize/decide', {})).status).toBe(400)
  expect((await browser.submit(page, '/authorize/decide', { decision: 'approve' })).status).toBe(303)
  for (const decision of ['approve', 'deny']) {
    const again = await browser.submit(page, '/authorize/decide', { decision })
    expect([again.status, visibleText(again)]).toEqual([409, expect.stringContaining('This request is over')])
  }
  const late = await browser.get(app.address())
  const request = /name="request" value="([^"]+)"/.exec(late.body)?.[1] ?? ''
  house.clock.advance(600)
  expect((await browser.get(`/authorize/decide?request=${request}`)).status).toBe(409)
  expect((await browser.submit(late, '/authorize/decide', { decision: 'approve' })).status).toBe(409)
  for (const path of ['/authorize/decide', '/authorize/decide?request=nonsense', `/authorize/decide?request=${'x'.repeat(43)}`]) {
    expect((await browser.get(path)).status).toBe(409)
  }
})

test('a form that is none is refused in words that fit a program, not a device', async () => {
  const { house, app } = await open()
  const browser = openBrowser(house)
  await browser.signIn('ada', 'correct horse', app.address())
  for (const [method, path, body] of [
    ['POST', '/authorize/decide', 'request=a&request=b'],
    ['GET', '/authorize/decide?request=%ff', ''],
  ] as const) {
    const reply = await browser.visit(method, path, body)
    expect([reply.status, visibleText(reply)]).toEqual([400, expect.stringContaining('This request cannot be answered')])
    expect(visibleText(reply)).not.toContain('code')
  }
})

test('a client that leads nowhere but to this computer is warned about', async () => {
  const { house, app } = await open({ redirectUris: ['http://127.0.0.1/callback', 'http://localhost:3000/callback'] })
  expect(visibleText(await openBrowser(house).signIn('ada', 'correct horse', app.address()))).toContain('Any program on this computer')
})

test('who asks again and again from one address has to wait; a request that was refused opens nothing and costs nothing', async () => {
  const house = await openHouse({ settings: { codesPerMinute: 3 } })
  const app = await openApp(house)
  const ask = async (changes = {}) => answerOf(await house.send('GET', app.address(changes)))
  for (let count = 0; count < 9; count++) expect((await ask({ scope: 'notes:burn' })).parameters['error']).toBe('invalid_scope')
  for (let count = 0; count < 3; count++) expect((await ask()).place).toBe('/authorize/decide')
  expect(await ask()).toMatchObject({ place: CALLBACK, parameters: { error: 'temporarily_unavailable', state: 'state-1', iss: ISSUER } })
  expect((await app.push()).status).toBe(429)
  house.clock.advance(60)
  expect((await ask()).place).toBe('/authorize/decide')
})

test('of three answers at once one counts', async () => {
  const { house, app } = await open()
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  allAtOnce(house, 3)
  const answers = await Promise.all(
    ['approve', 'deny', 'approve'].map((decision) => browser.submit(page, '/authorize/decide', { decision })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409])
})

test('a client that is gone or disabled is asked about no more', async () => {
  const { house, app, ask } = await open()
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  const row = await house.store.read('client', APP)
  await house.store.swap({ kind: 'client', id: APP, version: row?.version ?? 0, value: { ...(row?.value as object), disabled: true } })
  expect((await browser.submit(page, '/authorize/decide', { decision: 'approve' })).status).toBe(409)
  expect((await ask()).status).toBe(400)
})

test('only GET asks', async () => {
  const { house, app } = await open()
  const [path = '', body = ''] = app.address().split('?')
  const reply = await house.send('POST', path, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET'])
})

test('redirect URIs and the code grant are registered together, and only URIs that can be one', async () => {
  const house = await openHouse()
  const add = (more: object) => addClient(house, { name: 'X', ...more })
  for (const more of [
    { grantTypes: ['authorization_code'] },
    { redirectUris: [], grantTypes: ['authorization_code'] },
    { redirectUris: [CALLBACK], grantTypes: ['refresh_token'] },
    { redirectUris: [CALLBACK, 'http://app.example/'] },
    { redirectUris: ['javascript:alert(1)'] },
  ]) {
    await expect(add(more), JSON.stringify(more)).rejects.toMatchObject({ code: 'usage' })
  }
  expect((await add({ redirectUris: [CALLBACK] })).client.grantTypes).toEqual(['authorization_code', 'refresh_token'])
  expect((await house.post('/device_authorization', { client_id: (await openApp(house)) && APP })).json['error']).toBe(
    'unauthorized_client',
  )
  expect((await house.send('GET', `/authorize?client_id=${CLIENT}&redirect_uri=${encodeURIComponent(CALLBACK)}`)).status).toBe(400)
})
