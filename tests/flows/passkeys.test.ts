/**
 * Passkeys in a real browser, before a real server: the script runs under the policy of the pages, and what a browser answers is what the
 * verifier wants. The clocks of the programs run faster, so that a sign-in of a minute ago comes about soon.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAuthenticator } from './support/authenticator.ts'
import { openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { approve, enterCode, signIn, wordsOf } from './support/person.ts'
import { openPlace, type Place, SCOPES } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'

const SETTINGS = { freshSignIn: 75, codeLife: 1800, decideWithin: 1800 }

let place: Place
let browser: OpenBrowser

beforeAll(async () => {
  // Browsers make passkeys for names, and for no bare address.
  place = await openPlace({ settings: SETTINGS, hurry: 20, inFront: async (address) => address.replace('127.0.0.1', 'localhost') })
  const file = place.environment['COUNTERSIGN_CONFIG'] ?? ''
  const written = JSON.parse(readFileSync(file, 'utf8')) as object
  const resources = [{ resource: place.resource, name: 'Ada’s notes', scopes: SCOPES, risky: 'notes:write' }]
  writeFileSync(file, JSON.stringify({ ...written, resources }))
  await place.crash()
  await place.restart()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await place?.close()
})

test('a passkey is added, signs in without a name, and proves for something sensitive who it is; then the operator takes it away', async () => {
  const { page, complaints, picture } = await browser.open({ viewport: PHONE })
  const authenticator = await addAuthenticator(page)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  await page.goto(`${place.issuer}/device`)
  await signIn(page)
  await page.goto(`${place.issuer}/devices`)
  await page.getByRole('link', { name: 'See and change your passkeys' }).click()
  await heading('Your passkeys')
  expect(await wordsOf(page)).not.toContain('This takes a browser that runs scripts')
  await page.getByLabel('Your own name for it').fill('Pocket phone')
  await press('Add a passkey')
  expect(await page.getByRole('status').innerText()).toContain('Added.')
  await picture('phone-passkeys')
  expect(await authenticator.kept()).toBe(1)
  // The same authenticator gets no second one, and says why.
  await page.getByLabel('Your own name for it').fill('Again')
  await press('Add a passkey')
  await page.getByRole('alert').filter({ hasText: 'holds a passkey for this account already' }).waitFor()

  await press('Sign out')
  await heading('Sign in')
  await authenticator.knows(false)
  await press('Sign in with a passkey')
  await page.getByRole('alert').filter({ hasText: 'No passkey was used.' }).waitFor()
  await picture('phone-passkey-not-used')
  await authenticator.knows(true)
  await press('Sign in with a passkey')
  await page.getByText('Signed in as ada').waitFor()

  const login = place.startOnTerminal('login', place.resource, '--scope', 'notes:write')
  await page.goto(`${place.issuer}/device`)
  await enterCode(page, (await invitationOf(place, login)).userCode)
  await heading('A device asks to act as you')
  await expect.poll(async () => (await page.reload(), wordsOf(page)), { timeout: 30_000 }).toContain('To approve it, sign in again first')
  await press('Sign in again')
  await heading('Confirm that it is you')
  await picture('phone-passkey-again')
  await press('Confirm with a passkey')
  await heading('A device asks to act as you')
  await countersign(login, await approve(page))
  await signedIn(place, login)

  const listed = await place.run('admin', 'user', 'passkeys', 'ada')
  expect(listed.stdout).toMatch(/^[\w-]{16}\tPocket phone\t\S+Z\t\S+Z\n$/)
  const [id = ''] = listed.stdout.split('\t')
  expect(await place.run('admin', 'user', 'passkeys', 'ada', '--remove', id)).toMatchObject({ code: 0, stdout: '' })
  await page.context().clearCookies()
  await page.goto(`${place.issuer}/sign-in`)
  await press('Sign in with a passkey')
  await page.getByRole('alert').filter({ hasText: 'This passkey was not accepted.' }).waitFor()
  // The browser says for itself that a page was refused; about policy and script there is nothing to say.
  expect(complaints.filter((each) => !each.includes('status of 403'))).toEqual([])
  expect(place.server().stdout() + place.server().stderr()).toContain('account.passkey_refused')
  // The policy allows the script that stands there, and no other.
  const ran = await page.evaluate(() => {
    document.head.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "taken over"' }))
    return document.title
  })
  expect(ran).not.toBe('taken over')
  expect(complaints.at(-1)).toContain('script-src')
}, 120_000)

test('without scripts there is a password, and nothing to press that could not work', async () => {
  const { page } = await browser.open({ scripts: false })
  await page.goto(`${place.issuer}/device`)
  expect(await page.getByRole('button').allInnerTexts()).toEqual(['Sign in'])
  await signIn(page)
  await page.goto(`${place.issuer}/passkeys`)
  expect(await wordsOf(page)).toContain('This takes a browser that runs scripts and knows passkeys.')
  expect(await page.getByRole('button').allInnerTexts()).toEqual(['Sign out'])
}, 60_000)
