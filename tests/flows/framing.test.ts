import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openBrowser, type OpenBrowser } from './support/browser.ts'
import { approve, deny, enterCode, readDecision, signIn } from './support/person.ts'
import { openPlace, type Place } from './support/place.ts'
import { askForCode } from './support/wire.ts'

let place: Place
let browser: OpenBrowser

beforeAll(async () => {
  place = await openPlace({ withoutNotes: true })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await place?.close()
})

/** A stranger's site: one frame for a page of ours, one for a page of its own, and a form that is sent into the first. */
async function openStranger(framed: string) {
  const server = createServer((request, response) => {
    const page = `<iframe name="framed" src="${framed}"></iframe><iframe name="own" src="/own"></iframe>
<form method="post" action="${framed}" target="framed"><input type="hidden" name="decision" value="approve"><button>Win</button></form>`
    response.writeHead(200, { 'content-type': 'text/html' }).end(request.url === '/own' ? 'the frame of the stranger' : page)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { origin: `http://127.0.0.1:${port}`, close }
}

/** What Chromium puts into a frame in place of a page that refuses to be framed. */
const NOTHING = 'chrome-error://chromewebdata/'

verifies(
  'rfc9700-4.16-clickjacking',
  'no page of ours is rendered in a frame, not even for somebody who is signed in',
  async () => {
    const { issuer, resource } = place
    const { page } = await browser.open()
    const { userCode } = await askForCode(issuer, resource)
    await page.goto(`${issuer}/device`)
    await signIn(page)
    for (const path of ['/sign-in', '/device', `/device?user_code=${userCode}`, '/device/decide']) {
      const stranger = await openStranger(`${issuer}${path}`)
      try {
        await page.goto(stranger.origin)
        // The stranger can frame, and what is framed can be read: so the emptiness beside it says something.
        expect(await page.frame('own')?.locator('body').innerText()).toBe('the frame of the stranger')
        expect(page.frame('framed')?.url(), path).toBe(NOTHING)
        // Nor does a form of the stranger bring a page into the frame, be it one that says no.
        const arrived = page.waitForEvent('framenavigated', (frame) => frame === page.frame('framed'))
        const answer = page.waitForResponse((response) => response.request().method() === 'POST')
        await page.getByRole('button', { name: 'Win' }).click()
        expect((await answer).headers()['content-type'], path).toContain('text/html')
        expect((await arrived).url(), path).toBe(NOTHING)
      } finally {
        await stranger.close()
      }
    }
  },
  60_000,
)

test('from the first page to the last nothing is asked of another origin, and the browser has nothing to complain about', async () => {
  const { issuer, resource } = place
  const { page, complaints, requested } = await browser.open()
  for (const decision of ['approve', 'deny'] as const) {
    const { userCode } = await askForCode(issuer, resource)
    await page.goto(`${issuer}/device?user_code=${userCode}`)
    if (decision === 'approve') await signIn(page)
    await enterCode(page, userCode)
    await readDecision(page)
    if (decision === 'approve') await approve(page)
    else await deny(page)
  }
  expect(complaints).toEqual([])
  expect(requested.filter((url) => !url.startsWith(`${issuer}/`) && !url.startsWith('data:'))).toEqual([])
  expect(requested).toContain(`${issuer}/device/decide`)
}, 60_000)

test('no script runs on a page, whoever puts it there', async () => {
  const { page, complaints } = await browser.open()
  await page.goto(`${place.issuer}/sign-in`)
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.injected = true')
    image.src = 'data:image/png;base64,broken'
    await new Promise((resolve) => {
      image.addEventListener('error', resolve)
      document.body.append(image)
    })
    return 'injected' in window
  })
  expect(ran).toBe(false)
  expect(complaints.filter((complaint) => complaint.includes('Content Security Policy'))).not.toEqual([])
}, 30_000)
