import { afterAll, beforeAll, expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { signIn, wordsOf } from './support/person.ts'
import { openPlace, type Place } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { outlive } from './support/vault.ts'
import { openPerson } from './support/wire.ts'

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

verifies(
  'oauth21-7-consent-phishing',
  'what was approved is listed in the browser; revoked there, the command says that a person has to sign in again',
  async () => {
    const person = await openPerson(place.issuer)
    const waiting = place.startOnTerminal('login', place.resource, '--device-name', 'build-box-3')
    await countersign(waiting, await person.approve((await invitationOf(place, waiting)).userCode))
    await signedIn(place, waiting)
    await outlive(place)
    expect(await place.run('token', place.resource)).toMatchObject({ code: 0, stderr: '' })

    const { page, complaints, picture } = await browser.open()
    await page.goto(`${place.issuer}/device`)
    await signIn(page)
    await page.goto(`${place.issuer}/devices`)
    await picture('desk-devices')
    const entry = page.getByRole('listitem', { name: 'build-box-3' })
    expect(await entry.innerText()).toContain('Read all your notes')
    await page.setViewportSize(PHONE)
    await picture('phone-devices')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
    await entry.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('status').waitFor()
    await picture('phone-devices-revoked')
    expect(await wordsOf(page)).not.toContain('build-box-3')
    expect(complaints).toEqual([])

    await outlive(place)
    const ended = await place.run('token', place.resource)
    expect(ended).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining(`countersign login ${place.resource}`) })
  },
  60_000,
)
