/** The authority inside other people's frameworks: what only a real one shows. */
import { memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { expect, test } from 'vitest'
import { createApp } from '../../examples/beside-hono/src/app.ts'
import { openScriptlessBrowser, type Transport, visibleText } from '../../examples/first-login/src/scriptless-browser.ts'
import { openLogin, ownPath } from '../../examples/own-login/src/own-login.ts'

const ORIGIN = 'https://app.example'

/** The Hono example at a public address, reached from the address of a socket and with the headers of whoever sends. */
async function openHono(trustedProxies: readonly string[] = []) {
  const app = await createApp({
    origin: ORIGIN,
    login: openLogin(),
    store: memoryStore(systemClock()),
    masterKey: nodeSuite().random(32),
    trustedProxies,
  })
  const send = async (path: string, socket: string, init: RequestInit = {}) =>
    app.request(ORIGIN + path, init, { incoming: { socket: { remoteAddress: socket, remotePort: 1, remoteFamily: 'IPv4' } } })
  const start = async (socket: string, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ client_id: 'tv-app' })
    const response = await send('/auth/device_authorization', socket, { method: 'POST', headers, body })
    return (await response.json()) as { user_code: string }
  }
  const browserAt = (socket: string, more: Record<string, string> = {}) => {
    const transport: Transport = async ({ method, path, headers, body }) => {
      const { pathname, search } = new URL(path, ORIGIN)
      const response = await send(pathname + search, socket, { method, headers, ...(method === 'POST' ? { body } : {}) })
      const lines = { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() }
      return { status: response.status, headers: lines, body: await response.text() }
    }
    return openScriptlessBrowser(ORIGIN, transport, more)
  }
  return { start, browserAt }
}

/** The answer to Ada's approval. */
async function approve(browser: ReturnType<typeof openScriptlessBrowser>, userCode: string) {
  const loginPage = await browser.get(`/auth/device?user_code=${userCode}`)
  const entry = await browser.submit(loginPage, '/login', { name: 'ada', password: 'analytical engine' })
  const decision = await browser.submit(entry, '/device', { user_code: userCode })
  return { decision, done: await browser.submit(decision, '/device/decide', { confirmed: 'yes', decision: 'approve' }) }
}

test('Hono: the address of the socket counts, and what a stranger claims about it does not', async () => {
  const { start, browserAt } = await openHono()
  const { user_code } = await start('203.0.113.7', { 'x-forwarded-for': '198.51.100.9' })
  const far = await approve(browserAt('198.51.100.9'), user_code)
  expect([far.done.status, visibleText(far.decision)]).toEqual([403, expect.stringContaining('203.0.113.7')])
  const { user_code: second } = await start('203.0.113.7')
  expect((await approve(browserAt('203.0.113.7', { 'x-forwarded-for': '198.51.100.9' }), second)).done.status).toBe(200)
})

test('Hono: behind a proxy that is named, the address that it saw counts', async () => {
  const { start, browserAt } = await openHono(['10.0.0.0/8'])
  const { user_code } = await start('::ffff:10.0.0.1', { 'x-forwarded-for': '192.0.2.1, 203.0.113.7' })
  const { decision, done } = await approve(browserAt('10.0.0.2', { 'x-forwarded-for': '203.0.113.7' }), user_code)
  expect([done.status, visibleText(decision)]).toEqual([200, expect.stringContaining('203.0.113.7')])
})

test('the login of the examples leads to paths of its own site only', () => {
  for (const text of ['//evil.example', 'https://evil.example', '/\\evil.example', '/"><script>', 'auth/device', '', undefined, ['/auth']])
    expect(ownPath(text), String(text)).toBe('/')
  expect(ownPath('/auth/device?user_code=WDJB-MJHT')).toBe('/auth/device?user_code=WDJB-MJHT')
})
