import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openBrowser, type OpenBrowser } from './support/browser.ts'
import { approve, deny, enterCode, readDecision, signIn, wordsOf } from './support/person.ts'
import { openPlace, type Place, type PlaceOptions } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { vaultOf } from './support/vault.ts'
import { askForCode, inShort, poll } from './support/wire.ts'

/** Seconds: the shortest life a code may have. */
const CODE_LIFE = 60

let browser: OpenBrowser

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

/** A place for one test: what one person does there is nobody else's business. */
async function inPlace(options: PlaceOptions, body: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace(options)
  try {
    await body(place)
  } finally {
    await place.close()
  }
}

// Each waits for polls and people, so they wait together.
describe.concurrent('how a sign-in can end', () => {
  verifies(
    ['rfc8628-3.5-expired-token', 'rfc8628-3.5-no-auto-restart'],
    'nobody decides: the command ends with exit code 4 after one code, the server says expired_token, and the page takes the code no more',
    () =>
      inPlace({ settings: { codeLife: CODE_LIFE }, hurry: 15 }, async (place) => {
        const beside = await askForCode(place.issuer, place.resource)
        const waiting = place.start('login', place.resource)
        const { userCode, verificationUriComplete } = await invitationOf(place, waiting)
        const { code, stdout, stderr } = await waiting.ended
        expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
        expect(stderr).toMatch(/expired/)
        // It did not begin again by itself: one code was asked for, and shown.
        expect(new Set(stderr.match(/\b[A-Z]{4}-[A-Z]{4}\b/g))).toEqual(new Set([userCode]))
        expect(
          place
            .server()
            .stderr()
            .match(/device\.opened/g),
        ).toHaveLength(2)
        expect(inShort(await poll(place.issuer, beside.deviceCode))).toBe('400 expired_token')

        const { page } = await browser.open()
        await page.goto(verificationUriComplete)
        await signIn(page)
        await enterCode(page, userCode)
        await page.getByRole('alert').waitFor()
        expect(await wordsOf(page)).toContain('This code is not valid, or no longer.')
        expect(await (await vaultOf(place)).list()).toEqual([])
      }),
    120_000,
  )

  verifies(
    'rfc8628-3.5-access-denied',
    'the person denies: exit code 3, nothing in the vault, the code is spent; and a second sign-in goes through',
    () =>
      inPlace({}, async (place) => {
        const { page } = await browser.open()
        const waiting = place.start('login', place.resource)
        const { userCode, verificationUri } = await invitationOf(place, waiting)
        await page.goto(verificationUri)
        await signIn(page)
        await enterCode(page, userCode)
        await readDecision(page)
        await deny(page)
        const { code, stdout, stderr } = await waiting.ended
        expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
        expect(stderr).toMatch(/denied|declined|turned down/)
        expect(await (await vaultOf(place)).list()).toEqual([])
        await page.goto(verificationUri)
        await enterCode(page, userCode)
        await page.getByRole('alert').waitFor()

        const again = place.startOnTerminal('login', place.resource)
        const { userCode: another } = await invitationOf(place, again)
        await enterCode(page, another)
        await readDecision(page)
        await countersign(again, await approve(page))
        await signedIn(place, again)
      }),
    60_000,
  )

  verifies(
    'rfc8628-5.1-rate-limit-user-code',
    'a wrong code is told and the right one still works; after five wrong ones even the right one does not',
    () =>
      inPlace({}, async (place) => {
        const wrong = async (page: Awaited<ReturnType<OpenBrowser['open']>>['page'], code: string) => {
          await enterCode(page, code)
          await page.getByRole('alert').waitFor()
          return page.getByRole('alert').innerText()
        }
        const { page, picture } = await browser.open()
        const { deviceCode, userCode } = await askForCode(place.issuer, place.resource)
        await page.goto(`${place.issuer}/device`)
        await signIn(page)
        expect(await wrong(page, 'BCDF-GHJK')).toContain('not valid')
        await picture('desk-wrong-code')
        // What was typed stands there still, to be put right.
        expect(await page.getByLabel('Code').inputValue()).toBe('BCDF-GHJK')
        await enterCode(page, userCode)
        await readDecision(page)
        await approve(page)
        expect(inShort(await poll(place.issuer, deviceCode))).toBe('200')

        const guesser = await browser.open()
        const { userCode: guessed } = await askForCode(place.issuer, place.resource)
        await guesser.page.goto(`${place.issuer}/device`)
        await signIn(guesser.page)
        const guesses = ['BCDF-GHJK', 'CDFG-HJKL', 'DFGH-JKLM', 'FGHJ-KLMN', 'GHJK-LMNP']
        for (const guess of guesses) expect(await wrong(guesser.page, guess), guess).toContain('not valid')
        expect(await wrong(guesser.page, guessed)).toContain('Too many wrong codes.')
        await guesser.picture('desk-limited')
      }),
    60_000,
  )

  test(
    'Ctrl-C while waiting: exit code 130, nothing in the vault, nothing left lying about; and a second sign-in goes through',
    () =>
      inPlace({}, async (place) => {
        const interrupted = place.startOnTerminal('login', place.resource)
        await invitationOf(place, interrupted)
        interrupted.type('\u0003')
        expect((await interrupted.ended).code).toBe(130)
        const signalled = place.start('login', place.resource)
        await invitationOf(place, signalled)
        signalled.kill('SIGINT')
        expect(await signalled.ended).toMatchObject({ code: 130, stdout: '' })
        expect(await (await vaultOf(place)).list()).toEqual([])
        expect(readdirSync(place.temporary)).toEqual([])
        expect((await place.run('token', place.resource)).code).toBe(5)

        const { page } = await browser.open()
        const again = place.startOnTerminal('login', place.resource)
        const { userCode, verificationUri } = await invitationOf(place, again)
        await page.goto(verificationUri)
        await signIn(page)
        await enterCode(page, userCode)
        await readDecision(page)
        await countersign(again, await approve(page))
        await signedIn(place, again)
      }),
    60_000,
  )
})
