/** The report card in a real browser, opened as a file: by day, by night, on a phone, on paper; with nothing remote, without scripts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { audit, badgeOf, gradeOf, htmlOf, mergedReport, probeReport, type Report } from '@countersign/audit'
import axe, { type AxeResults } from 'axe-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeReference } from '../../packages/audit/test/probe/probe-reference.ts'
import { DESK, openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'

const fixture = (name: string) => readFileSync(new URL(`../../packages/audit/test/fixtures/${name}.txt`, import.meta.url), 'utf8')

let folder: string
let browser: OpenBrowser
const cards: string[] = []

async function reports(): Promise<Readonly<Record<string, Report>>> {
  const server = fixture('server.ts')
    .replace(/ {2}if \(device\.client_id !== client\.client_id\).*\n/, '')
    .replace('DEVICE_CODE_LIFETIME = 300', 'DEVICE_CODE_LIFETIME = 1800')
  const client = fixture('client.ts').replace(
    'await sleep(interval * 1000)',
    'await sleep(5000) // countersign-ignore DF-C01: it names none',
  )
  writeFileSync(join(folder, 'server.ts'), server)
  writeFileSync(join(folder, 'client.ts'), client.replace('      interval += 5\n      continue', '      continue'))
  const { report: source } = await audit(folder)
  const probed = probeReport(await probeReference({ defect: 'any client redeems', bcp247: true, guess: false }))
  const both: Report = { ...mergedReport(source, probed), target: 'https://auth.example.com' }
  const nothing = { ...source, findings: [], ignored: [], grade: gradeOf([]), target: `/home/ada/${'a-long-name-of-a-folder/'.repeat(12)}` }
  return { both, nothing }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-report-card-'))
  browser = await openBrowser()
  for (const [name, report] of Object.entries(await reports())) {
    const file = join(folder, `${name}.html`)
    writeFileSync(file, htmlOf(report))
    cards.push(pathToFileURL(file).href)
  }
}, 60_000)
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

test('axe-core finds nothing, folded or not, on a phone and on a desk, by day and by night', async () => {
  const { page, picture, complaints } = await browser.open()
  for (const card of cards) {
    await page.goto(card)
    await page.evaluate(axe.source)
    for (const viewport of [PHONE, DESK]) {
      await page.setViewportSize(viewport)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await picture(`${card.split('/').at(-1)}-${viewport.width}-${colorScheme}`)
        for (const details of await page.locator('details').all()) await details.evaluate((element) => element.toggleAttribute('open'))
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run()')
        expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([])
        // A judge that saw nothing would find nothing.
        expect(passes.map(({ id }) => id)).toContain('color-contrast')
      }
    }
  }
  expect(complaints).toEqual([])
})

test('nothing is loaded, no script is there to run, and nothing is wider than a phone', async () => {
  const { page, requested, complaints } = await browser.open({ viewport: PHONE, scripts: false })
  for (const card of cards) {
    await page.goto(card)
    const { width, scripts } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      scripts: document.scripts.length,
    }))
    expect({ width, scripts }).toEqual({ width: PHONE.width, scripts: 0 })
  }
  expect(requested).toEqual(cards)
  expect(complaints).toEqual([])
})

test('it shows grade, sides, defects with line and fix, what is proven, and what somebody left alone with the reason', async () => {
  const { page } = await browser.open({ scripts: false })
  await page.goto(cards[0] ?? '')
  expect(await page.getByRole('img', { name: /^Grade [A-F], \d+ of 100$/ }).count()).toBe(1)
  expect(await page.getByRole('row', { name: /^Binding and redemption \d+$/ }).count()).toBe(1)
  const card = page.getByRole('article').filter({ hasText: 'server.ts' }).filter({ hasText: 'DF-S01' })
  expect(await card.innerText()).toMatch(/proven in code and on the wire[^]+server\.ts:\d+[^]+Looked for and not found[^]+Fix/)
  await page.getByText('Left alone').click()
  expect(await page.getByText('it names none').isVisible()).toBe(true)
  expect(await page.getByRole('row', { name: /^6\.1\.16 / }).innerText()).toMatch(/absent/)
})

test('on paper what is folded is unfolded', async () => {
  const { page, picture } = await browser.open()
  await page.goto(cards[0] ?? '')
  const folded = page.locator('details .lines').first()
  const height = async () => (await folded.boundingBox())?.height ?? 0
  expect(await folded.isVisible()).toBe(false)
  await page.emulateMedia({ media: 'print' })
  expect(await height()).toBeGreaterThan(50)
  await picture('both-print')
})

test('the badge is one picture that says the grade', async () => {
  const { page, picture, requested } = await browser.open()
  const badges = (['A', 'B', 'C', 'D', 'F', 'ungraded'] as const).map((letter) => badgeOf({ letter, score: 90, axes: {}, reasons: [] }))
  const file = join(folder, 'badges.html')
  writeFileSync(file, badges.map((svg) => `<p>${svg}</p>`).join(''))
  await page.goto(pathToFileURL(file).href)
  await picture('badges')
  expect(await page.getByRole('img').count()).toBe(6)
  // The words fit: no letter reaches over the edge of its half.
  const widths = await page.evaluate(() =>
    [...document.querySelectorAll('svg')].map((svg) => {
      const whole = svg.getBoundingClientRect()
      return [...svg.querySelectorAll('text')].every((text) => {
        const { left, right } = text.getBoundingClientRect()
        return left >= whole.left + 4 && right <= whole.right - 4
      })
    }),
  )
  expect(widths).toEqual(Array(6).fill(true))
  expect(requested).toEqual([pathToFileURL(file).href])
})
