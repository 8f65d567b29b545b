/**
 * A real browser, without a window, that keeps an eye on the pages: what they ask for elsewhere, what they complain about.
 * COUNTERSIGN_TEST_BROWSER names it; COUNTERSIGN_SCREENSHOTS names a folder that gets a picture wherever a flow takes one.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

export const DESK = { width: 1280, height: 800 }
export const PHONE = { width: 360, height: 740 }

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Off: as with a browser that runs no script. */
  readonly scripts?: boolean
}

export interface OpenPage {
  readonly page: Page
  /** What pages and browser complained about: errors on the console, scripts that failed, requests that got no answer. */
  readonly complaints: readonly string[]
  /** The address of everything that was asked for. */
  readonly requested: readonly string[]
  /** Takes a picture of the whole page, when there is a folder for pictures. */
  readonly picture: (name: string) => Promise<void>
}

export interface OpenBrowser {
  /** A page in a browser profile of its own: no cookie, no cache, nothing of another page. */
  readonly open: (options?: PageOptions) => Promise<OpenPage>
  readonly close: () => Promise<void>
}

// No sandbox, because containers forbid it to root; the rest keeps a browser from calling home.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws Error when there is no browser: what only a browser can show is never taken for granted */
export async function openBrowser(): Promise<OpenBrowser> {
  const executablePath = process.env['COUNTERSIGN_TEST_BROWSER'] ?? ''
  if (executablePath === '') {
    throw new Error('no browser: set COUNTERSIGN_TEST_BROWSER to a Chromium, or run the tests with "npm test", which finds one')
  }
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  return { open: (options) => openPage(browser, options), close: () => browser.close() }
}

async function openPage(browser: Browser, { viewport = DESK, scripts = true }: PageOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport, javaScriptEnabled: scripts, locale: 'en' })
  const complaints: string[] = []
  const requested: string[] = []
  watch(context, complaints, requested)
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return { page, complaints, requested, picture: (name) => takePicture(page, name) }
}

function watch(context: BrowserContext, complaints: string[], requested: string[]): void {
  context.on('request', (request) => requested.push(request.url()))
  context.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`))
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`)
  })
}

async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['COUNTERSIGN_SCREENSHOTS'] ?? ''
  if (folder === '') return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
