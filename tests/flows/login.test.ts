import { bindKey, memoryVault, refresh, tokensOf, userinfo } from '@countersign/client'
import { afterAll, beforeAll, expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { DESK, openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { approve, enterCode, focused, readDecision, signIn, tabTo, wordsOf } from './support/person.ts'
import { NAME, openPlace, type Place, SCOPES } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { callTool, credentialOf, runtime } from './support/vault.ts'
import { askForCode, inShort, poll } from './support/wire.ts'

const DEVICE = 'build-box-3'

let place: Place
let browser: OpenBrowser

// The tests go on from each other, as the days of one person do.
beforeAll(async () => {
  place = await openPlace()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await place?.close()
})

const login = (...more: readonly string[]) =>
  place.startOnTerminal('login', place.resource, '--scope', Object.keys(SCOPES).join(' '), '--device-name', DEVICE, ...more)

verifies(
  [
    'rfc8628-3.3-verification-sequence',
    'rfc8628-5.4-show-device-info',
    'rfc8628-3.3-return-to-device',
    'rfc10027-6.1.16-initiation-check',
    'seed-000-headless-device-grant',
  ],
  'from the address typed into a browser to the tokens, with the keyboard alone',
  async () => {
    const { page, complaints, picture } = await browser.open({ viewport: DESK })
    const waiting = login()
    const { userCode, verificationUri } = await invitationOf(place, waiting)

    await page.goto(verificationUri)
    await picture('desk-sign-in')
    await signIn(page, true)
    await picture('desk-enter-code')
    await enterCode(page, userCode.toLowerCase().replace('-', ' '), true)

    const words = await readDecision(page)
    await picture('desk-decide')
    const asked = [userCode, 'Countersign CLI', DEVICE, '127.0.0.1', NAME, 'Ada’s notes', place.resource, ...Object.values(SCOPES)]
    for (const part of asked) expect(words).toContain(part)
    expect(words).toMatch(/Asked (?:just now|\d+ seconds? ago)/)

    const number = await approve(page, true)
    await picture('desk-approved')
    // Back to the device, and nowhere else: nothing on the page leads on, and nothing led here by itself.
    expect(await wordsOf(page)).toMatch(/on (?:your|the) device|to your device/)
    expect(await page.locator('main :is(a, form, button), meta[http-equiv]').count()).toBe(0)
    expect(page.url()).toBe(`${place.issuer}/device/decide`)
    expect(number).toMatch(/^\d\d$/)
    await countersign(waiting, number === '00' ? '11' : '00')
    await waiting.until(/the number is wrong/i)
    expect(waiting.stdout()).not.toContain('Signed in')
    await countersign(waiting, number)
    await signedIn(place, waiting)
    expect(complaints).toEqual([])
  },
  60_000,
)

verifies(
  'rfc9700-2.2.1-sender-constrained',
  'the sign-in works for the MCP client that holds the key, and its token for nobody else',
  async () => {
    const printed = await place.run('token', place.resource)
    expect(printed).toEqual({ code: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/), stderr: '' })
    expect(await callTool(place, 'add_note', { text: 'signed in without a browser' })).toBe('noted; 1 in all')
    expect(await callTool(place, 'list_notes', {})).toBe('signed in without a browser')
    const stolen = printed.stdout.trim()
    for (const scheme of ['Bearer', 'DPoP']) {
      const answer = await fetch(place.resource, { method: 'POST', headers: { authorization: `${scheme} ${stolen}` } })
      expect(answer.status, scheme).toBe(401)
    }
  },
  30_000,
)

verifies(
  'rfc8628-3.3.1-confirm-code',
  'the link with the code decides nothing by itself, on a phone too: the code is compared, and approving takes a tick and a press',
  async () => {
    const { page, complaints, picture } = await browser.open({ viewport: PHONE })
    const waiting = login('--force')
    const { userCode, verificationUriComplete } = await invitationOf(place, waiting)
    const narrow = async () => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)

    // Another code, whose link is opened and nothing else: seeing it is not approving it.
    const beside = await askForCode(place.issuer, place.resource)
    await page.goto(verificationUriComplete)
    await picture('phone-sign-in')
    await narrow()
    await signIn(page)
    await page.goto(verificationUriComplete.replace(userCode, beside.userCode))
    await page.goto(verificationUriComplete)
    expect(await page.getByLabel('Code').inputValue()).toBe(userCode)
    await picture('phone-enter-code')
    await narrow()
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(await readDecision(page)).toContain(userCode)
    await picture('phone-decide')
    await narrow()

    // Approve without the tick is held back by the browser; the page stays.
    await page.getByRole('button', { name: 'Approve' }).click()
    expect(await readDecision(page)).toContain(userCode)
    expect(inShort(await poll(place.issuer, beside.deviceCode))).toBe('400 authorization_pending')
    // Less than was asked for can be granted, and then less is possible.
    await page.getByRole('checkbox', { name: SCOPES['notes:write'] }).uncheck()
    const number = await approve(page)
    await picture('phone-approved')
    await narrow()
    await countersign(waiting, number)
    await signedIn(place, waiting)
    expect(waiting.stdout()).toContain('Not granted: notes:write')
    expect(await callTool(place, 'list_notes', {})).toBe('signed in without a browser')
    await expect(callTool(place, 'add_note', { text: 'one more' })).rejects.toThrow(/scope/i)
    expect(complaints).toEqual([])
  },
  60_000,
)

verifies(
  'rfc10027-6.1.14-decline-prominent',
  'Enter never approves, and Deny is as large and as loud as Approve; all of it without scripts',
  async () => {
    const { page, picture } = await browser.open({ scripts: false })
    const { deviceCode, userCode, interval } = await askForCode(place.issuer, place.resource)
    await page.goto(`${place.issuer}/device`)
    await signIn(page)
    await enterCode(page, userCode)
    await readDecision(page)

    // The focus is on no button when the page appears, so Enter does nothing; in the form it denies.
    expect(await focused(page)).toBe('')
    await page.keyboard.press('Enter')
    expect(await readDecision(page)).toContain(userCode)
    const looks = (name: string) =>
      page.getByRole('button', { name }).evaluate((button) => {
        const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button)
        const { width, height } = button.getBoundingClientRect()
        return { color, backgroundColor, borderColor, fontSize, fontWeight, width: Math.round(width), height: Math.round(height) }
      })
    expect(await looks('Deny')).toEqual(await looks('Approve'))
    await tabTo(page, /^I started this sign-in myself/)
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Denied' }).waitFor()
    await picture('desk-denied')
    expect(interval).toBe(1)
    expect(inShort(await poll(place.issuer, deviceCode))).toBe('400 access_denied')

    const waiting = login('--force')
    const { userCode: another } = await invitationOf(place, waiting)
    await page.goto(`${place.issuer}/device`)
    await enterCode(page, another)
    await readDecision(page)
    await countersign(waiting, await approve(page))
    await signedIn(place, waiting)
  },
  60_000,
)

verifies(
  'rfc7009-2.1-cascade',
  'whoami and status know the sign-in; after logout neither its refresh token nor its access token is worth anything to the server',
  async () => {
    const { name, credential } = await credentialOf(place)
    // Somebody who had copied everything, the key too.
    const copy = memoryVault()
    await copy.write(name, credential)
    const whoIs = () => userinfo(runtime, tokensOf(runtime, copy), name)
    const { sub } = await whoIs()

    const whoami = await place.run('whoami', place.resource, '--json')
    expect(JSON.parse(whoami.stdout)).toMatchObject({ subject: sub, name: NAME, resource: place.resource, issuer: place.issuer })
    const status = await place.run('status')
    expect(status.stdout).toContain(place.resource)

    expect(await place.run('logout', place.resource)).toMatchObject({ code: 0, stderr: expect.stringContaining('Signed out') })
    await expect(whoIs()).rejects.toThrow('401')
    const { refreshToken = '' } = credential
    const renewed = await refresh(runtime, await bindKey(runtime, credential.key), { ...credential, refreshToken })
    expect(renewed).toMatchObject({ type: 'ended' })
    expect(await place.run('token', place.resource)).toMatchObject({ code: 5, stdout: '' })
    expect((await place.run('status')).stdout).not.toContain(place.resource)
  },
  30_000,
)
