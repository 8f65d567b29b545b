import { addAccount, listPasskeys, type Notice, type Passkey, type PasskeyVerifier, removePasskeys } from '@countersign/authority'
import { expect, test } from 'vitest'
import { type Page, visibleText } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { passkeyVerifier } from '../../../server/src/passkey-verifier.ts'
import { answerOf } from '../app.ts'
import { hasher, type House } from '../house.ts'
import { openBrowser } from '../person.ts'
import { openPasskeyHouse, openPerson, takePassword } from './passkey-person.ts'

async function signedIn() {
  const house = await openPasskeyHouse()
  const ada = openPerson(house)
  await ada.signIn()
  return { house, ada }
}

async function rowsOf({ store, subject }: House): Promise<readonly Passkey[]> {
  return (await store.list('passkey', subject, 100)).map(({ value }) => value as Passkey)
}

test('a new passkey is asked for as one that needs no name, takes a finger, a face or a PIN, and tells nothing of its maker', async () => {
  const { house, ada } = await signedIn()
  expect(ada.asked(await ada.get('/passkeys'))).toEqual({
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    rp: { id: 'auth.example', name: 'Countersign' },
    user: { id: await house.digest('user_handle', house.subject), name: 'ada', displayName: 'ada' },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  })
})

test('what was added is listed with its name, when it was added and when it was used; one authenticator makes no second', async () => {
  const { house, ada } = await signedIn()
  house.clock.advance(60)
  const page = await ada.add('  <b>Laptop</b> ')
  expect(visibleText(page)).toContain('Added. From now on you can sign in with it.')
  expect(page.body).toContain('&lt;b&gt;Laptop&lt;/b&gt;')
  expect(visibleText(page)).toContain('Last used Never')
  const [kept] = ada.authenticator.kept
  expect(await rowsOf(house)).toEqual([
    {
      subject: house.subject,
      name: '<b>Laptop</b>',
      credential: kept?.id,
      publicKey: expect.stringMatching(/^[\w-]+$/),
      counter: 1,
      transports: ['internal', 'hybrid'],
      addedAt: house.clock.now(),
    },
  ])
  expect(() => ada.authenticator.create(ada.asked(page))).toThrow('InvalidStateError')
  await ada.signOut()
  house.clock.advance(3600)
  await ada.use(await ada.get('/sign-in?page=passkeys'))
  house.clock.advance(120)
  expect(visibleText(await ada.get('/passkeys'))).toContain('Added 1 hour ago Last used 2 minutes ago')
  expect(await rowsOf(house)).toMatchObject([{ counter: 2, usedAt: house.clock.now() - 120_000 }])
})

test('adding and removing are events that name the passkey, and neither carries a key', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.add()
  const [row] = await house.store.list('passkey', house.subject, 2)
  await ada.submit(page, '/passkeys/remove', {})
  const about = { passkey: row?.id, subject: house.subject, address: '203.0.113.9' }
  expect(house.events.slice(1)).toEqual([
    { type: 'account.passkey_added', ...about },
    { type: 'account.passkey_removed', ...about },
  ])
})

test('adding and removing are told to the person by another way, and nothing else is', async () => {
  const told: Notice[] = []
  const house = await openPasskeyHouse({ notices: (notice) => void told.push(notice) })
  const ada = openPerson(house)
  await ada.signIn()
  await ada.add('laptop', { verified: false })
  const page = await ada.add('laptop')
  await ada.submit(page, '/passkeys/remove', { passkey: 'unknown' })
  house.clock.advance(5)
  await ada.submit(page, '/passkeys/remove', {})
  const now = house.clock.now()
  const about = {
    subject: house.subject,
    name: 'ada',
    passkeyName: 'laptop',
    changedFrom: { address: '203.0.113.9', userAgent: '' },
    passkeysUrl: 'https://auth.example/passkeys',
  }
  expect(told).toEqual([
    { type: 'account.passkey_added', ...about, changedAt: now - 5000 },
    { type: 'account.passkey_removed', ...about, changedAt: now },
  ])
})

test('the list of devices leads to the passkeys, and signing in on the way comes back to them', async () => {
  const { house, ada } = await signedIn()
  expect((await ada.get('/devices')).body).toContain('<a class="link" href="/passkeys">See and change your passkeys</a>')
  const stranger = openBrowser(house)
  const signIn = await stranger.get('/passkeys')
  expect(visibleText(signIn)).toContain('Then you can see and change your passkeys.')
  expect(visibleText(await stranger.submit(signIn, '/sign-in', { name: 'ada', password: 'correct horse' }))).toContain('Your passkeys')
})

test('five minutes after signing in the list can be seen, and nothing in it changed: not on the page, and not by a form of before', async () => {
  const { house, ada } = await signedIn()
  const before = await ada.add()
  const another = openPerson(house)
  const answer = another.authenticator.create(ada.asked(before))
  house.clock.advance(300)
  const page = await ada.get('/passkeys')
  expect(page.body).not.toMatch(/passkeys\/(?:add|remove)/)
  for (const [path, fields] of [
    ['/passkeys/add', { name: 'x', ...answer }],
    ['/passkeys/remove', {}],
  ] as const) {
    const asked = await ada.submit(before, path, fields)
    expect(visibleText(asked)).toContain('Confirm that it is you')
  }
  expect(await rowsOf(house)).toHaveLength(1)
  // The link of the page leads to the same place, and back.
  const again = await ada.get(/href="(\/sign-in\?[^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '')
  const back = await ada.submit(again, '/sign-in', { password: 'correct horse' })
  expect(visibleText(back)).toContain('Your passkeys')
  expect(visibleText(await ada.submit(back, '/passkeys/remove', {}))).toContain('Removed.')
  expect(await rowsOf(house)).toEqual([])
})

test('a second before that, both still can be done', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.get('/passkeys')
  house.clock.advance(299)
  const added = await ada.add('laptop', {}, page)
  expect(visibleText(added)).toContain('Added.')
  expect(visibleText(await ada.submit(added, '/passkeys/remove', {}))).toContain('You have none yet.')
  expect(await rowsOf(house)).toEqual([])
})

test('the passkey of somebody else is not there to be removed, and does not sign in any more once its owner removed it', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.add()
  await addAccount(house, 'mallory', 'battery staple')
  const mallory = openPerson(house)
  await mallory.signIn('mallory', 'battery staple')
  const theirs = await mallory.add()
  const [row] = await house.store.list('passkey', house.subject, 2)
  expect(visibleText(await mallory.submit(theirs, '/passkeys/remove', { passkey: String(row?.id) }))).not.toContain('Removed.')
  expect(await rowsOf(house)).toHaveLength(1)
  await ada.submit(page, '/passkeys/remove', {})
  await ada.signOut()
  expect((await ada.use(await ada.get('/sign-in'))).status).toBe(403)
  expect(house.events.at(-1)).toMatchObject({ type: 'account.passkey_refused', why: 'unknown' })
})

test('a removal wins over a use at the same moment', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.add()
  const { remove } = house.store
  let raced = false
  Object.assign(house.store, {
    remove: async (kind: string, id: string, version: number) => {
      if (kind === 'passkey' && !raced) {
        raced = true
        const row = await house.store.read(kind, id)
        await house.store.swap({ kind, id, version, value: { ...(row?.value as object), counter: 9 } })
      }
      return remove(kind, id, version)
    },
  })
  await ada.submit(page, '/passkeys/remove', {})
  expect(await rowsOf(house)).toEqual([])
})

test('the last way to sign in is not removed', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.add()
  await takePassword(house)
  const refused = await ada.submit(page, '/passkeys/remove', {})
  expect([refused.status, visibleText(refused).includes('so it was not removed')]).toEqual([400, true])
  expect(await rowsOf(house)).toHaveLength(1)
  // With a second one beside it, it is not the last.
  const phone = openPerson(house)
  await ada.submit(refused, '/passkeys/add', { name: 'phone', ...phone.authenticator.create(ada.asked(refused)) })
  expect(visibleText(await ada.submit(await ada.get('/passkeys'), '/passkeys/remove', {}))).toContain('Removed.')
})

test('twenty is enough: the page offers no more, and a form of before adds none', async () => {
  const { house, ada } = await signedIn()
  const early = await ada.get('/passkeys')
  let page: Page = await ada.get('/passkeys')
  for (let index = 0; index < 20; index++) {
    const { authenticator } = openPerson(house)
    page = await ada.submit(page, '/passkeys/add', { name: `key ${index}`, ...authenticator.create(ada.asked(page)) })
  }
  expect(visibleText(page)).toContain('To add another, remove one first.')
  expect((await ada.add('one more', {}, early)).status).toBe(400)
  expect(await rowsOf(house)).toHaveLength(20)
})

test.each([
  ['made for another site', { rpId: 'evil.example' }],
  ['made on another origin', { origin: 'https://evil.example' }],
  ['made in a frame', { crossOrigin: true }],
  ['made without anybody there', { present: false }],
  ['made without knowing the person', { verified: false }],
  ['made for another challenge', { challenge: 'A'.repeat(43) }],
  ['an assertion', { type: 'webauthn.get' }],
])('a passkey that was %s is not added, and the page can be tried again', async (_, wrong) => {
  const { house, ada } = await signedIn()
  const refused = await ada.add('laptop', wrong)
  expect([refused.status, visibleText(refused).includes('The passkey was not added.')]).toEqual([400, true])
  expect(await rowsOf(house)).toEqual([])
  expect(house.events.at(-1)).toMatchObject({ type: 'account.passkey_refused', why: 'not_verified', subject: house.subject })
  expect(visibleText(await ada.add('laptop', {}, refused))).toContain('Added.')
})

test('what is no passkey at all is refused, not stumbled over', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.get('/passkeys')
  const made = ada.authenticator.create(ada.asked(page))
  for (const broken of [
    { attestationObject: '' },
    { attestationObject: 'AAAA' },
    { attestationObject: 'A'.repeat(20_000) },
    { clientDataJSON: 'bm90IGpzb24' },
    { clientDataJSON: 'bnVsbA' },
    { credential: 'A'.repeat(1365) },
    { credential: 'AAAA' },
  ]) {
    const { status } = await ada.submit(page, '/passkeys/add', { name: 'x', ...made, ...broken })
    expect(status, JSON.stringify(broken).slice(0, 40)).toBe(400)
  }
  expect(await rowsOf(house)).toEqual([])
  expect(house.events.some(({ type }) => type === 'request.failed')).toBe(false)
})

test('what is longer than anything of a passkey is not even looked at', async () => {
  const looked: string[] = []
  const { verifyAssertion, verifyAttestation } = passkeyVerifier()
  const passkeys: PasskeyVerifier = {
    verifyAssertion,
    verifyAttestation: (attestation, expected) => {
      looked.push(attestation.credential)
      return verifyAttestation(attestation, expected)
    },
  }
  const house = await openPasskeyHouse({ identity: { hasher, passkeys } })
  const ada = openPerson(house)
  await ada.signIn()
  const page = await ada.get('/passkeys')
  const made = ada.authenticator.create(ada.asked(page))
  const longest = { credential: 'A'.repeat(1364), attestationObject: 'A'.repeat(16_384) }
  await ada.submit(page, '/passkeys/add', { name: 'x', ...made, ...longest })
  await ada.submit(page, '/passkeys/add', { name: 'x', ...made, credential: 'A'.repeat(1365) })
  await ada.submit(page, '/passkeys/add', { name: 'x', ...made, attestationObject: 'A'.repeat(16_385) })
  expect(looked).toEqual([longest.credential])
})

test('transports are words of the standard, few and short, and names are not sentences', async () => {
  const { house, ada } = await signedIn()
  const transports = `usb ${'x'.repeat(17)} NFC <b> ${'hybrid '.repeat(20)}`
  await ada.add('n'.repeat(500), {}, undefined, { transports })
  expect(await rowsOf(house)).toMatchObject([{ transports: ['usb', ...Array<string>(7).fill('hybrid')], name: 'n'.repeat(64) }])
})

test('a form of another browser, or without the secret, changes nothing and says so', async () => {
  const { house, ada } = await signedIn()
  const page = await ada.add()
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const refused = await ada.submit(page, '/passkeys/remove', {}, headers)
    expect([refused.status, visibleText(refused).includes('Nothing was changed.')]).toEqual([400, true])
  }
  expect((await ada.submit(page, '/passkeys/remove', { csrf: 'x' })).status).toBe(400)
  expect(await rowsOf(house)).toHaveLength(1)
  for (const path of ['/passkeys/add', '/passkeys/remove']) {
    expect(answerOf(await house.send('GET', path)).place).toBe('/passkeys')
  }
})

test('an operator sees what a person signs in with, and takes one or all of it away', async () => {
  const { house, ada } = await signedIn()
  await ada.add('laptop')
  const phone = openPerson(house)
  const page = await ada.get('/passkeys')
  house.clock.advance(1)
  await ada.submit(page, '/passkeys/add', { name: 'phone', ...phone.authenticator.create(ada.asked(page)) })
  const listed = await listPasskeys(house, 'ADA')
  expect(listed).toEqual([
    { id: expect.any(String), name: 'laptop', addedAt: house.clock.now() - 1000 },
    { id: expect.any(String), name: 'phone', addedAt: house.clock.now() },
  ])
  const usage = { code: 'usage' }
  await expect(listPasskeys(house, 'bob')).rejects.toMatchObject(usage)
  await expect(removePasskeys(house, 'bob', 'all')).rejects.toMatchObject(usage)
  await expect(removePasskeys(house, 'ada', { id: 'unknown' })).rejects.toMatchObject(usage)
  expect(await removePasskeys(house, 'ada', { id: listed[0]?.id ?? '' })).toBe(1)
  expect((await listPasskeys(house, 'ada')).map(({ name }) => name)).toEqual(['phone'])
  expect([await removePasskeys(house, 'ada', 'all'), await removePasskeys(house, 'ada', 'all')]).toEqual([1, 0])
})
