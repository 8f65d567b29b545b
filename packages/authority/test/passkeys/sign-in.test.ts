import { addAccount, addNewcomer, createAuthority, setAccountDisabled } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { visibleText } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { passkeyVerifier } from '../../../server/src/passkey-verifier.ts'
import { hasher, ISSUER, MASTER_KEY, openHouse, resources } from '../house.ts'
import { openBrowser } from '../person.ts'
import { askedOn, openPasskeyHouse, openPerson, takePassword } from './passkey-person.ts'

/** Ada has added a passkey and signed out. */
async function withPasskey(options: Parameters<typeof openPasskeyHouse>[0] = {}, authenticator: Parameters<typeof openPerson>[1] = {}) {
  const house = await openPasskeyHouse(options)
  const ada = openPerson(house, authenticator)
  await ada.signIn()
  await ada.add()
  await ada.signOut()
  return { house, ada }
}

test.each(['ES256', 'EdDSA', 'RS256'] as const)(
  'a passkey signs in without a name, comes back to the errand, and counts up (%s)',
  async (algorithm) => {
    const { house, ada } = await withPasskey({}, { algorithm })
    const page = await ada.get('/sign-in?user_code=BCDF-GHJK')
    expect(ada.asked(page)).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'auth.example',
      timeout: 300_000,
      userVerification: 'required',
    })
    const entry = await ada.use(page)
    expect(visibleText(entry)).toContain('Signed in as ada')
    expect(entry.body).toContain('value="BCDF-GHJK"')
    expect(house.events.at(-1)).toEqual({ type: 'account.signed_in', subject: house.subject })
    await ada.signOut()
    expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
  },
)

test('an authenticator that does not count signs in as often as it likes', async () => {
  const { ada } = await withPasskey({}, { counts: false })
  for (let times = 0; times < 3; times++) {
    expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
    await ada.signOut()
  }
})

test('without a verifier, and for an issuer at a bare address, there are no passkeys anywhere', async () => {
  const bare = await openHouse({ issuer: 'http://127.0.0.1:8628', identity: { hasher, passkeys: passkeyVerifier() } })
  for (const house of [
    await openHouse(),
    bare,
    await openHouse({ issuer: 'http://[::1]:8628', identity: { hasher, passkeys: passkeyVerifier() } }),
  ]) {
    expect(askedOn(await house.send('GET', '/sign-in'))).toBeUndefined()
    for (const path of ['/passkeys', '/sign-in/passkey', '/passkeys/add']) expect((await house.send('GET', path)).status).toBe(404)
  }
  const browser = openBrowser(await openHouse())
  await browser.signIn()
  expect((await browser.get('/devices')).body).not.toContain('passkey')
})

test.each([
  ['http://localhost:8628', 'localhost', 'http://localhost:8628'],
  ['https://id.example.com:8443/auth/', 'id.example.com', 'https://id.example.com:8443'],
])('origin and relying party follow from the issuer %s', async (issuer, rpId, origin) => {
  const expected: unknown[] = []
  const passkeys = {
    verifyAttestation: async (_: unknown, tied: unknown) => void expected.push(tied),
    verifyAssertion: async (_: unknown, tied: unknown) => void expected.push(tied),
  }
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const house = await openHouse({ issuer, identity: { hasher, passkeys: passkeys as never } })
  const asked = askedOn(await house.send('GET', `${base}/sign-in`))
  expect(asked).toMatchObject({ rpId })
  // A credential nobody has is not verified at all, so one is put there.
  const value = { subject: house.subject, name: '', credential: 'AAAA', publicKey: 'AAAA', counter: 0, transports: [], addedAt: 0 }
  await house.store.insert({ kind: 'passkey', id: 'one', value, lookups: [await house.digest('credential', 'AAAA')], group: house.subject })
  const page = await house.send('GET', `${base}/sign-in`)
  const hidden = Object.fromEntries(
    [...page.body.matchAll(/type="hidden" name="([^"]+)" value="([^"]+)"/g)].map(([, name, text]) => [name, text]),
  )
  const form = { ...hidden, credential: 'AAAA', clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' }
  const handle = await house.digest('user_handle', house.subject)
  const cookie = String([page.headers['set-cookie']].flat()[0]).split(';')[0] ?? ''
  await house.post(`${base}/sign-in/passkey`, { ...form, userHandle: handle } as Record<string, string>, { cookie })
  expect(expected).toEqual([{ challenge: askedOn(page)?.challenge, origin, rpId }])
})

verifies(
  'seed-002-separate-trusted-browser',
  'a passkey of their own is the fresh proof that a risky scope takes, and the page leads back',
  async () => {
    const risky = resources.map((resource) => ({ ...resource, risky: ['notes:write'] }))
    const { house, ada } = await withPasskey({ resources: risky })
    await ada.signIn()
    house.clock.advance(400)
    const device = await house.device()
    const { deviceCode, userCode } = await device.start({ scope: 'notes:write' })
    const again = await ada.submit(await ada.enter(userCode), '/device/decide', { decision: 'again' })
    expect(visibleText(again)).toContain('Confirm with a passkey')
    expect(ada.asked(again)['allowCredentials']).toEqual([
      { type: 'public-key', id: ada.authenticator.kept[0]?.id, transports: ['internal', 'hybrid'] },
    ])
    const back = await ada.use(again)
    expect(visibleText(back)).toContain('A device asks to act as you')
    await ada.submit(back, '/device/decide', { decision: 'approve', confirmed: 'yes', scope: 'notes:write' })
    expect((await device.poll(deviceCode)).json['scope']).toBe('notes:write')
  },
)

test('who has no passkey is not asked for one when proving it again; the password does', async () => {
  const house = await openPasskeyHouse()
  const ada = openPerson(house)
  await ada.signIn()
  const again = await ada.get('/sign-in?page=devices&again=yes')
  expect(askedOn(again)).toBeUndefined()
  expect(visibleText(await ada.submit(again, '/sign-in', { password: 'correct horse' }))).toContain('Your devices')
})

test('who has a passkey and no password is asked for the passkey alone', async () => {
  const { house, ada } = await withPasskey()
  await takePassword(house)
  await ada.use(await ada.get('/sign-in'))
  const again = await ada.get('/sign-in?page=devices&again=yes')
  expect(again.body).not.toContain('type="password"')
  expect(visibleText(await ada.use(again))).toContain('Your devices')
})

test('what goes wrong at a confirmation counts for the person who is signed in, whoever the passkey belongs to', async () => {
  const { house, ada } = await withPasskey()
  await addAccount(house, 'bob', 'battery staple')
  const bob = openPerson(house, { address: '192.0.2.5' })
  await bob.signIn('bob', 'battery staple')
  await bob.add()
  await ada.signIn()
  for (let failures = 0; failures < 10; failures++) {
    const again = await ada.get('/sign-in?page=devices&again=yes')
    await ada.submit(again, '/sign-in/passkey', bob.authenticator.answerAnyway(ada.asked(again)))
  }
  expect((await ada.use(await ada.get('/sign-in?page=devices&again=yes'))).status).toBe(429)
  await bob.signOut()
  expect(visibleText(await bob.use(await bob.get('/sign-in')))).toContain('Signed in as bob')
})

test('a refused confirmation is shown again as a confirmation, with what it was for', async () => {
  const { house, ada } = await withPasskey()
  await ada.signIn()
  const refused = await ada.use(await ada.get('/sign-in?page=devices&again=yes'), { spoiled: true })
  expect(refused.status).toBe(403)
  expect(visibleText(refused)).toContain('Confirm that it is you')
  expect(visibleText(refused)).toContain('This passkey was not accepted.')
  expect(visibleText(await ada.use(refused))).toContain('Your devices')
  expect(house.events.filter(({ type }) => type === 'account.signed_in')).toHaveLength(3)
})

test('the passkey of a disabled account does not sign in, and that of an enabled one does again', async () => {
  const { house, ada } = await withPasskey()
  await setAccountDisabled(house, 'ada', true)
  const refused = await ada.use(await ada.get('/sign-in'))
  expect(refused.status).toBe(403)
  expect(house.events.at(-1)).toMatchObject({ type: 'account.passkey_refused', why: 'disabled', subject: house.subject })
  await setAccountDisabled(house, 'ada', false)
  expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
})

test('a challenge that waited for ten minutes is over: nothing is counted, and the page comes again with a new one', async () => {
  const { house, ada } = await withPasskey()
  const page = await ada.get('/sign-in')
  house.clock.advance(600)
  const counted = house.events.length
  const stale = await ada.use(page)
  expect([stale.status, visibleText(stale).includes('This page was open for too long.')]).toEqual([403, true])
  expect(house.events).toHaveLength(counted)
  expect(ada.asked(stale).challenge).not.toBe(ada.asked(page).challenge)
  house.clock.advance(599)
  expect(visibleText(await ada.use(stale))).toContain('Signed in as ada')
})

test('looking at the page costs the store nothing; only answered challenges are kept, and only until they are over', async () => {
  const { house, ada } = await withPasskey()
  const inserted: { kind: string; expiresAt?: number | undefined }[] = []
  const { insert } = house.store
  Object.assign(house.store, { insert: (row: { kind: string }) => (inserted.push(row), insert(row as never)) })
  const page = await ada.get('/sign-in')
  await ada.get('/sign-in')
  expect(inserted).toEqual([])
  const endsAt = house.clock.now() + 600_000
  await ada.use(page, { spoiled: true })
  expect(inserted).toEqual([])
  await ada.use(page)
  expect(inserted.filter(({ kind }) => kind === 'answered_challenge')).toMatchObject([{ expiresAt: endsAt }])
})

test('a challenge stays answered when the server starts again and its store has forgotten what only passes', async () => {
  const { house, ada } = await withPasskey({}, { counts: false })
  const { body } = await ada.get('/sign-in')
  const hidden = [...body.matchAll(/type="hidden" name="([^"]+)" value="([^"]+)"/g)].map(([, name = '', value = '']) => [name, value])
  const form = new URLSearchParams({ ...Object.fromEntries(hidden), ...ada.authenticator.get(ada.asked({ body })) })
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const statuses = []
  for (const start of [1, 2]) {
    const store = { ...house.store, once: (key: string, until: number) => house.store.once(`${start} ${key}`, until) }
    const { clock, suite } = house
    const identity = { hasher, passkeys: passkeyVerifier() }
    const authority = await createAuthority({ issuer: ISSUER, store, suite, clock, masterKey: MASTER_KEY, identity, resources })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie }
    const exchange = { method: 'POST', path: '/sign-in/passkey', query: '', headers, body: form.toString(), remoteAddress: '203.0.113.9' }
    statuses.push((await authority.handle(exchange)).status)
  }
  expect(statuses).toEqual([303, 403])
})

test('passwords and passkeys share what may go wrong: for an account ten times, and then neither is looked at', async () => {
  const { house, ada } = await withPasskey()
  for (let failures = 0; failures < 5; failures++) {
    expect((await ada.use(await ada.get('/sign-in'), { spoiled: true })).status).toBe(403)
    expect((await openBrowser(house, { address: `198.51.${failures}.1` }).signIn('ada', 'wrong')).status).toBe(403)
  }
  const limited = await ada.use(await ada.get('/sign-in'))
  expect([limited.status, visibleText(limited).includes('Too many attempts.')]).toEqual([429, true])
  expect((await openBrowser(house).signIn()).status).toBe(429)
  house.clock.advance(900)
  expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
})

test('a network gets fifty wrong ones, whatever passkeys they say they are', async () => {
  const { house, ada } = await withPasskey()
  const stranger = openPerson(house, { address: '192.0.2.1' })
  const page = await stranger.get('/sign-in')
  const made = ada.authenticator.answerAnyway(stranger.asked(page))
  const statuses = []
  for (let index = 0; index < 51; index++) {
    statuses.push((await stranger.submit(page, '/sign-in/passkey', { ...made, credential: `unknown-${index}` })).status)
  }
  expect(statuses).toEqual([...Array<number>(50).fill(403), 429])
  expect((await openBrowser(house, { address: '192.0.2.77' }).signIn()).status).toBe(429)
  expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
})

test('every refusal looks the same: unknown, spoiled, disabled, of another handle, and garbled', async () => {
  const { house, ada } = await withPasskey()
  await addAccount(house, 'bob', 'battery staple')
  const bob = openPerson(house, { address: '192.0.2.5' })
  await bob.signIn('bob', 'battery staple')
  await bob.add()
  await bob.signOut()
  await setAccountDisabled(house, 'bob', true)
  const stranger = openPerson(house)
  const blank = (body: string) => body.replace(/value="[^"]*"|challenge&quot;:&quot;[\w-]+/g, '')
  const attempts: [typeof ada, (page: Awaited<ReturnType<typeof ada.get>>) => Record<string, string>][] = [
    [ada, (page) => ({ ...ada.authenticator.get(ada.asked(page)), credential: 'unknown' })],
    [ada, (page) => ada.authenticator.get(ada.asked(page), { spoiled: true })],
    [ada, (page) => ada.authenticator.get(ada.asked(page), { userHandle: 'AAAA' })],
    [bob, (page) => bob.authenticator.get(bob.asked(page))],
    [stranger, () => ({})],
    [stranger, () => ({ credential: '!'.repeat(9000), clientDataJSON: '{}', authenticatorData: '', signature: 'x' })],
    [ada, (page) => ({ ...ada.authenticator.get(ada.asked(page)), clientDataJSON: 'bm90IGpzb24' })],
    [ada, (page) => ({ ...ada.authenticator.get(ada.asked(page)), authenticatorData: 'AAAA' })],
  ]
  const seen = new Set<string>()
  for (const [person, answer] of attempts) {
    const page = await person.get('/sign-in')
    const { status, body } = await person.submit(page, '/sign-in/passkey', answer(page))
    seen.add(`${status} ${blank(body)}`)
  }
  expect(seen.size).toBe(1)
  expect([...seen][0]).toMatch(/^403 /)
  const whys = house.events.flatMap((event) => (event.type === 'account.passkey_refused' ? [event.why] : []))
  expect(whys).toEqual(['unknown', 'not_verified', 'other_account', 'disabled', 'unknown', 'unknown', 'not_verified', 'not_verified'])
})

test('only our own form counts, and only as a form that is sent', async () => {
  const { house, ada } = await withPasskey()
  const page = await ada.get('/sign-in')
  const answer = ada.authenticator.get(ada.asked(page))
  expect((await ada.submit(page, '/sign-in/passkey', { ...answer, csrf: 'x' })).status).toBe(403)
  expect((await ada.submit(page, '/sign-in/passkey', answer, { origin: 'https://evil.example' })).status).toBe(403)
  expect(house.events.some(({ type }) => type === 'account.passkey_refused')).toBe(false)
  expect(askedOn(await ada.get('/sign-in/passkey'))).toBeDefined()
})

test('somebody who signs in elsewhere neither has passkeys here nor is led to them', async () => {
  const house = await openPasskeyHouse()
  await addNewcomer(house, 'subject-of-carol', { provider: 'corp', name: 'carol' })
  const browser = openBrowser(house)
  await browser.signIn()
  expect((await browser.get('/devices')).body).toContain('href="/passkeys"')
  // As after signing in there: the row of the browser says whose it is.
  const id = await house.digest('browser', String(browser.cookies.get('__Host-countersign')))
  const row = await house.store.read('browser', id)
  await house.store.swap({
    kind: 'browser',
    id,
    version: row?.version ?? 0,
    value: { ...(row?.value as object), subject: 'subject-of-carol' },
  })
  expect((await browser.get('/devices')).body).not.toContain('href="/passkeys"')
  expect((await browser.get('/passkeys')).status).toBe(404)
})
