// @ts-check
/** A Chromium or Chrome for the tests in which a person approves a login in a real browser. Told to them as COUNTERSIGN_TEST_BROWSER. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { installed, run } from '../steps.mjs'
import { attempt, byApt, install, mayInstall, onDebian } from './apt.mjs'
import { isExecutable, onPath } from './prerequisite.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/usr/lib/chromium/chromium',
  '/opt/google/chrome/chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const browser = {
  name: 'browser',
  provide: async () => {
    const named = process.env['CHROMIUM_PATH']
    if (named !== undefined && named !== '') {
      const version = await versionOf(named)
      if (version !== undefined) return provision(named, version, 'CHROMIUM_PATH')
      return { missing: `CHROMIUM_PATH is ${named}, which does not start as a browser`, command: 'unset CHROMIUM_PATH' }
    }
    const there = await search()
    if (there !== undefined) return provision(there.path, there.version, 'found')
    await provideOne()
    const fresh = await search()
    if (fresh !== undefined) return provision(fresh.path, fresh.version, 'installed now')
    return {
      missing: 'no Chromium or Chrome found, and none could be installed',
      command: onDebian() ? byApt(['chromium']) : BY_PLAYWRIGHT,
    }
  },
}

const BY_PLAYWRIGHT = 'npx playwright-core install chromium'

/** @param {string} path @param {string} version @param {string} how @returns {import('./prerequisite.mjs').Provision} */
const provision = (path, version, how) => ({ used: `${version} (${path}, ${how})`, env: { COUNTERSIGN_TEST_BROWSER: path } })

/** The first browser that really starts: a stub that only tells how to get one is not one. */
async function search() {
  const named = NAMES.map(onPath).filter((path) => path !== undefined)
  for (const path of new Set([...named, ...PLACES, chromium.executablePath()])) {
    const version = await versionOf(path)
    if (version !== undefined) return { path, version }
  }
  return undefined
}

/** What the browser calls itself; undefined when it is absent or does not start. @param {string} path */
async function versionOf(path) {
  if (!existsSync(path) || !isExecutable(path)) return undefined
  // Chrome on Windows opens a window instead of telling its version.
  if (process.platform === 'win32') return 'Chrome'
  const { code, output } = await run(path, ['--version'])
  const line = output.split('\n').find((text) => /\b(?:Chrom(?:e|ium)|Edge)\b.*\d/.test(text))
  return code === 0 ? line?.trim() : undefined
}

/** Debian and Ubuntu through apt, where we may; every other machine through the installer that comes with playwright-core. */
async function provideOne() {
  const may = await mayInstall()
  if (may) {
    await install('browser', ['chromium'])
    if ((await search()) !== undefined) return
  }
  await attempt('browser', [installed('playwright-core'), 'install', ...(may ? ['--with-deps'] : []), 'chromium'])
}
