/** Every page before axe-core in a real browser: as it is sent, with its policy in force; and what the Tab key finds, in which order. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as pages from '../../packages/authority/src/pages/index.ts'
import { DESK, openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { openSamples, ORIGIN, SAMPLES } from './support/samples.ts'

const LANGUAGES = ['en', 'ar'] as const

let browser: OpenBrowser
beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
})

async function faultsOf(page: Page): Promise<string[]> {
  const { faults, looked } = await page.evaluate(judged)
  // A judge that saw nothing would find nothing.
  if (!looked) throw new Error('axe did not look at the page')
  return faults
}

describe.each(LANGUAGES)('in %s', (language) => {
  test('axe-core finds nothing on any page, on a phone and on a desk, by day and by night', async () => {
    const { page, complaints } = await openSamples(browser)
    const faults: string[] = []
    for (const name of SAMPLES) {
      await page.goto(`${ORIGIN}/${language}/${name}`)
      for (const details of await page.locator('details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
      await page.evaluate(axe.source)
      for (const viewport of [PHONE, DESK]) {
        await page.setViewportSize(viewport)
        for (const colorScheme of ['light', 'dark'] as const) {
          // Reduced motion: colours are where they belong at once.
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          faults.push(...(await faultsOf(page)).map((fault) => `${name} ${viewport.width} ${colorScheme}: ${fault}`))
        }
      }
    }
    expect(faults).toEqual([])
    // Such as a stylesheet that was not taken: then there was nothing to look at.
    expect(complaints).toEqual([])
  }, 600_000)

  test('the Tab key goes through a page as it is read, and shows where it is', async () => {
    const { signOut, signIn, enterCode, decide, devices, passkeys } = pages.messagesIn(language)
    const expected: Readonly<Record<string, readonly string[]>> = {
      'sign-in': [signIn.name, signIn.password, signIn.submit],
      'sign-in-elsewhere': ['Northgate Directory'],
      'enter-code': [devices.title, signOut, enterCode.label, enterCode.submit],
      decide: [signOut, 'notes:read', 'notes:write', decide.confirm, decide.deny, decide.approve],
      'decide-again': [signOut, decide.deny, decide.signInAgain],
      'decide-request': [signOut, 'notes:read', 'notes:write', decide.deny, decide.approve],
      'devices-revoked': [signOut, devices.rename, devices.revoke, devices.revokeAll],
      'sign-in-passkey': [signIn.passkey, signIn.name, signIn.password, signIn.submit],
      'devices-to-passkeys': [signOut, pages.messagesIn(language).codeEntry, passkeys.seeAll],
      passkeys: [devices.title, signOut, passkeys.remove, passkeys.remove, devices.label, passkeys.add],
      'passkeys-sign-in-first': [devices.title, signOut, decide.signInAgain],
      countersign: [],
      'done-approved': [devices.seeAll],
    }
    const { page } = await openSamples(browser)
    for (const [name, stops] of Object.entries(expected)) {
      await page.goto(`${ORIGIN}/${language}/${name}`)
      expect(await page.evaluate(() => document.activeElement === document.body), `${name}: nothing has the focus`).toBe(true)
      for (const stop of stops) {
        await page.keyboard.press('Tab')
        const at = await page.evaluate(stopOf)
        expect([at?.name, at?.ring], name).toEqual([expect.stringContaining(stop), true])
      }
      // After the last stop there is the end, or the beginning.
      await page.keyboard.press('Tab')
      expect([undefined, stops[0]], `${name}: the end`).toContain((await page.evaluate(stopOf))?.name)
    }
  }, 180_000)
})

/** Runs in the browser: what has the focus, as it is labelled, and whether that can be seen. */
function stopOf(): { name: string; ring: boolean } | undefined {
  const element = document.activeElement
  if (element === null || element === document.body) return undefined
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [element]
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  return {
    name: labels.map((label) => label.textContent).join(' '),
    ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
  }
}

/** Runs in the browser, where axe is: all that it tells is far more than what is asked here. */
async function judged(): Promise<{ faults: string[]; looked: boolean }> {
  const { violations, passes } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
  return {
    faults: violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`)),
    looked: passes.some(({ id }) => id === 'color-contrast'),
  }
}
