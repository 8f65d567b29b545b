/**
 * Signing in at an identity provider in a real browser, before a real server. Only a browser can show that the way out and back stays open
 * under the policy of our pages, across origins that nobody here knows of (docs/adr/0006).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT_SECRET, type LiveUpstream, startUpstream } from '../interop/live-upstream.ts'
import { openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { approve, readDecision, wordsOf } from './support/person.ts'
import { openPlace, type Place } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'

let place: Place
let upstream: LiveUpstream
let browser: OpenBrowser

beforeAll(async () => {
  place = await openPlace()
  upstream = await startUpstream([`${place.issuer}/sign-in/callback/house`], { detour: true, host: 'localhost' })
  await restartWith({ localAccounts: false, identityProviders: [provider('house', upstream.issuer)] })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  upstream?.close()
  await place?.close()
})

function provider(id: string, issuer: string) {
  const clientSecretFile = join(place.folder, 'house.secret')
  writeFileSync(clientSecretFile, CLIENT_SECRET, { mode: 0o600 })
  return { id, name: 'House of Ada', issuer, clientId: 'countersign', clientSecretFile }
}

/** The operator edits the configuration file and starts the server again. */
async function restartWith(more: object): Promise<void> {
  const file = place.environment['COUNTERSIGN_CONFIG'] ?? ''
  const written = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...written, ...more }))
  await place.crash()
  await place.restart()
}

test('from the link of the terminal by way of the provider on another site, over a third origin, and back to the code, without a script of ours', async () => {
  const login = place.startOnTerminal('login', place.resource, '--scope', 'notes:read')
  const { userCode, verificationUriComplete } = await invitationOf(place, login)
  const { page, complaints, requested, picture } = await browser.open({ viewport: PHONE, scripts: false })
  await page.goto(verificationUriComplete)
  expect(await page.locator('input[type="password"]').count()).toBe(0)
  await picture('phone-sign-in-elsewhere')
  await page.getByRole('button', { name: 'Sign in with House of Ada' }).click()
  await page.waitForURL(`${upstream.issuer}/interaction/*`)
  expect(requested.some((url) => url.startsWith(`${upstream.elsewhere}/auth?`))).toBe(true)

  // The page that went on is not in the way of the way back.
  await page.goBack()
  await page.getByRole('button', { name: 'Sign in with House of Ada' }).press('Enter')
  await page.waitForURL(`${upstream.issuer}/interaction/*`)
  await page.locator('[name="login"]').fill('ada')
  await page.locator('[name="password"]').fill('any')
  await page.locator('button[type="submit"]').click()
  await page.locator('button[type="submit"]', { hasText: 'Continue' }).click()

  await page.getByRole('heading', { name: 'Enter the code your device shows' }).waitFor()
  expect(await wordsOf(page)).toContain('Signed in as ada from there')
  expect(page.url()).toBe(`${place.issuer}/device?user_code=${userCode}`)
  await page.getByRole('button', { name: 'Continue' }).click()
  expect(await readDecision(page)).toContain('sign in as ada from there')
  await countersign(login, await approve(page))
  await signedIn(place, login)
  // The pages of the provider want fonts from the web; about ours there is nothing to complain.
  expect(complaints.filter((each) => /policy|violates|refused/i.test(each) || each.startsWith(place.issuer))).toEqual([])

  // Known there now: the second time the button is all it takes.
  await page.context().clearCookies({ name: 'countersign' })
  await page.goto(`${place.issuer}/device`)
  await page.getByRole('button', { name: 'Sign in with House of Ada' }).click()
  await page.waitForURL(`${place.issuer}/device`)
  expect(await wordsOf(page)).toContain('Signed in as ada from there')
  expect(place.server().stdout() + place.server().stderr()).not.toContain(CLIENT_SECRET)
}, 60_000)
