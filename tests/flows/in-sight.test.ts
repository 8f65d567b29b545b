/** What is in sight without scrolling, and how narrow windows break what is long: things only a browser knows. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGES } from '../../packages/authority/src/pages/index.ts'
import { DESK, openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'
import { openSamples, ORIGIN } from './support/samples.ts'

let browser: OpenBrowser
beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
})

test('on a desk Deny and Approve are in sight in every language, after everything they are about', async () => {
  const { page } = await openSamples(browser)
  await page.setViewportSize(DESK)
  for (const language of LANGUAGES) {
    for (const name of ['decide', 'decide-mail-named', 'decide-request']) {
      await page.goto(`${ORIGIN}/${language}/${name}`)
      const [buttons, facts] = await Promise.all([boxesOf(page, '.choices > *'), boxesOf(page, '.facts dd, .plate, .scopes li, .warning')])
      expect(buttons, `${language} ${name}`).toHaveLength(2)
      expect(Math.max(...buttons.map(({ bottom }) => bottom)), `${language} ${name}`).toBeLessThanOrEqual(DESK.height)
      expect(facts.length).toBeGreaterThan(4)
      expect(Math.max(...facts.map(({ bottom }) => bottom)), `${language} ${name}: facts`).toBeLessThanOrEqual(DESK.height)
      expect(await isRead(page, '.facts', '.choices'), `${language} ${name}: facts before buttons`).toBe(true)
      expect(await isRead(page, '.warning', '.choices'), `${language} ${name}: the warning before buttons`).toBe(true)
    }
  }
}, 180_000)

test('on a phone the name of the server and the way to the devices share a row; who is signed in and the way out share the next', async () => {
  const { page } = await openSamples(browser)
  await page.setViewportSize(PHONE)
  for (const language of LANGUAGES) {
    for (const name of ['enter-code', 'enter-code-limited']) {
      await page.goto(`${ORIGIN}/${language}/${name}`)
      const [title] = await boxesOf(page, '.top .name')
      const [devices] = await boxesOf(page, '.top .to-devices')
      const [who] = await boxesOf(page, '.way-out > span')
      const [out] = await boxesOf(page, '.way-out .quiet')
      expect(middleOf(devices), `${language} ${name}`).toBeCloseTo(middleOf(title), 0)
      expect(middleOf(out), `${language} ${name}`).toBeCloseTo(middleOf(who), 0)
      expect(who?.top, `${language} ${name}`).toBeGreaterThanOrEqual(title?.bottom ?? 0)
      for (const box of [title, devices, who, out]) {
        expect(box?.left).toBeGreaterThanOrEqual(0)
        expect(box?.right).toBeLessThanOrEqual(PHONE.width)
      }
    }
  }
}, 180_000)

test('a long account name is broken at its joints, never inside a word', async () => {
  const { page } = await openSamples(browser)
  await page.setViewportSize(PHONE)
  for (const language of LANGUAGES) {
    for (const name of ['enter-code-limited', 'decide-mail-named']) {
      await page.goto(`${ORIGIN}/${language}/${name}`)
      const lines = await page.evaluate(linesOfNames)
      expect(lines.length, `${language} ${name}`).toBeGreaterThan(1)
      for (const line of lines) {
        expect(line, `${language} ${name}`).toMatch(/^(?:[.@]?(?:ada|augusta|lovelace|analytical-|engines|northgate|example))+$/)
      }
    }
  }
}, 180_000)

interface Box {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

function boxesOf(page: Page, selector: string): Promise<Box[]> {
  return page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect()
      return { top, bottom, left, right }
    }),
  )
}

function middleOf(box: Box | undefined): number {
  return box === undefined ? Number.NaN : (box.top + box.bottom) / 2
}

/** Whether all of the one stands before all of the other in the document, which is how it is read out. */
function isRead(page: Page, first: string, then: string): Promise<boolean> {
  return page.evaluate(
    ([one = '', other = '']) =>
      [...document.querySelectorAll(one)].every((before) =>
        [...document.querySelectorAll(other)].every(
          (after) => (before.compareDocumentPosition(after) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
        ),
      ),
    [first, then],
  )
}

/** Runs in the browser: the lines that the names of people were broken into. */
function linesOfNames(): string[] {
  return [...document.querySelectorAll('.way-out bdi, .lead > strong:last-of-type bdi')].flatMap((name) => {
    const lines = new Map<number, string>()
    const walker = document.createTreeWalker(name, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (let at = 0; at < (node.textContent ?? '').length; at++) {
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + 1)
        const top = Math.round(range.getBoundingClientRect().top)
        lines.set(top, (lines.get(top) ?? '') + range.toString())
      }
    }
    return [...lines.values()]
  })
}
