/** The listener as one handler among others of an application, which may have touched the request before. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Exchange, Reply } from '@countersign/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { toNodeListener } from '../../src/http/index.ts'
import { dial, request, sendRaw } from './raw-http.ts'

type Before = (request: IncomingMessage, response: ServerResponse) => unknown

/** An application that does something with each request before the listener gets it. */
async function mount(before: Before, reply: Partial<Reply> = {}) {
  const seen: Exchange[] = []
  const errors: unknown[] = []
  const listener = toNodeListener(
    async (exchange) => {
      seen.push(exchange)
      return { status: 200, headers: {}, body: 'fine', ...reply }
    },
    { onError: (error) => errors.push(error) },
  )
  const server = createServer((incoming, response) => {
    void Promise.resolve(before(incoming, response)).then(() => listener(incoming, response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen, errors }
}

test('below a mount path the path is still the one that was sent', async () => {
  const { port, seen } = await mount((incoming) => Object.assign(incoming, { originalUrl: incoming.url, url: '/device?a=1' }))
  await sendRaw(port, request('/auth/device?user_code=X'))
  expect(seen[0]).toMatchObject({ path: '/auth/device', query: 'user_code=X' })
})

test('a target that cannot be trusted is refused there too', async () => {
  const { port, seen } = await mount((incoming) => Object.assign(incoming, { originalUrl: incoming.url, url: '/device' }))
  expect((await sendRaw(port, request('//evil.example/auth')))[0]?.status).toBe(400)
  expect(seen).toEqual([])
})

test.each([
  ['a form', 'grant_type=x'],
  ['an empty one', ''],
])('a body that a parser took is a fault of the wiring, told at once and not to the peer: %s', async (_what, body) => {
  const { port, seen, errors } = await mount(async (incoming) => {
    for await (const _chunk of incoming);
  })
  const [answer] = await sendRaw(port, request('/token', body === '' ? ['Content-Length: 0'] : [], body, 'POST'))
  expect([answer?.status, JSON.parse(answer?.body ?? '')]).toMatchObject([500, { error: 'server_error' }])
  expect(answer?.body).not.toMatch(/parser|read before/)
  expect(errors).toMatchObject([{ code: 'configuration_invalid', hint: expect.stringContaining('express.urlencoded()') }])
  expect(seen).toEqual([])
})

test('what has no body may come from behind a parser', async () => {
  const { port, seen } = await mount(async (incoming) => {
    for await (const _chunk of incoming);
  })
  expect((await sendRaw(port, request('/device')))[0]?.status).toBe(200)
  expect(seen).toHaveLength(1)
})

test('a body that waited while the application took its time is read whole', async () => {
  const { port, seen } = await mount(() => new Promise((resolve) => setImmediate(resolve)))
  expect((await sendRaw(port, request('/token', [], 'x'.repeat(60_000))))[0]?.status).toBe(200)
  expect(seen[0]?.body).toHaveLength(60_000)
})

test('headers of the application stay, ours win over them, and no cookie of either is lost', async () => {
  const headers = { 'set-cookie': ['a=1', 'b=2'], 'x-frame-options': 'DENY' }
  const { port } = await mount(
    (_request, response) => {
      response.setHeader('set-cookie', ['app=1', 'app2=2']).setHeader('x-frame-options', 'SAMEORIGIN').setHeader('x-powered-by', 'app')
    },
    { headers },
  )
  const [answer] = await sendRaw(port, request('/device'))
  const values = (name: string) => answer?.headers.filter(([each]) => each === name).map(([, value]) => value)
  expect(values('set-cookie')).toEqual(['app=1', 'app2=2', 'a=1', 'b=2'])
  expect([values('x-frame-options'), values('x-powered-by')]).toEqual([['DENY'], ['app']])
})

test('one cookie of the application stays beside a reply that sets none', async () => {
  const { port } = await mount((_request, response) => void response.setHeader('set-cookie', 'app=1'))
  const [answer] = await sendRaw(port, request('/device'))
  expect(answer?.headers.filter(([name]) => name === 'set-cookie')).toEqual([['set-cookie', 'app=1']])
})

test('what the application has answered already is its fault, told and nothing worse', async () => {
  const { port, errors } = await mount((_request, response) => response.writeHead(200, { 'content-length': '5' }).flushHeaders())
  const { socket, ended } = dial(port)
  socket.write(request('/device'))
  await expect.poll(() => errors).toMatchObject([{ code: 'ERR_HTTP_HEADERS_SENT' }, { code: 'ERR_HTTP_HEADERS_SENT' }])
  socket.destroy()
  await ended
})
