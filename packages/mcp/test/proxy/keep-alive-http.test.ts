import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { textOf } from '../../src/proxy/http.ts'
import { keepAliveHttp } from '../../src/proxy/keep-alive-http.ts'

const never = new AbortController().signal

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const connections = new Set<unknown>()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => answer(request, response, body))
  })
  server.on('connection', (socket) => connections.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, connections }
}

test('body and headers arrive, and one connection serves call after call', async () => {
  const { url, connections } = await serve(({ method, headers }, response, body) => {
    response.writeHead(201, { 'x-two': ['a', 'b'] }).end(JSON.stringify([method, headers['x-team'], headers['user-agent'], body]))
  })
  const http = keepAliveHttp('countersign/1')
  for (let at = 0; at < 3; at++) {
    const { status, headers, body } = await http({ method: 'POST', url, headers: { 'x-team': 'blue' }, body: 'é', signal: never })
    expect([status, headers.get('x-two'), headers.get('x-none')]).toEqual([201, 'a, b', null])
    expect(JSON.parse((await textOf(body)) ?? '')).toEqual(['POST', 'blue', 'countersign/1', 'é'])
  }
  const own = await http({ method: 'GET', url, headers: { 'user-agent': 'mine' }, signal: never })
  expect(JSON.parse((await textOf(own.body)) ?? '')).toEqual(['GET', null, 'mine', ''])
  expect(connections.size).toBe(1)
})

test('a redirect is an answer, and nothing follows it', async () => {
  const asked: (string | undefined)[] = []
  const { url } = await serve(({ url: path }, response) => {
    asked.push(path)
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  const { status, headers } = await keepAliveHttp('a')({ method: 'POST', url, headers: {}, body: '{}', signal: never })
  expect([status, headers.get('location'), asked]).toEqual([307, '/elsewhere', ['/mcp']])
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('an answer packed with %s is unpacked', async (coding, pack) => {
  const { url } = await serve((_request, response) => response.writeHead(200, { 'content-encoding': coding }).end(pack('{"a":"é"}')))
  const { body } = await keepAliveHttp('a')({ method: 'GET', url, headers: {}, signal: never })
  expect(await textOf(body)).toBe('{"a":"é"}')
})

test('an event in a packed stream comes before the stream ends', async () => {
  const { url } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const packed = createGzip()
    packed.pipe(response)
    packed.write('data: one\n\n')
    packed.flush()
  })
  const { body } = await keepAliveHttp('a')({ method: 'GET', url, headers: {}, signal: never })
  const read = await body?.[Symbol.asyncIterator]().next()
  expect(new TextDecoder().decode(read?.value as Uint8Array)).toBe('data: one\n\n')
  await body?.cancel()
})

test.each(['identity', 'gzip'])('an answer (%s) that breaks off is an error, and not a short answer', async (coding) => {
  const { url } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': coding, 'content-length': 100_000 })
    response.write(coding === 'gzip' ? gzipSync('x'.repeat(5000)).subarray(0, 20) : 'begun', () => response.destroy())
  })
  const { body } = await keepAliveHttp('a')({ method: 'GET', url, headers: {}, signal: never })
  await expect(textOf(body)).rejects.toThrow('aborted')
})

test('the signal ends a request before its answer, and an answer that has begun', async () => {
  const { url } = await serve(({ url: path }, response) => {
    if (path === '/mcp?begin') response.writeHead(200).write('begun')
  })
  const http = keepAliveHttp('a')
  const before = new AbortController()
  const waiting = http({ method: 'GET', url, headers: {}, signal: before.signal })
  before.abort()
  await expect(waiting).rejects.toThrow('stopped')
  await expect(http({ method: 'GET', url, headers: {}, signal: before.signal })).rejects.toThrow('stopped')

  const during = new AbortController()
  const { body } = await http({ method: 'GET', url: `${url}?begin`, headers: {}, signal: during.signal })
  const read = textOf(body)
  during.abort()
  await expect(read).rejects.toThrow()
})

test('nobody there: the error has the code of the system', async () => {
  const { url } = await serve((_request, response) => response.destroy())
  const http = keepAliveHttp('a')
  await expect(http({ method: 'POST', url, headers: {}, body: '', signal: never })).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(http({ method: 'POST', url: 'http://127.0.0.1:9/', headers: {}, body: '', signal: never })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  })
})

test('a limit ends the reading of a body that has none', async () => {
  const { url } = await serve((_request, response) => {
    response.writeHead(200)
    const more = () => response.write('x'.repeat(65_536)) && setImmediate(more)
    response.on('drain', more)
    more()
  })
  const { body } = await keepAliveHttp('a')({ method: 'GET', url, headers: {}, signal: never })
  expect(await textOf(body, 1_000_000)).toBeUndefined()
})
