/**
 * A person at the browser: reads what is on the page and does what people do, by the names they see on fields and buttons.
 * With `keys`, by the keyboard alone: nothing is clicked, and a field is reached with Tab or not at all.
 */
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { NAME, PASSWORD } from './place.ts'

/** What has the focus, as the person is told it: the name of the field or the words on the button. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return ''
    const labelled = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent
    return (labelled ?? '').trim()
  })
}

/** Presses Tab until the focus is there, and tells what it passed. @throws Error when it never comes there */
export async function tabTo(page: Page, name: string | RegExp): Promise<readonly string[]> {
  const passed: string[] = []
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    if (typeof name === 'string' ? at === name : name.test(at)) return passed
    passed.push(at)
  }
  throw new Error(`Tab never came to ${String(name)}; it came by: ${passed.join(' | ')}`)
}

/** Fills in the page where people sign in, and waits for the next one. */
export async function signIn(page: Page, keys = false): Promise<void> {
  if (keys) {
    await tabTo(page, 'Name')
    await page.keyboard.type(NAME)
    await tabTo(page, 'Password')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
  } else {
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await page.getByRole('heading', { name: 'Enter the code your device shows' }).waitFor()
}

/** Does something that brings another page, and waits until that is there. */
async function turning(page: Page, act: () => Promise<unknown>): Promise<void> {
  const there = page.waitForEvent('domcontentloaded')
  await act()
  await there
}

/** Types a code where the code goes, over whatever stands there, and sends it. */
export async function enterCode(page: Page, typed: string, keys = false): Promise<void> {
  if (keys) {
    await tabTo(page, 'Code')
    await page.keyboard.type(typed)
    await turning(page, () => page.keyboard.press('Enter'))
    return
  }
  await page.getByLabel('Code').fill(typed)
  await turning(page, () => page.getByRole('button', { name: 'Continue' }).click())
}

/** Waits for the page where the person decides, and tells all its words. */
export async function readDecision(page: Page): Promise<string> {
  await page.getByRole('heading', { name: 'A device asks to act as you' }).waitFor()
  return wordsOf(page)
}

/** The words on a page, spaces evened out. */
export async function wordsOf(page: Page): Promise<string> {
  return (await page.locator('body').innerText()).replace(/\s+/g, ' ').trim()
}

/** Ticks and approves. What it gives back is the number for the terminal, or `undefined` when the page shows none. */
export async function approve(page: Page, keys = false): Promise<string | undefined> {
  if (keys) {
    await tabTo(page, /^I started this sign-in myself/)
    await page.keyboard.press('Space')
    expect(await tabTo(page, 'Approve'), 'what Tab passes on the way to Approve').toEqual(['Deny'])
    await page.keyboard.press('Space')
  } else {
    await page.getByLabel('I started this sign-in myself').check()
    await page.getByRole('button', { name: 'Approve' }).click()
  }
  return readOutcome(page)
}

/** What the page says after an approval. */
async function readOutcome(page: Page): Promise<string | undefined> {
  const heading = page.getByRole('heading', { level: 1 })
  await heading.filter({ hasText: /^(?:Approved|One more step: the number)$/ }).waitFor()
  if ((await heading.innerText()) === 'Approved') return undefined
  return (await page.locator('.plate .unseen').innerText()).replace(/\s/g, '')
}

export async function deny(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Deny' }).click()
  await page.getByRole('heading', { name: 'Denied' }).waitFor()
}
