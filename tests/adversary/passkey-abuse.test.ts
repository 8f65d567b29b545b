/**
 * Somebody has seen what a passkey answered, holds another passkey, has a page of another site or a copy of an authenticator: does any of it
 * sign them in as somebody else, or approve what takes a fresh proof? Real verifier, authenticators in software.
 */
import { addAccount } from '@countersign/authority'
import { afterEach, expect, test, vi } from 'vitest'
import { resources } from '../../packages/authority/test/house.ts'
import { openPasskeyHouse, openPerson, type Person } from '../../packages/authority/test/passkeys/passkey-person.ts'
import { type Page, visibleText } from '../../examples/first-login/src/scriptless-browser.ts'

const risky = resources.map((resource) => ({ ...resource, risky: ['notes:write'] }))

afterEach(() => vi.restoreAllMocks())

/** Ada and Mallory have a passkey each; nobody is signed in. */
async function town(authenticator: { readonly counts?: boolean } = {}) {
  const house = await openPasskeyHouse({ resources: risky })
  await addAccount(house, 'mallory', 'battery staple')
  const ada = openPerson(house, authenticator)
  const mallory = openPerson(house, { address: '192.0.2.66' })
  await ada.signIn()
  await mallory.signIn('mallory', 'battery staple')
  for (const person of [ada, mallory]) {
    await person.add()
    await person.signOut()
  }
  const refusals = () => house.events.flatMap((event) => (event.type === 'account.passkey_refused' ? [event.why] : []))
  return { house, ada, mallory, refusals }
}

async function isSignedIn(person: Person): Promise<boolean> {
  return visibleText(await person.get('/device')).includes('Signed in as')
}

/** The cookie of a browser that is about to sign in, as somebody who sees everything copies it. */
function copyOf(from: Person, to: Person): void {
  to.cookies.set('__Host-countersign-form', String(from.cookies.get('__Host-countersign-form')))
}

test.each([true, false])(
  'an answer that was seen on its way is worth nothing again, also with every cookie (authenticator counts: %s)',
  async (counts) => {
    const { ada, mallory, refusals } = await town({ counts })
    const page = await ada.get('/sign-in')
    copyOf(ada, mallory)
    const answer = ada.authenticator.get(ada.asked(page))
    await ada.submit(page, '/sign-in/passkey', answer)
    expect((await mallory.submit(page, '/sign-in/passkey', answer)).status).toBe(403)
    expect([await isSignedIn(ada), await isSignedIn(mallory), refusals()]).toEqual([true, false, ['replayed']])
  },
)

test('of one answer that arrives twice at once, one signs in', async () => {
  const { ada, mallory, house } = await town({ counts: false })
  const page = await ada.get('/sign-in')
  copyOf(ada, mallory)
  const answer = ada.authenticator.get(ada.asked(page))
  await Promise.all([ada, mallory].map((each) => each.submit(page, '/sign-in/passkey', answer)))
  expect([await isSignedIn(ada), await isSignedIn(mallory)].filter(Boolean)).toHaveLength(1)
  expect(house.events.filter(({ type }) => type === 'account.passkey_refused')).toHaveLength(1)
})

test('the challenge of one browser is none in another: nobody is signed in by an answer that was begun elsewhere', async () => {
  const { ada, mallory, refusals } = await town()
  // Mallory hands her challenge to Ada, or her own answer to the browser of Ada.
  const hers = await mallory.get('/sign-in')
  const his = await ada.get('/sign-in')
  const asked = mallory.asked(hers)
  const made = /name="made" value="([^"]+)"/.exec(hers.body)?.[1] ?? ''
  expect((await ada.submit(his, '/sign-in/passkey', { ...ada.authenticator.get(asked), made })).status).toBe(403)
  expect((await ada.submit(his, '/sign-in/passkey', { ...mallory.authenticator.get(asked), made })).status).toBe(403)
  expect([await isSignedIn(ada), refusals()]).toEqual([false, ['not_verified', 'not_verified']])
})

test('a challenge has no other end than the one it was made with', async () => {
  const { house, ada } = await town()
  const page = await ada.get('/sign-in')
  const [nonce] = (/name="made" value="([^"]+)"/.exec(page.body)?.[1] ?? '').split('.')
  const answer = ada.authenticator.get(ada.asked(page))
  house.clock.advance(600)
  for (const made of [`${nonce}.${house.clock.now() + 600_000}`, `${nonce}.999999999999999`, `${nonce}.`, 'x', `${nonce}.1e99`]) {
    expect((await ada.submit(page, '/sign-in/passkey', { ...answer, made })).status).toBe(403)
  }
  expect(await isSignedIn(ada)).toBe(false)
})

test('what was asked for adding a passkey, or for proving it once more, is not good for anything else', async () => {
  const { ada, refusals } = await town()
  await ada.signIn()
  const pages: Record<string, Page> = {
    add: await ada.get('/passkeys'),
    again: await ada.get('/sign-in?page=devices&again=yes'),
  }
  await ada.signOut()
  const signIn = await ada.get('/sign-in')
  const madeOn = (page: Page | undefined) => /name="made" value="([^"]+)"/.exec(page?.body ?? '')?.[1] ?? ''
  for (const page of [pages['add'], pages['again']]) {
    const asked = { ...ada.asked(page as Page), rpId: 'auth.example', allowCredentials: [{ id: ada.authenticator.kept[0]?.id ?? '' }] }
    const answer = { ...ada.authenticator.get(asked), made: madeOn(page) }
    expect((await ada.submit(signIn, '/sign-in/passkey', answer)).status).toBe(403)
  }
  // And the other way round: what was asked for signing in proves nothing again, and adds nothing.
  await ada.signIn()
  const again = await ada.get('/sign-in?page=devices&again=yes')
  const answer = { ...ada.authenticator.get(ada.asked(signIn)), made: madeOn(signIn) }
  expect((await ada.submit(again, '/sign-in/passkey', answer)).status).toBe(403)
  const add = await ada.get('/passkeys')
  const stranger = openPerson((await town()).house)
  const created = stranger.authenticator.create({ ...ada.asked(add), challenge: ada.asked(signIn).challenge })
  expect((await ada.submit(add, '/passkeys/add', { name: 'x', ...created, made: madeOn(signIn) })).status).toBe(400)
  expect(refusals()).toEqual(Array<string>(4).fill('not_verified'))
})

test('a page of another site gets an answer that says so', async () => {
  const { ada, refusals } = await town()
  const wrongs = [
    { origin: 'https://auth.example.evil.example' },
    { origin: 'https://evil.auth.example' },
    { origin: 'http://auth.example' },
    { origin: 'https://auth.example:8443' },
    { rpId: 'evil.example' },
    { crossOrigin: true },
  ]
  for (const wrong of wrongs) expect((await ada.use(await ada.get('/sign-in'), wrong)).status, JSON.stringify(wrong)).toBe(403)
  expect([await isSignedIn(ada), refusals()]).toEqual([false, wrongs.map(() => 'not_verified')])
})

test('at a browser that was left open, the passkey of somebody else approves nothing, not even with the right handle', async () => {
  const { house, ada, mallory, refusals } = await town()
  await ada.signIn()
  house.clock.advance(400)
  const device = await house.device()
  const { deviceCode, userCode } = await device.start({ scope: 'notes:write' })
  const entered = await ada.enter(userCode)
  const again = await ada.submit(entered, '/device/decide', { decision: 'again' })
  const handle = ada.authenticator.kept[0]?.handle ?? ''
  const answers = [
    mallory.authenticator.answerAnyway(ada.asked(again)),
    mallory.authenticator.answerAnyway(ada.asked(again), { userHandle: handle }),
    { ...mallory.authenticator.answerAnyway(ada.asked(again), { userHandle: handle }), credential: ada.authenticator.kept[0]?.id ?? '' },
    mallory.authenticator.answerAnyway(ada.asked(again), { userHandle: '' }),
  ]
  for (const answer of answers) expect((await ada.submit(again, '/sign-in/passkey', answer)).status).toBe(403)
  // Without the mark of the detour it is an ordinary sign-in, and the challenge was not made for one.
  expect((await ada.submit(again, '/sign-in/passkey', { ...(answers[0] as object), again: '' })).status).toBe(403)
  expect(refusals()).toEqual(['other_account', 'other_account', 'not_verified', 'other_account', 'not_verified'])
  const approve = { decision: 'approve', confirmed: 'yes', scope: 'notes:write' }
  expect(visibleText(await ada.submit(entered, '/device/decide', approve))).toContain('Confirm that it is you')
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
})

test('holding the device is not enough: an answer without finger, face or PIN signs nobody in and proves nothing again', async () => {
  const { ada, refusals } = await town()
  expect((await ada.use(await ada.get('/sign-in'), { verified: false })).status).toBe(403)
  expect((await ada.use(await ada.get('/sign-in'), { present: false })).status).toBe(403)
  await ada.signIn()
  expect((await ada.use(await ada.get('/sign-in?page=passkeys&again=yes'), { verified: false })).status).toBe(403)
  expect(refusals()).toEqual(Array<string>(3).fill('not_verified'))
})

test('a copy of an authenticator is found out by its counter, and the operator is told', async () => {
  const { house, ada, refusals } = await town()
  const statuses = []
  for (const counter of [7, 7, 6, 0, 8]) {
    const page = await ada.use(await ada.get('/sign-in'), { counter })
    statuses.push(page.status)
    if (page.status === 200) await ada.signOut()
  }
  expect(statuses).toEqual([200, 403, 403, 403, 200])
  expect(refusals()).toEqual(['counter', 'counter', 'counter'])
  expect((await house.store.list('passkey', house.subject, 1))[0]?.value).toMatchObject({ counter: 8 })
})

test('two copies at once with the same count: one of them signs in', async () => {
  const { ada, house } = await town()
  const copy = openPerson(house)
  const [one, other] = [await ada.get('/sign-in'), await copy.get('/sign-in')]
  const answers = [ada.authenticator.get(ada.asked(one), { counter: 9 }), ada.authenticator.get(copy.asked(other), { counter: 9 })]
  await Promise.all([ada.submit(one, '/sign-in/passkey', answers[0] ?? {}), copy.submit(other, '/sign-in/passkey', answers[1] ?? {})])
  expect([await isSignedIn(ada), await isSignedIn(copy)].filter(Boolean)).toHaveLength(1)
})

test('a passkey that was removed does not come back by sending once more what added it', async () => {
  const { house, ada, refusals } = await town()
  await ada.signIn()
  const before = await ada.get('/passkeys')
  const lost = openPerson(house)
  const answer = { name: 'lost', ...lost.authenticator.create(ada.asked(before)) }
  const added = await ada.submit(before, '/passkeys/add', answer)
  const [, second] = await house.store.list('passkey', house.subject, 2)
  await ada.submit(added, '/passkeys/remove', { passkey: String(second?.id) })
  expect((await ada.submit(before, '/passkeys/add', answer)).status).toBe(400)
  expect([await house.store.list('passkey', house.subject, 9), refusals()]).toMatchObject([{ length: 1 }, ['replayed']])
})

test('nobody can put their own key under a credential of somebody else', async () => {
  const { house, ada, mallory } = await town()
  await mallory.signIn('mallory', 'battery staple')
  const theirs = Buffer.from(ada.authenticator.kept[0]?.id ?? '', 'base64url')
  const page = await mallory.get('/passkeys')
  const forger = openPerson(house)
  const made = forger.authenticator.create(mallory.asked(page))
  // The authenticator of an attacker says whatever id it likes.
  const attestation = Buffer.from(made['attestationObject'] ?? '', 'base64url')
  theirs.copy(attestation, attestation.indexOf(Buffer.from(made['credential'] ?? '', 'base64url')))
  const forged = { ...made, credential: theirs.toString('base64url'), attestationObject: attestation.toString('base64url') }
  expect((await mallory.submit(page, '/passkeys/add', { name: 'x', ...forged })).status).toBe(400)
  expect(house.events.at(-1)).toMatchObject({ type: 'account.passkey_refused', why: 'taken' })
  await mallory.signOut()
  expect(visibleText(await ada.use(await ada.get('/sign-in')))).toContain('Signed in as ada')
})

test('a passkey that brings certificates leads the server nowhere: they are not looked at', async () => {
  const { house } = await town()
  const fetched = vi.spyOn(globalThis, 'fetch')
  const mallory = openPerson(house, { attestation: 'certificate' })
  await mallory.signIn('mallory', 'battery staple')
  expect((await mallory.add()).status).toBe(400)
  expect(fetched).not.toHaveBeenCalled()
})

test('what is kept holds nothing that signs in, and what is told neither', async () => {
  const { house, ada } = await town()
  const page = await ada.get('/sign-in')
  const answer = ada.authenticator.get(ada.asked(page))
  await ada.submit(page, '/sign-in/passkey', answer)
  const told = JSON.stringify(house.events)
  const kept = JSON.stringify(await house.store.list('passkey', house.subject, 10))
  for (const secret of [answer['signature'], ada.asked(page).challenge, ada.authenticator.kept[0]?.handle]) {
    expect(secret).toBeTruthy()
    expect(told).not.toContain(secret)
    expect(kept).not.toContain(secret)
  }
  expect(told).not.toContain(ada.authenticator.kept[0]?.id)
})
