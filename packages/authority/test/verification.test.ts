import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { deviceRecordId } from '../src/records/device-record.ts'
import { openHouse } from './house.ts'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { decide, openBrowser } from './person.ts'

async function stateOf(house: Awaited<ReturnType<typeof openHouse>>, deviceCode: string): Promise<unknown> {
  const row = await house.store.read('device', await deviceRecordId(house, deviceCode))
  return (row?.value as { state?: string } | undefined)?.state
}

async function openCode() {
  const house = await openHouse()
  const device = await house.device()
  return { house, device, browser: openBrowser(house), ...(await device.start({ scope: 'notes:read', device_name: 'build-7' })) }
}

verifies(
  ['rfc8628-3.3-verification-sequence', 'rfc8628-3.3-return-to-device'],
  'from the bare address: sign in, type the code, compare, approve, go back',
  async () => {
    const { house, device, browser, deviceCode, userCode } = await openCode()
    expect(visibleText(await browser.get('/device'))).toContain('Password')
    const entry = await browser.signIn()
    expect(entry.body).toContain('name="user_code"')
    const done = await browser.approve(await browser.submit(entry, '/device', { user_code: userCode.toLowerCase().replace('-', ' ') }))
    expect(done.status).toBe(200)
    expect([...done.body.matchAll(/<a [^>]*href="([^"]*)"|<meta http-equiv/g)].map(([, to]) => to)).toEqual(['/devices'])
    expect(done.headers['location']).toBeUndefined()
    expect(await stateOf(house, deviceCode)).toBe('approved')
    expect((await device.poll(deviceCode)).status).toBe(200)
  },
)

verifies(
  ['rfc8628-3.3.1-confirm-code', 'rfc8628-3.3-inform-and-choose'],
  'the complete link fills in the code and no more: no GET changes anything, entering grants nothing',
  async () => {
    const { house, device, browser, deviceCode, userCode } = await openCode()
    const entry = await browser.signIn('ada', 'correct horse', `/device?user_code=${userCode}`)
    expect(entry.body).toContain(`value="${userCode}"`)
    expect(await stateOf(house, deviceCode)).toBe('pending')
    const compare = await browser.submit(entry, '/device', { user_code: userCode })
    expect(visibleText(compare)).toContain('Read your notes')
    expect(visibleText(compare)).toContain('build-7')
    expect(visibleText(compare)).toContain('203.0.113.7')
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
    for (const path of [
      '/device',
      '/device/decide',
      `/device?user_code=${userCode}`,
      `/device/decide?user_code=${userCode}&decision=approve&confirmed=yes`,
    ])
      await browser.get(path)
    expect(await stateOf(house, deviceCode)).toBe('pending')
  },
)

verifies('rfc8628-5.4-device-possession', 'without the confirmation nothing is approved, whatever the browser sent', async () => {
  const { house, browser, deviceCode, userCode } = await openCode()
  await browser.signIn()
  const compare = await browser.enter(userCode)
  const refused = await browser.submit(compare, '/device/decide', { decision: 'approve' })
  expect(refused.status).toBe(400)
  expect(await stateOf(house, deviceCode)).toBe('pending')
  await browser.approve(refused)
  expect(await stateOf(house, deviceCode)).toBe('approved')
})

verifies('rfc8628-3.3-authenticate-user', "nobody who is not signed in decides, and the decision is the signed-in subject's", async () => {
  const { house, browser, deviceCode, userCode } = await openCode()
  const anonymous = openBrowser(house)
  await browser.signIn()
  await browser.enter(userCode)
  const body = new URLSearchParams({ user_code: userCode, decision: 'approve', confirmed: 'yes', subject: 'someone-else' }).toString()
  expect(visibleText(await anonymous.visit('POST', '/device/decide', body))).toContain('Password')
  expect(await stateOf(house, deviceCode)).toBe('pending')
  await decide(house, userCode, 'approve').catch(() => undefined)
  await browser.approve(await browser.enter(userCode))
  const row = await house.store.read('device', await deviceRecordId(house, deviceCode))
  expect(row?.value).toMatchObject({ state: 'approved', decision: { subject: house.subject } })
})

verifies(['rfc6749-10.12-csrf-consent', 'mcp-sbp-consent-cookie'], 'forms from elsewhere decide nothing', async () => {
  const { house, browser, deviceCode, userCode } = await openCode()
  await browser.signIn()
  const compare = await browser.enter(userCode)
  const approve = { confirmed: 'yes', decision: 'approve' }
  const own = /name="csrf" value="([^"]+)"/.exec(compare.body)?.[1] ?? ''
  const attempts: [Record<string, string>, Record<string, string>][] = [
    [{ csrf: '' }, {}],
    [{ csrf: `${own.slice(0, -1)}~` }, {}],
    [{}, { origin: 'https://evil.example' }],
    [{}, { origin: 'null' }],
    [{}, { 'sec-fetch-site': 'cross-site' }],
    [{}, { 'sec-fetch-site': 'same-site' }],
  ]
  for (const [fields, headers] of attempts) {
    expect((await browser.submit(compare, '/device/decide', { ...approve, ...fields }, headers)).status).toBe(403)
    expect((await browser.submit(await browser.get('/device'), '/device', { user_code: userCode, ...fields }, headers)).status).toBe(403)
  }
  // The form of one browser is worth nothing in another.
  const stranger = openBrowser(house)
  await stranger.signIn()
  expect((await stranger.submit(compare, '/device/decide', approve)).status).toBe(403)
  expect(await stateOf(house, deviceCode)).toBe('pending')
  expect((await browser.submit(compare, '/device/decide', approve)).status).toBe(200)
})

test('cookies: __Host-, Secure, HttpOnly, SameSite, whole site; new at every sign-in; gone and dead after signing out', async () => {
  const { browser } = await openCode()
  const form = await browser.get('/device')
  expect(form.headers['set-cookie']).toMatch(/^__Host-countersign-form=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  browser.cookies.set('__Host-countersign', 'planted-by-somebody-else')
  await browser.signIn()
  const cookie = browser.cookies.get('__Host-countersign')
  expect(cookie).toMatch(/^[\w-]{43}$/)
  await browser.submit(await browser.get('/device'), '/sign-out', {})
  expect(browser.cookies.has('__Host-countersign')).toBe(false)
  browser.cookies.set('__Host-countersign', String(cookie))
  expect(visibleText(await browser.get('/device'))).toContain('Password')
})

verifies('rfc9700-4.12-no-307', 'posts that carry a password or a decision answer 303 or a page', async () => {
  const { house, browser, userCode } = await openCode()
  const form = await browser.get('/sign-in')
  const raw = await house.send('POST', '/sign-in', { body: 'name=ada', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  expect(raw.status).toBe(403)
  const csrf = /name="csrf" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
  const signIn = await house.send('POST', '/sign-in', {
    body: new URLSearchParams({ csrf, name: 'ada', password: 'correct horse', user_code: userCode }).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
  })
  expect([signIn.status, signIn.headers['location']]).toEqual([303, `/device?user_code=${userCode}`])
})

verifies('rfc9700-2.1-no-open-redirector', 'no parameter sends the browser anywhere else', async () => {
  const { house, browser } = await openCode()
  for (const target of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '%0d%0aLocation: https://evil.example',
  ]) {
    for (const name of ['return_to', 'next', 'redirect_uri', 'user_code']) {
      const path = `/device?${name}=${encodeURIComponent(target)}`
      const reply = await house.send('GET', path)
      expect(String(reply.headers['location'] ?? '/sign-in')).toMatch(/^\/sign-in(\?user_code=[A-Z-]+)?$/)
    }
  }
  const landed = await browser.signIn('ada', 'correct horse', '/sign-in?return_to=https://evil.example/&user_code=//evil.example')
  expect(landed.status).toBe(200)
  expect(landed.body).not.toContain('evil')
})

test('only the browser that entered the code decides; another one that enters it later is told it is no good', async () => {
  const { house, browser, deviceCode, userCode } = await openCode()
  await browser.signIn()
  const compare = await browser.enter(userCode)
  const second = openBrowser(house)
  await second.signIn()
  expect((await second.enter(userCode)).status).toBe(400)
  const forged = compare.body.replace(
    /name="csrf" value="[^"]+"/g,
    /name="csrf" value="[^"]+"/.exec((await second.get('/device')).body)?.[0] ?? '',
  )
  expect((await second.approve({ ...compare, body: forged })).status).toBe(409)
  expect(await stateOf(house, deviceCode)).toBe('pending')
  expect((await browser.approve(compare)).status).toBe(200)
})

test('a decision comes within two minutes of entering the code, or not at all; entering again does not restart the clock', async () => {
  const { house, browser, deviceCode, userCode } = await openCode()
  await browser.signIn()
  await browser.enter(userCode)
  house.clock.advance(100)
  const compare = await browser.enter(userCode)
  house.clock.advance(20)
  expect((await browser.approve(compare)).status).toBe(409)
  expect(await stateOf(house, deviceCode)).toBe('pending')
})

test('sign-in: wrong name and wrong password look alike, and guessing is limited', async () => {
  const { house } = await openCode()
  const browser = openBrowser(house)
  const [unknown, wrong] = [await browser.signIn('nobody', 'x'), await browser.signIn('ada', 'x')]
  const blank = (reply: { body: string }) => reply.body.replace(/value="[^"]*"/g, '')
  expect([unknown.status, blank(unknown)]).toEqual([wrong.status, blank(wrong)])
  for (let guess = 0; guess < 9; guess++) await browser.signIn('ada', `guess ${guess}`)
  expect((await browser.signIn()).status).toBe(429)
  house.clock.advance(901)
  expect((await browser.signIn()).body).toContain('name="user_code"')
})

test('the bare address leads to the page; what is not there is told as a page to browsers, and as JSON to programs', async () => {
  for (const [issuer, paths] of [
    ['https://auth.example', ['/']],
    ['https://auth.example/tenant', ['/tenant', '/tenant/']],
  ] as const) {
    const house = await openHouse({ issuer })
    for (const path of paths) {
      const { status, headers } = await house.send('GET', path)
      expect([status, headers['location']]).toEqual([303, `${new URL(issuer).pathname.replace(/\/$/, '')}/device`])
    }
    const page = await house.send('GET', '/nowhere', { headers: { accept: 'text/html,*/*' } })
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect((await house.send('GET', '/nowhere')).headers['content-type']).toBe('application/json')
  }
})
