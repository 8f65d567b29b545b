/** The pages for passkeys, and the one script they take. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { messagesIn, type PasskeysView, pageReply, passkeysPage, signInPage } from '../../src/pages/index.ts'
import { readMarkup, select, textOf, the } from './read-markup.ts'
import { everyPage, everyPasskeyPageIn, passkeyAsk, passkeysView, site } from './views.ts'

const BARE = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
const policyOf = (page: string) => String(pageReply(200, page).headers['content-security-policy'])
const scriptIn = (page: string) => /<script type="module">([\s\S]*?)<\/script>/.exec(page)?.[1]
const page = (view: Partial<PasskeysView> = {}) => passkeysPage({ ...passkeysView, ...view })

test('exactly the pages that ask for a passkey may run a script, and that is the one they hold, by its digest', () => {
  const asking = everyPasskeyPageIn(messagesIn('en')).filter((each) => each.includes('data-passkey'))
  expect(asking.length).toBeGreaterThan(5)
  for (const each of asking) {
    const digest = createHash('sha256')
      .update(scriptIn(each) ?? '')
      .digest('base64')
    expect(policyOf(each)).toBe(`${BARE}; script-src 'sha256-${digest}'`)
  }
  for (const each of everyPage.filter((other) => !asking.includes(other)))
    expect([policyOf(each), scriptIn(each)]).toEqual([BARE, undefined])
})

test('no page is allowed another script by what somebody wrote into it', () => {
  const script = `<script type="module">${scriptIn(page()) ?? ''}</script>`
  const quoted = page({ change: 'full', passkeys: [{ passkey: 'a', name: script, addedAgo: 1 }], approverName: script })
  expect(policyOf(quoted)).toBe(BARE)
  expect(policyOf(page({ change: 'full' }).replace('</head>', '<script type="module">alert(1)</script></head>'))).toBe(BARE)
})

test('what only the script can send is hidden until it runs, and the page says what it takes', () => {
  const elements = readMarkup(page())
  expect(the(elements, 'form', { action: '/auth/passkeys/add' }).attributes).toMatchObject({ hidden: '', method: 'post' })
  expect(the(elements, 'p', { id: 'no-passkeys' }).text).toBe('This takes a browser that runs scripts and knows passkeys.')
  const signIn = readMarkup(signInPage({ ...site, csrf: 'x', passkey: passkeyAsk }))
  expect(the(signIn, 'form', { action: '/auth/sign-in/passkey' }).attributes).toMatchObject({ hidden: '' })
  expect(the(signIn, 'form', { action: '/auth/sign-in' }).attributes).not.toHaveProperty('hidden')
})

test('a form for a passkey carries what is asked for, the proof of the challenge, the errand, and a field for each part of the answer', () => {
  const fieldsOf = (source: string, action: string) => {
    const elements = readMarkup(source)
    const form = the(elements, 'form', { action })
    const fields = select(elements, 'input', { type: 'hidden' }).filter(({ parent }) => parent === form)
    return [JSON.parse(form.attributes['data-passkey'] ?? ''), fields.map(({ attributes: { name, value } }) => `${name}=${value}`)]
  }
  const errand = { name: 'entered', value: 'WDJB-MJHT' } as const
  const source = signInPage({ ...site, csrf: 'form-secret', errand, again: true, passkey: passkeyAsk })
  expect(fieldsOf(source, '/auth/sign-in/passkey')).toEqual([
    passkeyAsk.options,
    [
      'csrf=form-secret',
      'again=yes',
      'entered=WDJB-MJHT',
      'made=nonce.1800000600000',
      ...['credential', 'clientDataJSON', 'authenticatorData', 'signature', 'userHandle'].map((name) => `${name}=`),
    ],
  ])
  const [asked, fields] = fieldsOf(page(), '/auth/passkeys/add')
  expect(asked).toHaveProperty('user')
  expect(fields).toEqual([
    'csrf=form-secret',
    'page=passkeys',
    'made=nonce.1800000600000',
    ...['credential', 'clientDataJSON', 'attestationObject', 'transports'].map((name) => `${name}=`),
  ])
})

test('each passkey is told with its name, since when and when last, and has a button of its own', () => {
  const elements = readMarkup(page())
  expect(select(elements, 'li').map(({ text }) => text)).toEqual([
    'Laptop Added3 days ago Last used2 hours ago Remove',
    'Without a name Addedjust now Last usedNever Remove',
  ])
  expect(select(elements, 'input', { name: 'passkey' }).map(({ attributes }) => attributes['value'])).toEqual(['passkey-1', 'passkey-2'])
  expect(the(elements, 'button', { id: 'remove-1' }).attributes['aria-labelledby']).toBe('remove-1 passkey-1')
  expect(textOf(page({ passkeys: [] }))).toContain('You have none yet.')
})

test('before signing in again there is a way to do that, and nothing else to press', () => {
  const elements = readMarkup(page({ change: 'sign_in_first' }))
  expect(select(elements, 'form').map(({ attributes }) => attributes['action'])).toEqual(['/auth/sign-out'])
  expect(the(elements, 'a', { class: 'main' }).attributes['href']).toBe('/auth/sign-in?page=passkeys&again=yes')
})

test('whoever has as many as there can be removes one first', () => {
  const elements = readMarkup(page({ change: 'full' }))
  expect(select(elements, 'form', { action: '/auth/passkeys/remove' })).toHaveLength(2)
  expect(textOf(page({ change: 'full' }))).toContain('To add another, remove one first.')
  expect(select(elements, 'form', { action: '/auth/passkeys/add' })).toEqual([])
})

test('a refused passkey is told apart from a wrong password: above, and not beside its fields', () => {
  const elements = readMarkup(signInPage({ ...site, csrf: 'x', passkey: passkeyAsk, error: 'passkey_refused' }))
  const alert = the(elements, 'p', { id: 'problem' })
  expect([alert.text, alert.parent?.tag]).toEqual(['This passkey was not accepted. Try again, or sign in another way.', 'main'])
  expect(the(elements, 'input', { name: 'password' }).attributes).not.toHaveProperty('aria-describedby')
  expect(select(elements, 'button', { 'aria-describedby': 'problem' }).map(({ text }) => text)).toEqual(['Sign in with a passkey'])
})
