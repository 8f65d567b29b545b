/** Signing in at a provider: what is sent there, what is kept meanwhile, who somebody is afterwards. */
import { setAccountDisabled } from '@countersign/authority'
import { expect, test } from 'vitest'
import { openApp } from '../../../authority/test/app.ts'
import { resources } from '../../../authority/test/house.ts'
import { openBrowser } from '../../../authority/test/person.ts'
import { visibleText } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { leadOf, openUpstreamHouse, provesChallenge } from './fake-provider.ts'

const ADA = { sub: 'u-1', preferred_username: 'Ada.L', name: 'Ada Lovelace' }

test('the button leads to the provider with PKCE, state and nonce, and back to an address of its own; nothing of the errand is in it', async () => {
  const { first, press } = await openUpstreamHouse(['corp'])
  const { page } = await press(first, '/device?user_code=WDJ-BMJ-HTL')
  const to = leadOf(page)
  expect(to.origin + to.pathname).toBe('https://corp.example/authorize')
  expect(Object.fromEntries(to.searchParams)).toEqual({
    client_id: 'countersign',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: 'https://auth.example/sign-in/callback/corp',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect(page.headers['content-security-policy']).toContain("form-action 'self';")
})

test('the person comes back to the errand, greeted by the name the provider tells; only the digest and a sealed record were kept meanwhile', async () => {
  const { back, first, press, rows } = await openUpstreamHouse(['corp'])
  const { browser, page } = await press(first, '/device?user_code=WDJ-BMJ-HTL')
  const sent = leadOf(page)
  const kept = JSON.stringify([...rows.values()])
  for (const secret of ['WDJ-BMJ', 'WDJBMJ', sent.searchParams.get('state') ?? '', sent.searchParams.get('nonce') ?? ''])
    expect(kept).not.toContain(secret)
  const entry = await back(browser, await first.signIn(page, ADA))
  expect(entry.status).toBe(200)
  expect(entry.body).toContain('value="WDJ-BMJ-HTL"')
  expect(visibleText(entry)).toContain('Signed in as Ada Lovelace')
  expect(await provesChallenge(first, sent)).toBe(true)
  expect(kept).not.toContain(first.redeemed[0]?.get('code_verifier') ?? '-')
  expect(browser.cookies.has('__Host-countersign')).toBe(true)
})

test('a second sign-in is the same subject under the new name; the name of the operator stays', async () => {
  const { back, events, first, press, rows, store } = await openUpstreamHouse(['corp'])
  const one = await press()
  await back(one.browser, await first.signIn(one.page, ADA))
  const two = await press()
  const entry = await back(two.browser, await first.signIn(two.page, { ...ADA, name: 'Ada King', preferred_username: 'countess' }))
  expect(visibleText(entry)).toContain('Signed in as Ada King')
  const signedIn = events.filter(({ type }) => type === 'account.signed_in').map(({ subject }) => subject)
  expect(new Set(signedIn).size).toBe(1)
  expect(events.filter(({ type }) => type === 'account.linked')).toHaveLength(1)
  const account = await store.read('account', signedIn[0] ?? '')
  expect(account?.value).toMatchObject({ name: 'corp:ada.l', shownName: 'Ada King', disabled: false })
  expect(account?.value).not.toHaveProperty('passwordHash')
  expect(signedIn[0]).not.toContain('u-1')
  expect([...rows.keys()].filter((key) => key.startsWith('link/'))).toHaveLength(1)
})

test('equal subjects and equal names at two providers are two people, and neither is the local account of that name', async () => {
  const { back, events, press, providers, subject } = await openUpstreamHouse(['corp', 'lab'])
  for (const provider of providers) {
    const { browser, page } = await press(provider)
    await back(browser, await provider.signIn(page, { ...ADA, preferred_username: 'ada', email: 'ada@mail.example', email_verified: true }))
  }
  const subjects = events.filter(({ type }) => type === 'account.signed_in').map((event) => event.subject)
  expect(new Set([...subjects, subject]).size).toBe(3)
})

test('a verified mail address is kept for notices where the operator said so, follows the provider, and links nobody', async () => {
  const mailKept = async (more: Parameters<typeof openUpstreamHouse>[1], claims: object, again: object = claims) => {
    const { back, events, first, press, store } = await openUpstreamHouse(['corp'], more)
    for (const each of [claims, again]) {
      const { browser, page } = await press()
      await back(browser, await first.signIn(page, { ...ADA, ...each }))
    }
    const [subject = ''] = events.filter(({ type }) => type === 'account.signed_in').map((event) => event.subject)
    return {
      mail: (await store.read('account', subject))?.value as { mail?: string },
      scope: leadOf((await press()).page).searchParams.get('scope'),
    }
  }
  const verified = { email: 'ada@mail.example', email_verified: true }
  expect(await mailKept({}, verified)).toMatchObject({
    mail: expect.not.objectContaining({ mail: expect.anything() }),
    scope: 'openid profile',
  })
  expect(await mailKept({ keepMail: true }, verified)).toMatchObject({ mail: { mail: 'ada@mail.example' }, scope: 'openid profile email' })
  const moved = await mailKept({ keepMail: true, scope: 'openid mail' }, verified, { email: 'king@mail.example', email_verified: true })
  expect(moved).toMatchObject({ mail: { mail: 'king@mail.example' }, scope: 'openid mail' })
  // An address that is not verified any more, or none, is no reason to forget the one that was.
  expect(await mailKept({ keepMail: true }, verified, { email: 'king@mail.example' })).toMatchObject({ mail: { mail: 'ada@mail.example' } })
  for (const each of [
    { email: 'ada@mail.example' },
    { email: 'ada@mail.example', email_verified: 'true' },
    { email: 'ada@mail.example\r\nBcc: eve@evil.example', email_verified: true },
    { email: ['ada@mail.example'], email_verified: true },
  ]) {
    expect((await mailKept({ keepMail: true }, each)).mail).not.toHaveProperty('mail')
  }
})

test('a mail address that only the UserInfo endpoint tells counts when it is verified there', async () => {
  const metadata = { userinfo_endpoint: 'https://corp.example/userinfo' }
  const kept = async (userinfo: object, claims: object = {}) => {
    const { back, events, first, press, store } = await openUpstreamHouse(['corp'], {
      keepMail: true,
      metadata,
      userinfo: { sub: 'u-1', ...userinfo },
    })
    const { browser, page } = await press()
    await back(browser, await first.signIn(page, { ...ADA, ...claims }))
    return (await store.read('account', events.find(({ type }) => type === 'account.signed_in')?.subject ?? ''))?.value as object
  }
  const verified = { email: 'ada@mail.example', email_verified: true }
  expect(await kept(verified)).toMatchObject({ mail: 'ada@mail.example', shownName: 'Ada Lovelace' })
  expect(await kept({ email: 'ada@mail.example' }, { email_verified: true })).not.toHaveProperty('mail')
  expect(await kept({ ...verified, sub: 'u-2' })).not.toHaveProperty('mail')
  expect(await kept(verified, { email: 'eve@mail.example' })).not.toHaveProperty('mail')
})

test('two people at one provider who choose one name stay apart', async () => {
  const { back, events, first, press, store } = await openUpstreamHouse(['corp'])
  for (const sub of ['u-1', 'u-2']) {
    const { browser, page } = await press()
    await back(browser, await first.signIn(page, { ...ADA, sub }))
  }
  const [one, two] = events.filter(({ type }) => type === 'account.signed_in').map((event) => event.subject ?? '')
  expect((await store.read('account', one ?? ''))?.value).toMatchObject({ name: 'corp:ada.l' })
  expect((await store.read('account', two ?? ''))?.value).toMatchObject({ name: expect.stringMatching(/^corp:ada\.l-[\w-]+$/) })
})

test('two first sign-ins of one person at the same moment end at one subject', async () => {
  const { back, events, first, press } = await openUpstreamHouse(['corp'])
  const [one, two] = [await press(), await press()]
  const answers = [await first.signIn(one.page, ADA), await first.signIn(two.page, ADA)] as const
  await Promise.all([back(one.browser, answers[0]), back(two.browser, answers[1])])
  const subjects = events.filter(({ type }) => type === 'account.signed_in').map(({ subject }) => subject)
  expect([subjects.length, new Set(subjects).size]).toEqual([2, 1])
})

test('a disabled account is told so, and nothing changes', async () => {
  const { back, first, press, store, writes } = await openUpstreamHouse(['corp'])
  const one = await press()
  await back(one.browser, await first.signIn(one.page, ADA))
  await setAccountDisabled({ store }, 'corp:ada.l', true)
  // The browser that is signed in is not any more.
  expect(visibleText(await one.browser.get('/device'))).toContain('Sign in with CORP')
  const two = await press()
  const answer = await first.signIn(two.page, { ...ADA, name: 'Another' })
  writes.length = 0
  const page = await back(two.browser, answer)
  expect(page.status).toBe(403)
  expect(visibleText(page)).toContain('This account has no access here')
  expect(writes).toEqual(['remove sign_in'])
  expect(two.browser.cookies.has('__Host-countersign')).toBe(false)
})

test('nobody signs in with a password to an account that has none, nor anywhere when passwords are off', async () => {
  const open = await openUpstreamHouse(['corp'])
  const one = await open.press()
  await open.back(one.browser, await open.first.signIn(one.page, ADA))
  for (const password of ['', 'undefined', 'plain:undefined']) {
    expect((await openBrowser(open).signIn('corp:ada.l', password)).status).toBe(403)
  }
  const closed = await openUpstreamHouse(['corp'], { localAccounts: false })
  const browser = openBrowser(closed)
  const page = await browser.get('/device')
  expect(page.body).not.toContain('type="password"')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const form = new URLSearchParams({ csrf, name: 'ada', password: 'correct horse' })
  expect((await browser.visit('POST', '/sign-in', form.toString())).status).toBe(403)
  expect(browser.cookies.has('__Host-countersign')).toBe(false)
})

test('a risky scope: who is signed in must prove it anew at the provider, which is told so and has to say that it was so', async () => {
  const risky = resources.map((resource) => ({ ...resource, risky: ['notes:read'] }))
  const house = await openUpstreamHouse(['corp'], { resources: risky })
  const { back, clock, events, first, press } = house
  const seconds = () => Math.floor(clock.now() / 1000)
  const { browser, page } = await press()
  expect(leadOf(page).searchParams.has('prompt')).toBe(false)
  await back(browser, await first.signIn(page, { ...ADA, auth_time: seconds() - 3600 }))
  const device = await house.device()
  const { userCode, deviceCode } = await device.start({ scope: 'notes:read' })
  const decision = await browser.enter(userCode)
  const asked = async () => {
    const proof = await browser.submit(decision, '/device/decide', { decision: 'again' })
    expect(visibleText(proof)).toContain('Confirm that it is you')
    expect(proof.body).not.toContain('type="password"')
    const going = await browser.submit(proof, '/sign-in/with/corp', {})
    expect(Object.fromEntries(leadOf(going).searchParams)).toMatchObject({ prompt: 'login', max_age: '0' })
    return going
  }
  for (const claims of [{}, { auth_time: seconds() - 3600 }]) {
    expect((await back(browser, await first.signIn(await asked(), { ...ADA, ...claims }))).status).toBe(403)
  }
  expect(events.filter(({ type }) => type === 'account.upstream_refused')).toHaveLength(2)
  expect(visibleText(await browser.approve(decision))).toContain('Confirm that it is you')
  const again = await back(browser, await first.signIn(await asked(), { ...ADA, auth_time: seconds() }))
  expect(visibleText(again)).toContain('A device asks to act as you')
  expect((await browser.approve(again)).status).toBe(200)
  expect((await device.poll(deviceCode)).status).toBe(200)
})

test('a program wants the person met anew: a sign-in here that came of a session there does not do, one that was asked for does', async () => {
  const house = await openUpstreamHouse(['corp'])
  const { back, clock, first, press } = house
  const app = await openApp(house)
  const seconds = () => Math.floor(clock.now() / 1000)
  // The middle of a second: the provider tells whole ones.
  clock.advance(1.5 - (clock.now() % 1000) / 1000)
  const { browser, page } = await press(first, app.address({ prompt: 'login' }))
  const stale = await back(browser, await first.signIn(page, { ...ADA, auth_time: seconds() - 60 }))
  expect(visibleText(stale)).toContain('Confirm that it is you')
  const going = await browser.submit(stale, '/sign-in/with/corp', {})
  expect(leadOf(going).searchParams.get('prompt')).toBe('login')
  const decision = await back(browser, await first.signIn(going, { ...ADA, auth_time: seconds() }))
  expect(visibleText(decision)).toContain('A program asks to act as you')
  const answer = await browser.submit(decision, '/authorize/decide', { decision: 'approve' })
  expect(String(answer.headers['location'])).toContain('code=')
})

test('somebody else who signs in there meanwhile does not get the decision of the first', async () => {
  const risky = resources.map((resource) => ({ ...resource, risky: ['notes:read'] }))
  const house = await openUpstreamHouse(['corp'], { resources: risky })
  const { browser, page } = await house.press()
  await house.back(browser, await house.first.signIn(page, ADA))
  const device = await house.device()
  const { userCode } = await device.start({ scope: 'notes:read' })
  const proof = await browser.submit(await browser.enter(userCode), '/device/decide', { decision: 'again' })
  const going = await browser.submit(proof, '/sign-in/with/corp', {})
  const other = { sub: 'u-2', auth_time: Math.floor(house.clock.now() / 1000) }
  const landed = await house.back(browser, await house.first.signIn(going, other))
  expect(visibleText(landed)).toContain('Enter the code your device shows')
})

test('when a person proved who it is, is what the provider says; without a word of it, it may be long ago', async () => {
  const { back, clock, first, press, rows } = await openUpstreamHouse(['corp'])
  const seconds = Math.floor(clock.now() / 1000)
  for (const claims of [{ auth_time: seconds - 600 }, {}, { auth_time: seconds + 600 }]) {
    const { browser, page } = await press()
    await back(browser, await first.signIn(page, { ...ADA, ...claims }))
  }
  const browsers = [...rows].filter(([key]) => key.startsWith('browser/')).map(([, { value }]) => value)
  expect(browsers).toMatchObject([{ authenticatedAt: (seconds - 600) * 1000 }, { authenticatedAt: 0 }, { authenticatedAt: clock.now() }])
})

test('required claims: who has them, alone or among others, is admitted; everybody else gets no account', async () => {
  const { back, first, press, rows } = await openUpstreamHouse(['corp'], { requiredClaims: { groups: 'staff' } })
  for (const [groups, status] of [
    ['staff', 200],
    [['guests', 'staff'], 200],
    [['guests'], 403],
    ['staffer', 403],
    [undefined, 403],
  ] as const) {
    const { browser, page } = await press()
    const before = rows.size
    const answer = await back(browser, await first.signIn(page, { ...ADA, sub: JSON.stringify(groups ?? ''), groups }))
    expect(answer.status, JSON.stringify(groups)).toBe(status)
    if (status === 403) expect(rows.size).toBe(before)
  }
})

test('names that the ID token lacks are asked for where the provider has them, and hostile ones are made fit to be read', async () => {
  const { back, first, press } = await openUpstreamHouse(['corp'], { metadata: { userinfo_endpoint: 'https://corp.example/userinfo' } })
  const one = await press()
  expect(visibleText(await back(one.browser, await first.signIn(one.page, { sub: 'u' })))).toContain('Signed in as Named elsewhere')
  // The subject of the UserInfo answer is another one: the names are not believed, the ID token still is.
  const two = await press()
  expect(visibleText(await back(two.browser, await first.signIn(two.page, { sub: 'v' })))).toMatch(/Signed in as corp:\S+/)
  const three = await press()
  const name = `\u202e<b>\u001b[31m${'x'.repeat(500)}`
  const page = await back(three.browser, await first.signIn(three.page, { sub: 'w', name, preferred_username: '../Admin: all\u0000' }))
  expect(page.body).not.toContain('\u202e')
  expect(page.body).toContain('&lt;b&gt;xxx')
  expect(visibleText(page).length).toBeLessThan(2000)
})

test('a provider that is away is told as such, without a trace of it on the page, and is asked again at the next try', async () => {
  const { events, first, press, writes } = await openUpstreamHouse(['corp'])
  first.breakDown()
  const { page } = await press()
  expect(page.status).toBe(503)
  expect(visibleText(page)).toContain('Not available right now')
  expect(page.body).not.toContain('corp.example')
  expect(events).toMatchObject([{ type: 'account.upstream_refused', provider: 'corp', why: 'not_available' }])
  expect(writes).toEqual(['insert sign_in'])
})

test('a provider that calls itself otherwise, or would take people over plain http, is not used', async () => {
  for (const metadata of [{ issuer: 'https://other.example' }, { authorization_endpoint: 'http://corp.example/authorize' }]) {
    const { page } = await (await openUpstreamHouse(['corp'], { metadata })).press()
    expect(page.status).toBe(503)
    expect(page.body).not.toContain('refresh')
  }
})

test('presses of the button are counted by network', async () => {
  const { press } = await openUpstreamHouse(['corp'])
  const { browser } = await press()
  const form = await browser.get('/sign-in')
  let last = form
  for (let presses = 1; presses <= 300; presses++) last = await browser.submit(form, '/sign-in/with/corp', {})
  expect(last.status).toBe(429)
  expect(visibleText(last)).toContain('Too many attempts')
})
