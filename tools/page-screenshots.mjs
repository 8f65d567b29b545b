/**
 * Looks at the pages the way people do: renders each in Chromium on a phone and on a desk, light and dark, and measures what only a
 * browser can tell (contrast, sideways scrolling, equal buttons, what Enter does, tab order, framing, the policy in force).
 * Usage: npx tsc -b packages/authority && node tools/page-screenshots.mjs FOLDER [--language LANGUAGE] [sample...]
 * Chromium is taken from CHROMIUM or /usr/bin/chromium. Exits 1 when a measurement is off. Not part of the tests: it wants an eye.
 */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import * as pages from '../packages/authority/dist/pages/index.js'
import { faultsOfChoices, faultsOfLooks } from './page-measures.mjs'
import { samples } from './page-samples.mjs'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { language: { type: 'string', default: 'en' } } })
const [folder, ...wanted] = positionals
const messages = pages.isLanguage(values.language) ? pages.messagesIn(values.language) : undefined
if (folder === undefined || messages === undefined) {
  throw new Error(`usage: node tools/page-screenshots.mjs FOLDER [--language ${pages.LANGUAGES.join('|')}] [sample...]`)
}
mkdirSync(folder, { recursive: true })
const chosen = samples.filter(([name]) => wanted.length === 0 || wanted.includes(name))
const faults = []
const looks = new Map(samples.map(([name, , { theme }]) => [name, pages.lookOf(theme)]))
const sheets = new Map([...looks.values()].map(({ styleVersion, styleSheet }) => [styleVersion, styleSheet]))
/** Bodies of the forms that were posted. */
const posted = []

const server = createServer((request, response) => {
  const { pathname: path, searchParams } = new URL(request.url, 'http://localhost')
  let body = ''
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk))
  if (request.method === 'POST') request.on('end', () => posted.push(body))
  if (path.endsWith('/style.css')) return response.writeHead(200, { 'content-type': 'text/css' }).end(sheets.get(searchParams.get('v')))
  if (path === '/framer') return response.writeHead(200, { 'content-type': 'text/html' }).end('<iframe src="/sample/decide"></iframe>')
  const sample = samples.find(([name]) => path === `/sample/${name}`)
  const text =
    sample === undefined
      ? pages.errorPage({ base: '/auth', kind: 'not_found' })
      : pages[sample[1]]({ ...sample[2], look: looks.get(sample[0]), messages })
  // The page that goes on by itself is to stay in the picture.
  const reply = pages.pageReply(200, text.replace(/<meta http-equiv="refresh"[^>]*>/, ''))
  return response.writeHead(reply.status, reply.headers).end(reply.body)
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const origin = `http://127.0.0.1:${server.address().port}`

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

async function open(name, options) {
  const context = await browser.newContext(options)
  const tab = await context.newPage()
  tab.on('console', (message) => faults.push(`${name}: console: ${message.text()}`))
  await tab.goto(`${origin}/sample/${name}`)
  return tab
}

const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 800 } }
for (const [name] of chosen) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const tab = await open(name, { viewport, colorScheme })
      const found = await tab.evaluate(faultsOfLooks)
      if (name.startsWith('decide')) found.push(...(await tab.evaluate(faultsOfChoices)))
      faults.push(...found.map((fault) => `${name} ${size} ${colorScheme}: ${fault}`))
      await tab.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: true })
      await tab.context().close()
    }
  }
  // WCAG 1.4.10: no sideways scrolling at 320 pixels; forced colours must still show where things are.
  const tab = await open(name, { viewport: { width: 320, height: 640 }, forcedColors: 'active' })
  faults.push(
    ...(await tab.evaluate(() => (document.documentElement.scrollWidth > 320 ? ['scrolls sideways at 320'] : []))).map(
      (fault) => `${name}: ${fault}`,
    ),
  )
  await tab.screenshot({ path: join(folder, `${name}-forced.png`), fullPage: true })
  await tab.context().close()
}

/** What the decision page sends after these keys. */
async function sentAfter(act) {
  posted.length = 0
  const tab = await open('decide', { viewport: sizes.desk })
  await act(tab)
  await tab.waitForTimeout(150)
  await tab.context().close()
  return posted.join('|')
}

function expectSent(what, body, fits) {
  if (!fits) faults.push(`${what}: sent "${body}"`)
}

const enter = await sentAfter(async (tab) => {
  await tab.check('#confirmed')
  await tab.press('#confirmed', 'Enter')
})
expectSent('Enter in the ticked form must deny', enter, enter.includes('decision=deny'))
const bare = await sentAfter((tab) => tab.click('button[value=approve]'))
expectSent('Approve without the tick must send nothing', bare, bare === '')
const denied = await sentAfter((tab) => tab.click('button[value=deny]'))
expectSent('Deny without the tick must be sent', denied, denied.includes('decision=deny') && !denied.includes('confirmed'))
const approved = await sentAfter(async (tab) => {
  await tab.check('#confirmed')
  await tab.click('button[value=approve]')
})
expectSent('Approve with the tick', approved, approved.includes('decision=approve') && approved.includes('confirmed=yes'))

for (const name of ['sign-in', 'enter-code', 'decide']) {
  const tab = await open(name, { viewport: sizes.phone })
  const order = []
  for (let step = 0; step < 8; step++) {
    await tab.keyboard.press('Tab')
    const at = await tab.evaluate(() => {
      const element = document.activeElement
      return element === document.body
        ? undefined
        : `${element.id || element.textContent.trim()}${getComputedStyle(element).outlineStyle === 'none' ? ' (NO RING)' : ''}`
    })
    if (at === undefined || order.includes(at)) break
    order.push(at)
  }
  console.log(`tab order of ${name}: ${order.join(' > ')}`)
  if (order.some((stop) => stop.includes('NO RING'))) faults.push(`${name}: focus without a ring`)
  await tab.context().close()
}

// RFC 9700 section 4.16: not even our own origin may frame a page.
const framer = await (await browser.newContext()).newPage()
await framer.goto(`${origin}/framer`)
if ((await framer.frames()[1].locator('.plate').count()) > 0) faults.push('the decision page can be framed')

await browser.close()
server.close()
console.log(faults.length === 0 ? `${chosen.length} samples look right` : faults.join('\n'))
process.exitCode = faults.length === 0 ? 0 : 1
