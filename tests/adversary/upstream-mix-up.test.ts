/**
 * Attacks on signing in elsewhere (RFC 9700 sections 4.4, 4.5 and 4.7): answers that were made for another browser, another provider,
 * another request. Each is refused with a page in our words; nobody is signed in, no account and no link is made.
 */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { leadOf, openUpstreamHouse, type UpstreamHouse } from '../../packages/server/test/upstream/fake-provider.ts'
import { type Page, visibleText } from '../../examples/first-login/src/scriptless-browser.ts'

const ADA = { sub: 'u-1', preferred_username: 'ada', name: 'Ada' }

/** Refused, and nothing is left of it: no browser is signed in, and at most the pending sign-in is gone. */
function expectRefused(house: UpstreamHouse, page: Page, heading: string, writes: readonly string[]): void {
  expect(page.status).toBe(403)
  expect(visibleText(page)).toContain(heading)
  expect(house.writes).toEqual(writes)
  expect(house.events.map(({ type }) => type).filter((type) => type === 'account.signed_in' || type === 'account.linked')).toEqual([])
  expect(JSON.stringify(page.headers['set-cookie'] ?? '')).not.toContain('__Host-countersign=')
}

const OVER = 'This sign-in is over'
const REFUSED = 'You are not signed in'
const TAKEN = ['remove sign_in']

test('the answer for another browser: the state of an attacker, delivered to a victim, signs nobody in, and still is good where it began', async () => {
  const house = await openUpstreamHouse(['corp'])
  const attacker = await house.press()
  const answer = await house.first.signIn(attacker.page, { ...ADA, sub: 'attacker' })
  house.writes.length = 0
  const strangers = [openBrowser(house), (await house.press()).browser]
  house.writes.length = 0
  for (const victim of strangers) expectRefused(house, await house.back(victim, answer), OVER, [])
  expect(house.first.redeemed).toEqual([])
  expect((await house.back(attacker.browser, answer)).status).toBe(200)
})

test('a state is good once, also when the answer comes twice at the same moment', async () => {
  const house = await openUpstreamHouse(['corp'])
  const { browser, page } = await house.press()
  const formCookie = browser.cookies.get('__Host-countersign-form') ?? ''
  const answer = await house.first.signIn(page, ADA)
  const both = await Promise.all([house.back(browser, answer), house.back(browser, answer)])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403])
  expect(house.first.redeemed).toHaveLength(1)
  // The cookie of the form, which signing in took back, does not make it good again.
  browser.cookies.set('__Host-countersign-form', formCookie)
  house.writes.length = 0
  const again = await house.back(browser, answer)
  expect([again.status, visibleText(again).includes(OVER)]).toEqual([403, true])
  expect(house.writes).toEqual([])
})

test('no state, a made-up state, a state that is too old', async () => {
  const house = await openUpstreamHouse(['corp'])
  const { browser, page } = await house.press()
  const answer = await house.first.signIn(page, ADA)
  house.writes.length = 0
  for (const state of [undefined, '', 'a'.repeat(43), '../sign_in']) {
    const url = new URL(answer)
    if (state === undefined) url.searchParams.delete('state')
    else url.searchParams.set('state', state)
    expectRefused(house, await house.back(browser, url), OVER, [])
  }
  house.clock.advance(601)
  expectRefused(house, await house.back(browser, answer), OVER, [])
  expect(house.first.redeemed).toEqual([])
})

test('mix-up: what was begun at one provider and answered by another is refused, and the code of one never reaches the other', async () => {
  const house = await openUpstreamHouse(['honest', 'evil'])
  const [honest, evil] = house.providers
  if (honest === undefined || evil === undefined) throw new Error('two providers')
  // The evil provider hands the browser on to the honest one; the honest code comes back under the state of the evil sign-in.
  const atEvil = await house.press(evil)
  const honestCode = await honest.signIn(atEvil.page, ADA)
  expect(honestCode.pathname).toBe('/sign-in/callback/evil')
  house.writes.length = 0
  expectRefused(house, await house.back(atEvil.browser, honestCode), REFUSED, TAKEN)
  // Sent to the address of the honest provider, the state is none that began there.
  const second = await house.press(evil)
  const elsewhere = new URL(await honest.signIn(second.page, ADA))
  elsewhere.pathname = '/sign-in/callback/honest'
  house.writes.length = 0
  expectRefused(house, await house.back(second.browser, elsewhere), OVER, [])
  expect([honest.redeemed, evil.redeemed]).toEqual([[], []])
})

verifies(
  'rfc9207-2.4-iss-validation',
  'an issuer that is missing, another one, or equal only once normalised: refused before the code is sent anywhere',
  async () => {
    for (const iss of [undefined, 'https://evil.example', 'https://corp.example/']) {
      const house = await openUpstreamHouse(['corp'])
      const { browser, page } = await house.press()
      const answer = await house.first.signIn(page, ADA)
      if (iss === undefined) answer.searchParams.delete('iss')
      else answer.searchParams.set('iss', iss)
      house.writes.length = 0
      expectRefused(house, await house.back(browser, answer), REFUSED, TAKEN)
      expect(house.first.redeemed).toEqual([])
    }
  },
)

test.each([
  ['of another issuer', { iss: 'https://evil.example' }],
  ['for another client', { aud: 'another' }],
  ['for us among others, asked for by another', { aud: ['countersign', 'another'], azp: 'another' }],
  ['of another sign-in', { nonce: 'another' }],
  ['without a nonce', { nonce: undefined }],
  ['without a subject', { sub: undefined }],
])('an ID token %s is refused', async (_, bent) => {
  const house = await openUpstreamHouse(['corp'])
  const { browser, page } = await house.press()
  const answer = await house.first.signIn(page, ADA, (claims) => ({ ...claims, ...bent }))
  house.writes.length = 0
  expectRefused(house, await house.back(browser, answer), REFUSED, TAKEN)
  expect(house.events).toMatchObject([{ type: 'account.upstream_refused', provider: 'corp', why: 'not_trusted' }])
})

test('an ID token signed by somebody else is refused, though it came over TLS', async () => {
  const house = await openUpstreamHouse(['corp', 'evil'])
  const [corp, evil] = house.providers
  const { browser, page } = await house.press(corp)
  const answer = await corp?.signIn(page, ADA)
  const forged = await evil?.signIn(page, { ...ADA, iss: 'https://corp.example' })
  if (corp === undefined || evil === undefined || answer === undefined || forged === undefined) throw new Error('two providers')
  // The token endpoint of one provider is made to hand out what the other one signed.
  corp.answer = evilTokens(corp.answer, evil, forged)
  house.writes.length = 0
  expectRefused(house, await house.back(browser, answer), REFUSED, TAKEN)
})

type Answer = UpstreamHouse['first']['answer']

function evilTokens(honest: Answer, evil: UpstreamHouse['first'], forged: URL): Answer {
  return (method, url, body) => {
    if (url.pathname !== '/token') return honest(method, url, body)
    return evil.answer(method, url, new URLSearchParams([...body, ['code', forged.searchParams.get('code') ?? '']].reverse()))
  }
}

test('an error instead of a code, and a code that was used before: a page that repeats nothing, one line for the operator', async () => {
  const house = await openUpstreamHouse(['corp'])
  const { browser, page } = await house.press()
  const url = await house.first.signIn(page, ADA)
  const error = new URL(url)
  const told = { error: 'access_denied', error_description: '<script>evil</script> call 555-1234' }
  error.search = new URLSearchParams({ ...told, state: url.searchParams.get('state') ?? '', iss: 'https://corp.example' }).toString()
  house.writes.length = 0
  const denied = await house.back(browser, error)
  expectRefused(house, denied, REFUSED, TAKEN)
  for (const word of ['access_denied', 'evil', '555']) expect(denied.body).not.toContain(word)
  expect(house.events).toMatchObject([{ type: 'account.upstream_refused', why: 'access_denied' }])

  const next = await house.press()
  const used = await house.first.signIn(next.page, ADA)
  await house.first.answer(
    'POST',
    new URL('https://corp.example/token'),
    new URLSearchParams({ code: used.searchParams.get('code') ?? '' }),
  )
  house.writes.length = 0
  expectRefused(house, await house.back(next.browser, used), REFUSED, TAKEN)
  expect(house.events.at(-1)).toMatchObject({ type: 'account.upstream_refused', why: 'invalid_grant' })
})

test('the button works on our own page only: no form of a stranger begins a sign-in', async () => {
  const house = await openUpstreamHouse(['corp'])
  const browser = openBrowser(house)
  const form = await browser.get('/sign-in')
  house.writes.length = 0
  const csrf = /name="csrf" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
  const attempts = [
    browser.visit('POST', '/sign-in/with/corp', `csrf=${'a'.repeat(43)}`),
    browser.visit('POST', '/sign-in/with/corp', ''),
    browser.visit('POST', '/sign-in/with/corp', `csrf=${csrf}`, { origin: 'https://evil.example' }),
    openBrowser(house).visit('POST', '/sign-in/with/corp', `csrf=${csrf}`),
  ]
  for (const page of await Promise.all(attempts)) expect([page.status, page.body.includes('http-equiv')]).toEqual([403, false])
  expect((await browser.get('/sign-in/with/corp')).status).toBe(405)
  expect([house.writes, house.first.asked]).toEqual([[], []])
})

test('a verifier without its challenge: each sign-in proves its own, and no two have anything in common', async () => {
  const house = await openUpstreamHouse(['corp'])
  const sent = [leadOf((await house.press()).page), leadOf((await house.press()).page)].map(({ searchParams }) => searchParams)
  for (const name of ['state', 'nonce', 'code_challenge']) expect(sent[0]?.get(name), name).not.toBe(sent[1]?.get(name))
})
