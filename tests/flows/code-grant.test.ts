/** The code grant in a real browser: only one can show that its form may lead back to the client, across origins, and nowhere else. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addClient } from '@countersign/authority'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { startAuthority } from '../interop/live-authority.ts'
import { openBrowser, type OpenBrowser, PHONE } from './support/browser.ts'

let browser: OpenBrowser

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

/** A program that waits on a port for the browser to come back. */
async function openProgram(host: '127.0.0.1' | '::1') {
  const visits: { url: URL; referer: string | undefined; method: string | undefined }[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://program')
    if (url.pathname === '/callback') visits.push({ url, referer: request.headers.referer, method: request.method })
    response.writeHead(url.pathname === '/callback' ? 200 : 204, { 'content-type': 'text/html' }).end('<title>back</title>')
  }).listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { visits, callback: `http://${host === '::1' ? '[::1]' : host}:${port}/callback` }
}

verifies(
  ['rfc9700-4.12-no-307', 'rfc9207-2.3-advertise', 'rfc10027-6.1.14-decline-prominent'],
  'the browser goes back by GET, without a Referer, approved with the mouse or denied with the keyboard, to IPv4 and IPv6 alike',
  async () => {
    const authority = await startAuthority({
      resources: [{ resource: 'https://api.example/', name: 'API', scopes: { read: 'Read it all' } }],
    })
    await addClient(authority, { id: 'two-hosts', name: 'Notes app', redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'] })
    for (const [host, decision] of [
      ['127.0.0.1', 'approve'],
      ['::1', 'approve'],
      ['127.0.0.1', 'deny'],
    ] as const) {
      const { visits, callback } = await openProgram(host)
      const { page, complaints, picture } = await browser.open({ scripts: false, viewport: PHONE })
      const query = new URLSearchParams({
        client_id: 'two-hosts',
        response_type: 'code',
        redirect_uri: callback,
        state: 'state-1',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      })
      await page.goto(`${authority.issuer}/authorize?${query.toString()}`)
      await page.getByLabel('Name').fill('ada')
      await page.getByLabel('Password').fill('correct horse')
      await page.getByRole('button', { name: 'Sign in' }).click()
      const words = await page.locator('main').innerText()
      for (const part of ['Notes app', 'Goes back to a program on this computer', callback, 'Read it all', 'Any program on this computer'])
        expect(words).toContain(part)
      await picture(`phone-code-grant-${decision}`)
      const buttons = page.locator('.choices button')
      expect(await buttons.allInnerTexts()).toEqual(['Deny', 'Approve'])
      const [deny, approve] = [await buttons.nth(0).boundingBox(), await buttons.nth(1).boundingBox()]
      expect([deny?.width, deny?.height, deny?.y]).toEqual([approve?.width, approve?.height, approve?.y])
      await (decision === 'approve' ? buttons.nth(1).click() : buttons.nth(0).press('Enter'))
      await page.waitForURL(`${callback}?*`)
      const [{ url, referer, method } = {}, ...others] = visits
      expect([method, referer, others.length]).toEqual(['GET', undefined, 0])
      const told = Object.fromEntries(url?.searchParams ?? [])
      expect(told).toMatchObject({ state: 'state-1', iss: authority.issuer })
      expect([told['code'] === undefined, told['error']]).toEqual(decision === 'approve' ? [false, undefined] : [true, 'access_denied'])
      expect(complaints).toEqual([])
    }
  },
  60_000,
)
