import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openBrowser, type OpenBrowser } from './support/browser.ts'
import { approve, deny, enterCode, readDecision, signIn } from './support/person.ts'
import { openPlace, type Place } from './support/place.ts'
import { filesBelow } from './support/search.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { vaultOf } from './support/vault.ts'
import { askForCode, inShort, openPerson, poll } from './support/wire.ts'

let place: Place
let browser: OpenBrowser

beforeAll(async () => {
  place = await openPlace()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await place?.close()
})

/** What the page says about a code that it does not take. */
async function refusal(page: Page, code: string): Promise<string> {
  await enterCode(page, code)
  await page.getByRole('alert').waitFor()
  return page.getByRole('alert').innerText()
}

/** Signs in for good, in a browser where the person is signed in, and out again. */
async function signInAfterAll(page: Page): Promise<void> {
  const again = place.startOnTerminal('login', place.resource)
  const { userCode, verificationUri } = await invitationOf(place, again)
  await page.goto(verificationUri)
  await enterCode(page, userCode)
  await readDecision(page)
  await countersign(again, await approve(page))
  await signedIn(place, again)
  expect(await place.run('logout', place.resource)).toMatchObject({ code: 0 })
}

// Mostly waiting, for polls and for people: so they wait together. Only the first keeps anything in the vault of the place.
describe.concurrent('decided badly or not at all', () => {
  verifies(
    'rfc8628-3.5-access-denied',
    'the person denies: exit code 3, nothing in the vault, the code is spent; and a second sign-in goes through',
    async () => {
      const { page } = await browser.open()
      const waiting = place.start('login', place.resource)
      const { userCode, verificationUri } = await invitationOf(place, waiting)
      const beside = await askForCode(place.issuer, place.resource)
      await page.goto(verificationUri)
      await signIn(page)
      for (const code of [userCode, beside.userCode]) {
        await page.goto(verificationUri)
        await enterCode(page, code)
        await readDecision(page)
        await deny(page)
      }
      expect(inShort(await poll(place.issuer, beside.deviceCode))).toBe('400 access_denied')
      const { code, stdout, stderr } = await waiting.ended
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(/denied|declined|turned down/)
      expect(await (await vaultOf(place)).list()).toEqual([])
      await page.goto(verificationUri)
      expect(await refusal(page, userCode)).toContain('not valid')
      await signInAfterAll(page)
    },
    60_000,
  )

  verifies(
    ['rfc8628-3.5-expired-token', 'rfc8628-3.5-no-auto-restart'],
    'nobody decides: the command ends with exit code 4 after one code, the server says expired_token, and the page takes the code no more',
    async () => {
      // 60 seconds is the shortest life a code may have; they pass in four.
      const hurried = await openPlace({ settings: { codeLife: 60 }, hurry: 15 })
      try {
        const beside = await askForCode(hurried.issuer, hurried.resource)
        const waiting = hurried.start('login', hurried.resource)
        const { userCode, verificationUriComplete } = await invitationOf(hurried, waiting)
        const { code, stdout, stderr } = await waiting.ended
        expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
        expect(stderr).toMatch(/expired/)
        // It did not begin again by itself: one code was asked for, and shown.
        expect(new Set(stderr.match(/\b[A-Z]{3}(?:-[A-Z]{3}){2}\b/g))).toEqual(new Set([userCode]))
        expect(
          hurried
            .server()
            .stderr()
            .match(/device\.opened/g),
        ).toHaveLength(2)
        expect(inShort(await poll(hurried.issuer, beside.deviceCode))).toBe('400 expired_token')
        expect(await (await vaultOf(hurried)).list()).toEqual([])

        const { page } = await browser.open()
        await page.goto(verificationUriComplete)
        await signIn(page)
        expect(await refusal(page, userCode)).toContain('This code is not valid, or no longer.')
      } finally {
        await hurried.close()
      }
    },
    60_000,
  )

  test('a wrong code is told and the right one still works; after five wrong ones even the right one does not', async () => {
    const { page, picture } = await browser.open()
    const { deviceCode, userCode } = await askForCode(place.issuer, place.resource)
    await page.goto(`${place.issuer}/device`)
    await signIn(page)
    expect(await refusal(page, 'BCD-FGH-JKF')).toContain('not valid')
    await picture('desk-wrong-code')
    // What was typed stands there still, to be put right.
    expect(await page.getByLabel('Code').inputValue()).toBe('BCD-FGH-JKF')
    // Slips of the finger cost nothing, however many there are.
    for (let slip = 0; slip < 6; slip++) expect(await refusal(page, `${userCode.slice(1, 2)}${userCode}`)).toContain('Check what you typed')
    await enterCode(page, userCode)
    await readDecision(page)
    await approve(page)
    expect(inShort(await poll(place.issuer, deviceCode))).toBe('200')

    const guesser = await browser.open()
    const { userCode: guessed } = await askForCode(place.issuer, place.resource)
    await guesser.page.goto(`${place.issuer}/device`)
    await signIn(guesser.page)
    const guesses = ['BCD-FGH-JKF', 'CDF-GHJ-KLH', 'DFG-HJK-LMR', 'FGH-JKL-MNP', 'GHJ-KLM-NPF']
    for (const guess of guesses) expect(await refusal(guesser.page, guess), guess).toContain('not valid')
    expect(await refusal(guesser.page, guessed)).toContain('Too many wrong codes.')
    await guesser.picture('desk-limited')
  }, 60_000)
})

test('Ctrl-C while waiting: exit code 130, nothing in the vault, nothing left lying about; and a second sign-in goes through', async () => {
  const interrupted = place.startOnTerminal('login', place.resource)
  const signalled = place.start('login', place.resource)
  await invitationOf(place, interrupted)
  await invitationOf(place, signalled)
  interrupted.type('\u0003')
  expect((await interrupted.ended).code).toBe(130)
  signalled.kill('SIGINT')
  expect(await signalled.ended).toMatchObject({ code: 130, stdout: '' })
  expect(await (await vaultOf(place)).list()).toEqual([])
  // The key of the vault may stay, for the next sign-in; so may, sealed under it, what is known of a code that others may still wait with.
  const left = [...filesBelow(place.folder).keys()].filter(
    (path) => !/^authority\/|^countersign\.json$|\bkey\b|^vault\/pending\//.test(path),
  )
  expect(left).toEqual([])
  expect((await place.run('token', place.resource)).code).toBe(5)
  const { page } = await browser.open()
  await page.goto(`${place.issuer}/device`)
  await signIn(page)
  await signInAfterAll(page)
}, 60_000)

test('three wrong numbers: the approval is worth nothing any more, exit code 3, nothing in the vault', async () => {
  const person = await openPerson(place.issuer)
  const waiting = place.startOnTerminal('login', place.resource)
  const number = await person.approve((await invitationOf(place, waiting)).userCode)
  const wrong = number === '00' ? '11' : '00'
  await countersign(waiting, wrong)
  await waiting.until(/2 tries are left/)
  await countersign(waiting, wrong)
  await waiting.until(/one try is left/)
  await countersign(waiting, wrong)
  expect((await waiting.ended).code).toBe(3)
  expect(await (await vaultOf(place)).list()).toEqual([])
}, 60_000)
