import { gzipSync } from 'node:zlib'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { allowLoopback, type GuardedFetchOptions, guardedFetch } from '../src/http/index.ts'
import { type Answer, startDocumentServer } from './support/document-server.ts'

const document: Answer = (_, response) => {
  response.setHeader('content-type', 'application/json').setHeader('cache-control', 'max-age=60').end('{"a":1}')
}
const here = async () => ['127.0.0.1']

async function opened(answer: Answer = document, options: GuardedFetchOptions = {}) {
  const server = await startDocumentServer(answer)
  const fetch = guardedFetch({ resolve: here, ca: server.ca, [allowLoopback]: true, ...options })
  return { ...server, fetch }
}

test('a document comes back with what decides about it, and nothing is told about who asked', async () => {
  const { fetch, url, requests, port } = await opened()
  expect(await fetch(`${url}?a=b`)).toEqual({ status: 200, contentType: 'application/json', cacheControl: 'max-age=60', body: '{"a":1}' })
  const [request] = requests
  expect([request?.method, request?.url, request?.headers.host]).toEqual(['GET', '/client.json?a=b', `app.example:${port}`])
  expect(Object.keys(request?.headers ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
})

verifies('cimd-6.5-ssrf', 'a host that is, or resolves to, a special-use address is not connected to', async () => {
  const inner = [
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.1',
    '192.168.1.1',
    '192.0.0.8',
    '192.88.99.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    '2606:4700::5efe:10.0.0.1',
    '2606:4700:0:1:200:5efe:a00:1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700::1%eth0',
    'ff02::1',
    '100::1',
    'not-an-address',
  ]
  const { port, connections, ca } = await opened()
  for (const address of inner) {
    const fetch = guardedFetch({ resolve: async () => [address], ca })
    const refused = { code: 'network_failure', message: expect.stringContaining('not at a public address') }
    await expect(fetch(`https://app.example:${port}/client.json`), address).rejects.toMatchObject(refused)
    // A public address beside it changes nothing: which one is used would be chance.
    const mixed = guardedFetch({ resolve: async () => ['8.8.8.8', address], ca })
    await expect(mixed(`https://app.example:${port}/client.json`), address).rejects.toMatchObject(refused)
  }
  const literals = ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '127.1', '0177.0.0.1', '169.254.169.254']
  for (const host of literals) {
    await expect(guardedFetch({ ca })(`https://${host}:${port}/x`), host).rejects.toMatchObject({ code: 'network_failure' })
    // An address is what it is: no resolver is asked, and none can vouch for it.
    const vouched = guardedFetch({ resolve: async () => ['8.8.8.8'], ca })
    await expect(vouched(`https://${host}:${port}/x`), host).rejects.toMatchObject({ message: expect.stringContaining('public address') })
  }
  await expect(guardedFetch({ ca })(`https://localhost:${port}/x`)).rejects.toMatchObject({
    message: expect.stringContaining('public address'),
  })
  expect(connections()).toBe(0)
})

verifies('cimd-6.5-ssrf', 'the vetted address is the one that is connected to, whatever the name turns into meanwhile', async () => {
  const { url, ca, connections } = await opened()
  const answers = [['127.0.0.1'], ['10.0.0.1']]
  let asked = 0
  const resolve = async () => answers[asked++] ?? []
  const fetch = guardedFetch({ resolve, ca, [allowLoopback]: true })
  // The name resolves nowhere else: were it looked up again by anybody, there would be no connection.
  expect((await fetch(url)).status).toBe(200)
  expect([asked, connections()]).toEqual([1, 1])
  await expect(fetch(url)).rejects.toMatchObject({ message: expect.stringContaining('public address') })
  expect([asked, connections()]).toEqual([2, 1])
})

test('no connection is used twice', async () => {
  const { fetch, url, connections } = await opened()
  await fetch(url)
  await fetch(url)
  expect(connections()).toBe(2)
})

test('loopback is for development and for nothing but loopback', async () => {
  const { url, ca } = await opened()
  for (const address of ['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fe80::1']) {
    await expect(guardedFetch({ resolve: async () => [address], ca, [allowLoopback]: true })(url)).rejects.toMatchObject({
      message: expect.stringContaining('public address'),
    })
  }
  const forged = JSON.parse('{"allowLoopback":true,"Symbol(allowLoopback)":true}') as GuardedFetchOptions
  await expect(guardedFetch({ ...forged, resolve: here, ca })(url)).rejects.toMatchObject({ code: 'network_failure' })
})

verifies('cimd-4-no-redirects-200-only', 'a redirect is told and not followed', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { fetch, url, requests, port } = await opened((request, response) => {
      if (request.url === '/client.json') response.writeHead(status, { location: `https://app.example:${port}/there` }).end('{"a":1}')
      else document(request, response)
    })
    expect(await fetch(url)).toMatchObject({ status, body: '' })
    expect(requests).toHaveLength(1)
  }
})

verifies('cimd-6.6-size-limit', 'what is too long, too slow or packed is cut off', async () => {
  const text = (length: number) => `"${'x'.repeat(length - 2)}"`
  const whole = await opened((_, response) => void response.end(text(5120)))
  expect((await whole.fetch(whole.url)).body).toHaveLength(5120)
  const faults: readonly [string, Answer, string][] = [
    ['6 KB', (_, response) => void response.end(text(6144)), 'longer than 5120'],
    ['one byte more', (_, response) => void response.end(text(5121)), 'longer than 5120'],
    ['endless', (_, response) => void setInterval(() => response.write('x'.repeat(1000)), 1).unref(), 'longer than 5120'],
    ['a drip', (_, response) => void setInterval(() => response.write(' '), 20).unref(), 'no whole answer within 300 ms'],
    ['nothing after the headers', (_, response) => response.flushHeaders(), 'no whole answer within 300 ms'],
    ['no answer', () => undefined, 'no whole answer within 300 ms'],
    [
      'a gzip bomb',
      (_, response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(1_000_000))),
      'is encoded',
    ],
    ['long headers', (_, response) => void response.setHeader('x-long', 'x'.repeat(9000)).end('{}'), 'no answer'],
    ['no UTF-8', (_, response) => void response.end(Buffer.from([0x22, 0xff, 0x22])), 'no answer'],
    [
      'half an answer',
      (_, response) => void response.setHeader('content-length', '100').write('{}', () => response.destroy()),
      'no answer',
    ],
  ]
  for (const [what, answer, why] of faults) {
    // Only what is about time may run out of it.
    const { fetch, url } = await opened(answer, { timeout: why.endsWith('300 ms') ? 300 : 30_000 })
    await expect(fetch(url), what).rejects.toMatchObject({ code: 'network_failure', message: expect.stringContaining(why) })
  }
})

test('time runs out for names that do not resolve and for peers that never speak', async () => {
  const { url, ca } = await opened()
  const never = () => new Promise<readonly string[]>(() => undefined)
  await expect(guardedFetch({ resolve: never, timeout: 50 })(url)).rejects.toMatchObject({
    message: expect.stringContaining('within 50 ms'),
  })
  const mute = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void mute.close())
  const { port } = mute.address() as AddressInfo
  const fetch = guardedFetch({ resolve: here, ca, timeout: 200, [allowLoopback]: true })
  await expect(fetch(`https://app.example:${port}/`)).rejects.toMatchObject({ message: expect.stringContaining('within 200 ms') })
  const failing = guardedFetch({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  await expect(failing(url)).rejects.toMatchObject({ code: 'network_failure', message: expect.stringContaining('no answer') })
})

test('TLS is verified, for the name that was asked for; anything but https is refused', async () => {
  const { url, ca, requests, port } = await opened()
  await expect(guardedFetch({ resolve: here, [allowLoopback]: true })(url)).rejects.toMatchObject({ code: 'network_failure' })
  const fetch = guardedFetch({ resolve: here, ca, [allowLoopback]: true })
  await expect(fetch(`https://other.example:${port}/client.json`)).rejects.toMatchObject({ code: 'network_failure' })
  for (const address of [`http://app.example:${port}/`, `https://ada:secret@app.example:${port}/`, 'file:///etc/passwd', 'data:,x']) {
    await expect(fetch(address), address).rejects.toMatchObject({ message: expect.stringContaining('only https') })
  }
  expect(requests).toHaveLength(0)
})
