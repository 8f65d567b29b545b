/** The listener over a real socket. */
import { once } from 'node:events'
import { type Exchange, OAuthError, type Reply } from '@countersign/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/index.ts'
import { dial, readAnswers, request, sendRaw } from './raw-http.ts'

let server: HttpServer | undefined
let seen: Exchange[] = []
let errors: unknown[] = []

afterEach(async () => {
  await server?.close(0)
  server = undefined
  seen = []
  errors = []
})

type Handle = (exchange: Exchange) => Promise<Reply>
const plain = (body = 'fine', status = 200): Reply => ({ status, headers: { 'content-type': 'text/plain' }, body })

async function start(handle: Handle = async () => plain(), options: Partial<HttpServerOptions> = {}): Promise<number> {
  const noted: Handle = (exchange) => {
    seen.push(exchange)
    return handle(exchange)
  }
  server = createHttpServer(noted, { onError: (error) => errors.push(error), ...options })
  return (await server.listen(0)).port
}

const headerOf = (answer: { headers: readonly (readonly [string, string])[] } | undefined, name: string) =>
  answer?.headers.filter(([each]) => each === name).map(([, value]) => value)

test('a reply that names its length is sent with one length, or clients refuse the whole answer', async () => {
  const port = await start(async () => ({ status: 200, headers: { 'Content-Length': '0' }, body: '' }))
  const [answer] = await sendRaw(port, request('/revoke'))
  expect(headerOf(answer, 'content-length')).toEqual(['0'])
  expect((await fetch(`http://127.0.0.1:${port}/revoke`)).status).toBe(200)
})

test('an exchange says what was sent, and the reply is sent as it is', async () => {
  const port = await start(async () => ({
    status: 201,
    headers: { 'set-cookie': ['a=1', 'b=2'], 'x-one': 'ü' },
    body: 'größe',
  }))
  const [answer] = await sendRaw(port, request('/token?a=%20b&c', ['X-Thing: some'], 'grant=ü'))
  const { headers, ...rest } = seen[0] as Exchange
  expect(rest).toEqual({ method: 'POST', path: '/token', query: 'a=%20b&c', body: 'grant=ü', remoteAddress: '127.0.0.1' })
  expect({ ...headers }).toEqual({ host: 'as.example', connection: 'close', 'content-length': '8', 'x-thing': 'some' })
  expect(answer?.status).toBe(201)
  expect(headerOf(answer, 'set-cookie')).toEqual(['a=1', 'b=2'])
  expect(headerOf(answer, 'content-length')).toEqual(['7'])
  expect(Buffer.from(answer?.body ?? '', 'latin1').toString()).toBe('größe')
})

test.each(['DPoP', 'Authorization', 'Content-Type', 'Origin', 'X-Other'])('both lines of a repeated %s header arrive', async (name) => {
  const port = await start()
  await sendRaw(port, request('/', [`${name}: one`, `${name.toUpperCase()}: two`]))
  expect(seen[0]?.headers[name.toLowerCase()]).toEqual(['one', 'two'])
})

test.each(['Content-Type', 'content-type', 'CONTENT-TYPE', 'cONTENT-tYPE'])('a header is found by its name, as in %s', async (name) => {
  const port = await start()
  await sendRaw(port, request('/', [`${name}: text/plain`]))
  expect(seen[0]?.headers['content-type']).toBe('text/plain')
})

test.each(['X-Forwarded-For', 'x-forwarded-for', 'X-FORWARDED-FOR', 'X-Forwarded-Server', 'FORWARDED'])(
  'what a proxy says of the request goes no further: %s',
  async (name) => {
    const port = await start()
    await sendRaw(port, request('/', [`${name}: 203.0.113.7`]))
    expect(Object.keys(seen[0]?.headers ?? {})).toEqual(['host', 'connection'])
    expect(seen[0]?.remoteAddress).toBe('127.0.0.1')
  },
)

test('cookie lines that a proxy cut apart are one again, and a header may be called __proto__', async () => {
  const port = await start()
  await sendRaw(port, request('/', ['Cookie: a=1', 'Cookie: b=2', '__proto__: x', '__proto__: y']))
  expect(seen[0]?.headers['cookie']).toBe('a=1; b=2')
  expect(Object.keys(seen[0]?.headers ?? {})).toContain('__proto__')
})

test('a target is judged by its own Host header, whatever was asked before', async () => {
  const port = await start()
  const statuses = async (target: string) => (await sendRaw(port, request(target)))[0]?.status
  expect(await statuses('http://as.example/token')).toBe(200)
  expect(await statuses('/token?a=1')).toBe(200)
  expect(await statuses('/token?a=1')).toBe(200)
  expect(await statuses('http://other.example/token')).toBe(400)
  expect(await statuses('http://other.example/token')).toBe(400)
  expect(await statuses('//token')).toBe(400)
  expect(seen.map(({ path, query }) => `${path} ${query}`)).toEqual(['/token ', '/token a=1', '/token a=1'])
})

test.each([['one line'], ['two lines', 'X-Forwarded-For: 10.0.0.2']])('what proxies said stays outside: %s', async (_, ...more) => {
  const port = await start()
  const said = ['Forwarded: for=10.0.0.1', 'X-Forwarded-For: 10.0.0.1', 'X-Forwarded-Host: other.example', 'X-Kept: yes', ...more]
  await sendRaw(port, request('/', said))
  expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes('forwarded'))).toEqual([])
  expect(seen[0]?.headers['x-kept']).toBe('yes')
})

test('HEAD is asked as GET and answered without content', async () => {
  const port = await start()
  const [answer] = await sendRaw(port, request('/', [], '', 'HEAD'))
  expect(seen[0]?.method).toBe('GET')
  expect(answer?.status).toBe(200)
  expect(headerOf(answer, 'content-length')).toEqual(['4'])
  expect(answer?.body).toBe('')
})

test('an answer without content carries no length', async () => {
  const port = await start(async () => ({ status: 204, headers: {}, body: '' }))
  const [answer] = await sendRaw(port, request('/'))
  expect(headerOf(answer, 'content-length')).toEqual([])
})

describe('what is ambiguous is refused before anybody sees it', () => {
  test.each([
    ['another host in the target', request('http://evil.example/token')],
    ['two hosts', request('/', ['Host: evil.example'])],
    ['a path that reads as a host', request('//evil.example/token')],
    ['a backslash', request('/\\evil.example')],
    ['a NUL escape', request('/device%00')],
    ['a broken escape', request('/device%zz')],
    ['a fragment', request('/device#x')],
    ['an asterisk', request('*', [], '', 'OPTIONS')],
  ])('%s', async (_what, text) => {
    const port = await start()
    const [answer] = await sendRaw(port, text)
    expect(answer?.status).toBe(400)
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: 'invalid_request' })
    expect(headerOf(answer, 'cache-control')).toEqual(['no-store'])
    expect(seen).toEqual([])
  })

  test('bytes that are no UTF-8', async () => {
    const port = await start()
    const head = request('/', ['Content-Length: 3'], '', 'POST')
    const [answer] = await sendRaw(port, Buffer.concat([Buffer.from(head), Buffer.from([0x61, 0xc3, 0x28])]))
    expect(answer?.status).toBe(400)
    expect(seen).toEqual([])
  })

  test('two lengths, or a length beside chunks', async () => {
    const port = await start()
    for (const lines of [
      ['Content-Length: 1', 'Content-Length: 2'],
      ['Content-Length: 1', 'Transfer-Encoding: chunked'],
    ]) {
      const [answer] = await sendRaw(port, `${request('/', lines, '', 'POST')}0\r\n\r\n`)
      expect(answer?.status).toBe(400)
    }
    expect(seen).toEqual([])
  })
})

test.each([
  ['/a/b?c?d', '/a/b', 'c?d'],
  ['/a%2Fb/../c', '/a%2Fb/../c', ''],
  ['http://AS.example?q', '/', 'q'],
  ['https://as.example/x', '/x', ''],
  ['/?', '/', ''],
])('target %s', async (target, path, query) => {
  const port = await start()
  await sendRaw(port, request(target))
  expect(seen[0]).toMatchObject({ path, query })
})

describe('long bodies', () => {
  const refused = { error: 'invalid_request', error_description: 'the body is longer than 100 bytes' }

  /** The answer to a body that does not end; goes away as soon as it is read. */
  async function refusalOf(port: number, rest: string) {
    const { socket, received, ended } = dial(port)
    socket.write(`POST / HTTP/1.1\r\nHost: as.example\r\n${rest}`)
    while (!received().endsWith('}')) await once(socket, 'data')
    socket.end()
    return readAnswers(await ended)[0]
  }

  test('the longest that is allowed is read', async () => {
    const port = await start(undefined, { bodyLimit: 100 })
    await sendRaw(port, request('/', [], 'x'.repeat(100)))
    expect(seen[0]?.body).toHaveLength(100)
  })

  test('an announced length is refused at once, and the connection closed', async () => {
    const port = await start(undefined, { bodyLimit: 100 })
    // The body never comes: the answer does not wait for it.
    const answer = await refusalOf(port, 'Content-Length: 101\r\n\r\n')
    expect(answer?.status).toBe(413)
    expect(JSON.parse(answer?.body ?? '')).toEqual(refused)
    expect(headerOf(answer, 'connection')).toEqual(['close'])
    expect(seen).toEqual([])
  })

  test('chunks without an announced length are counted', async () => {
    const port = await start(undefined, { bodyLimit: 100 })
    const answer = await refusalOf(port, `Transfer-Encoding: chunked\r\n\r\n${`28\r\n${'x'.repeat(40)}\r\n`.repeat(3)}`)
    expect(answer?.status).toBe(413)
    expect(seen).toEqual([])
  })

  test('a client that sends it all before it reads still reads the refusal', async () => {
    const port = await start(undefined, { bodyLimit: 100 })
    const [answer] = await sendRaw(port, request('/', [], 'x'.repeat(900_000)))
    expect(answer?.status).toBe(413)
    expect(JSON.parse(answer?.body ?? '')).toEqual(refused)
  })

  test('64 KiB are the limit unless told', async () => {
    const port = await start()
    expect((await sendRaw(port, request('/', [], 'x'.repeat(65_536))))[0]?.status).toBe(200)
    expect((await sendRaw(port, request('/', [], 'x'.repeat(65_537))))[0]?.status).toBe(413)
  })
})

describe('when something breaks', () => {
  test.each([
    ['the handler rejects', () => Promise.reject(new Error('secret path /etc/x'))],
    [
      'the handler throws',
      () => {
        throw new Error('secret path /etc/x')
      },
    ],
    ['a reply holds a header that cannot be sent', async () => ({ status: 200, headers: { location: '/x\r\nset-cookie: a=1' }, body: '' })],
  ] as const)('%s: 500 without a reason, which goes to onError', async (_what, handle) => {
    const port = await start(handle)
    const [answer] = await sendRaw(port, request('/'))
    expect(answer?.status).toBe(500)
    expect(JSON.parse(answer?.body ?? '')).toEqual({ error: 'server_error', error_description: expect.any(String) })
    expect(JSON.stringify(answer)).not.toMatch(/secret|set-cookie/)
    expect(errors).toHaveLength(1)
  })

  test('an OAuthError is an answer', async () => {
    const port = await start(() => Promise.reject(new OAuthError('use_dpop_nonce', undefined, { headers: { 'dpop-nonce': 'n' } })))
    const [answer] = await sendRaw(port, request('/'))
    expect(answer?.status).toBe(400)
    expect(headerOf(answer, 'dpop-nonce')).toEqual(['n'])
    expect(errors).toEqual([])
  })
})
