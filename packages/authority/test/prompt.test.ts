/** `prompt` and `max_age` of OpenID Connect Core 1.0 section 3.1.2.1, in the address and pushed. */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { answerOf, APP, CALLBACK, openApp } from './app.ts'
import { ISSUER, openHouse, resources } from './house.ts'
import { openBrowser } from './person.ts'

const PASSWORD = 'Confirm that it is you'
const DECISION = 'A program asks to act as you'
const risky = resources.map((resource) => ({ ...resource, risky: ['notes:write'] }))

/** Ada signed in so many seconds ago, and her browser is sent to us in either way. */
async function open(secondsSinceSignIn = 60) {
  const house = await openHouse({ resources: risky })
  const app = await openApp(house)
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(secondsSinceSignIn)
  const pushed = async (changes: Readonly<Record<string, string>>) => {
    const { json } = await app.push(changes)
    return `/authorize?client_id=${APP}&request_uri=${String(json['request_uri'])}`
  }
  const ways = (changes: Readonly<Record<string, string>>) => [async () => app.address(changes), async () => pushed(changes)]
  return { house, app, browser, ways }
}
type Browser = Awaited<ReturnType<typeof open>>['browser']

async function approve(browser: Browser, page: Awaited<ReturnType<Browser['get']>>) {
  return answerOf(await browser.submit(page, '/authorize/decide', { decision: 'approve' }))
}

test('login: who is signed in proves it once more before the question is shown, and then answers it', async () => {
  const { house, browser, ways } = await open()
  for (const way of ways({ prompt: 'login' })) {
    house.clock.advance(1)
    const page = await browser.get(await way())
    expect([visibleText(page).includes(PASSWORD), visibleText(page).includes(DECISION)]).toEqual([true, false])
    expect(page.body).toMatch(/name="name"[^>]* readonly[^>]* value="ada"/)
    const back = await browser.submit(page, '/sign-in', { password: 'correct horse' })
    expect(visibleText(back)).toContain(DECISION)
    // Deciding slowly is no reason to sign in a second time.
    house.clock.advance(500)
    expect((await approve(browser, back)).parameters).toMatchObject({ code: expect.any(String), state: 'state-1', iss: ISSUER })
  }
})

test('login: a page that was got in another way approves nothing either, and to deny takes no password', async () => {
  const { house, app, browser } = await open()
  const form = await browser.get(app.address())
  const asked = await house.send('GET', app.address({ prompt: 'login' }))
  const request = new URLSearchParams(String(asked.headers['location']).split('?')[1]).get('request') ?? ''
  for (const decision of ['approve', 'again']) {
    expect(visibleText(await browser.submit(form, '/authorize/decide', { decision, request })), decision).toContain(PASSWORD)
  }
  const denied = answerOf(await browser.submit(form, '/authorize/decide', { decision: 'deny', request }))
  expect(denied.parameters['error']).toBe('access_denied')
})

test('login: who signs in for this request does so once', async () => {
  const { house, app } = await open()
  const browser = openBrowser(house)
  expect((await approve(browser, await browser.signIn('ada', 'correct horse', app.address({ prompt: 'login' })))).place).toBe(CALLBACK)
})

test('max_age: a sign-in of that age will do, an older one will not', async () => {
  for (const [max_age, shown] of [
    ['60', DECISION],
    ['61', DECISION],
    ['99999999999999', DECISION],
    ['59', PASSWORD],
    ['0', PASSWORD],
    ['000', PASSWORD],
  ] as const) {
    const { browser, ways } = await open()
    for (const way of ways({ max_age })) {
      const page = await browser.get(await way())
      expect([max_age, visibleText(page).includes(shown)]).toEqual([max_age, true])
    }
  }
})

test('max_age counts from the arrival of the browser, and login beside it wins', async () => {
  const { house, app, browser } = await open()
  const page = await browser.get(app.address({ max_age: '60' }))
  house.clock.advance(300)
  expect((await approve(browser, page)).parameters).toHaveProperty('code')
  expect(visibleText(await browser.get(app.address({ max_age: '10000', prompt: 'login consent' })))).toContain(PASSWORD)
})

test('none: no page, and what is missing is told by redirect, with issuer and state', async () => {
  const { house, browser, ways } = await open(400)
  const stranger = openBrowser(house)
  for (const [who, changes, error] of [
    [stranger, {}, 'login_required'],
    [stranger, { max_age: '9999' }, 'login_required'],
    [browser, { max_age: '399' }, 'login_required'],
    [browser, { max_age: '399', scope: 'notes:write' }, 'login_required'],
    [browser, { scope: 'notes:write' }, 'interaction_required'],
    [browser, { max_age: '400' }, 'consent_required'],
    [browser, {}, 'consent_required'],
  ] as const) {
    for (const way of ways({ prompt: 'none', ...changes })) {
      const answer = answerOf(await who.get(await way()))
      const parameters = { error, error_description: expect.any(String), state: 'state-1', iss: ISSUER }
      expect(answer).toEqual({ status: 303, place: CALLBACK, parameters })
    }
  }
  expect(house.events.filter(({ type }) => type === 'authorization.opened')).toEqual([])
})

test('what is no prompt and no age is told to the client, at once where it is pushed', async () => {
  const { house, app } = await open()
  for (const changes of [
    { prompt: 'create' },
    { prompt: 'Login' },
    { prompt: 'login,consent' },
    { prompt: 'none login' },
    { prompt: 'consent none' },
    { prompt: 'toString' },
    ...['-1', '1.5', '1e3', '0x10', ' 1', '+1', 'never', '٣', '1'.repeat(16)].map((max_age) => ({ max_age })),
  ]) {
    const answer = answerOf(await house.send('GET', app.address(changes)))
    expect(answer, JSON.stringify(changes)).toMatchObject({ place: CALLBACK, parameters: { error: 'invalid_request', state: 'state-1' } })
    const { status, json } = await app.push(changes)
    expect([status, json['error']], JSON.stringify(changes)).toEqual([400, 'invalid_request'])
  }
  for (const changes of [{ prompt: '' }, { max_age: '' }, { prompt: ' ' }, { prompt: 'login  login' }]) {
    expect(answerOf(await house.send('GET', app.address(changes))).place, JSON.stringify(changes)).toBe('/authorize/decide')
  }
  expect(answerOf(await house.send('GET', `${app.address()}&max_age=1&max_age=2`)).parameters['error']).toBe('invalid_request')
})

test('consent is what always happens; select_account finds the account on the page, and a way to take another one for the same request', async () => {
  const { house, app, browser } = await open()
  const subject = await addAccount(house, 'grace', 'battery staple')
  expect(visibleText(await browser.get(app.address({ prompt: 'consent' })))).toContain(DECISION)
  const page = await browser.get(app.address({ prompt: 'select_account' }))
  expect(visibleText(page)).toContain('Signed in as ada')
  const signedOut = await browser.submit(page, '/sign-out', {})
  const other = await browser.submit(signedOut, '/sign-in', { name: 'grace', password: 'battery staple' })
  expect(visibleText(other)).toContain('Signed in as grace')
  const { parameters } = await approve(browser, other)
  const row = await house.store.read('code', await house.digest('authorization_code_row', parameters['code'] ?? ''))
  expect(row?.value).toMatchObject({ state: 'approved', decision: { subject } })
  expect((await app.redeem(parameters['code'] ?? '')).status).toBe(200)
})

test('what an old form of signing out carries leads to no other place than the errand it may be', async () => {
  const { browser } = await open()
  const page = await browser.get('/device')
  const left = await browser.submit(page, '/sign-out', { request: 'https://evil.example/' })
  expect([left.status, left.body.includes('evil')]).toEqual([200, false])
  expect((await browser.visit('POST', '/sign-out', 'x', { 'content-type': 'text/plain' })).status).toBe(400)
})

test('the metadata tells the prompts', async () => {
  const house = await openHouse()
  const read = async () => JSON.parse((await house.send('GET', '/.well-known/openid-configuration')).body) as Record<string, unknown>
  expect((await read())['prompt_values_supported']).toEqual(['none', 'login', 'consent', 'select_account'])
})
