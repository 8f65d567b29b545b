/** The server's limits and its end, over real sockets. */
import { once } from 'node:events'
import type { Exchange, Reply } from '@countersign/protocol'
import { afterEach, expect, test } from 'vitest'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/index.ts'
import { dial, readAnswers, request } from './raw-http.ts'

let server: HttpServer | undefined
afterEach(() => server?.close(0))

const errors: unknown[] = []
const keptOpen = (path: string) => `GET ${path} HTTP/1.1\r\nHost: as.example\r\n\r\n`

async function start(handle: (exchange: Exchange) => Promise<Reply>, options: Partial<HttpServerOptions> = {}): Promise<number> {
  server = createHttpServer(handle, { onError: (error) => errors.push(error), ...options })
  return (await server.listen(0)).port
}
const echo = async ({ path }: Exchange): Promise<Reply> => ({ status: 200, headers: {}, body: path })

/** A handler that waits to be let go, and tells when it was reached. */
function held() {
  let release = (): void => {}
  const go = new Promise<void>((resolve) => {
    release = resolve
  })
  let reach = (): void => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const handle = async (exchange: Exchange): Promise<Reply> => {
    reach()
    await go
    return echo(exchange)
  }
  return { handle, reached, release }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test('requests sent in one go are answered in their order, however long each takes', async () => {
  const first = held()
  const port = await start((exchange) => (exchange.path === '/1' ? first.handle(exchange) : echo(exchange)))
  const { socket, received, ended } = dial(port)
  socket.write(keptOpen('/1') + keptOpen('/2') + request('/3'))
  await first.reached
  expect(received()).toBe('')
  first.release()
  expect(readAnswers(await ended).map(({ body }) => body)).toEqual(['/1', '/2', '/3'])
})

test.each([
  ['no Host line', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', [400]],
  ['none in HTTP/1.0, which knew none', 'GET / HTTP/1.0\r\n\r\n', [200]],
  ['a body that waits to be asked for', request('/', ['Expect: 100-continue'], 'body'), [100, 200]],
  ['another expectation', request('/', ['EXPECT: a miracle']), [417]],
])('what node:http looks for among the headers it finds: %s', async (_what, text, statuses) => {
  const port = await start(echo)
  const { socket, ended } = dial(port)
  socket.write(text)
  expect(Array.from((await ended).matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => Number(status))).toEqual(statuses)
})

test('a body that does not come is answered with 408, and nobody sees half of it', async () => {
  let calls = 0
  const port = await start(async (exchange) => ((calls += 1), echo(exchange)), { requestTimeout: 100 })
  const { socket, ended } = dial(port)
  socket.write('POST / HTTP/1.1\r\nHost: as.example\r\nContent-Length: 10\r\n\r\nhalf')
  expect((await ended).startsWith('HTTP/1.1 408 ')).toBe(true)
  expect(calls).toBe(0)
})

test('headers that do not end are answered with 408', async () => {
  const port = await start(echo, { headersTimeout: 100 })
  const { socket, ended } = dial(port)
  socket.write('GET / HTTP/1.1\r\nHost: as.example\r\nX-Slow: ')
  expect((await ended).startsWith('HTTP/1.1 408 ')).toBe(true)
})

test('a client that goes away in the middle of its body reaches nobody and is no error', async () => {
  let calls = 0
  errors.length = 0
  const port = await start(async (exchange) => ((calls += 1), echo(exchange)))
  const { socket, ended } = dial(port)
  socket.write('POST / HTTP/1.1\r\nHost: as.example\r\nContent-Length: 10\r\n\r\nhalf')
  await once(socket, 'connect')
  socket.destroy()
  await ended
  // Answered afterwards, so the server has long seen the other one go.
  const { socket: next, ended: nextEnded } = dial(port)
  next.write(request('/next'))
  await nextEnded
  expect(calls).toBe(1)
  expect(errors).toEqual([])
})

test('a client that goes away before its answer is no error', async () => {
  errors.length = 0
  const waiting = held()
  const port = await start(waiting.handle)
  const { socket, ended } = dial(port)
  socket.write(keptOpen('/'))
  await waiting.reached
  socket.destroy()
  await ended
  waiting.release()
  await server?.close()
  expect(errors).toEqual([])
})

test('close lets the request under way finish, drops idle connections and accepts nothing new', async () => {
  const waiting = held()
  const port = await start((exchange) => (exchange.path === '/idle' ? echo(exchange) : waiting.handle(exchange)))
  const idle = dial(port)
  idle.socket.write(keptOpen('/idle'))
  await until(() => idle.received().endsWith('/idle'))
  const busy = dial(port)
  busy.socket.write(keptOpen('/busy'))
  await waiting.reached
  let isClosed = false
  const closed = server?.close().then(() => {
    isClosed = true
  })
  await idle.ended
  const [refused] = (await once(dial(port).socket, 'error')) as [NodeJS.ErrnoException]
  expect(refused.code).toBe('ECONNREFUSED')
  expect(isClosed).toBe(false)
  waiting.release()
  const [answer] = readAnswers(await busy.ended)
  expect(answer?.body).toBe('/busy')
  // RFC 9112 section 9.6: so that the client does not send another one into the closing.
  expect(answer?.headers).toContainEqual(['connection', 'close'])
  await closed
})

test('close does not wait for a connection whose answer was already on its way out', async () => {
  // More than the buffers of both ends hold, so that the answer is under way until the client reads.
  const body = 'x'.repeat(16_000_000)
  const port = await start(async () => ({ status: 200, headers: {}, body }))
  const slow = dial(port)
  slow.socket.pause()
  slow.socket.write(keptOpen('/'))
  await until(() => slow.socket.readableLength > 0)
  const closed = server?.close()
  slow.socket.resume()
  await closed
  expect((await slow.ended).length).toBeGreaterThan(body.length)
})

test('close cuts what outlasts the grace', async () => {
  const waiting = held()
  const port = await start(waiting.handle)
  const stuck = dial(port)
  stuck.socket.write(keptOpen('/'))
  await waiting.reached
  await server?.close(20)
  expect(await stuck.ended).toBe('')
  waiting.release()
})

test('a port in use is a clear error', async () => {
  const port = await start(echo)
  const second = createHttpServer(echo, { onError: () => undefined })
  await expect(second.listen(port)).rejects.toMatchObject({ code: 'configuration_invalid', hint: expect.stringContaining('port') })
})
