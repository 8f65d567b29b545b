/** Who is at the other end, and who may say so. */
import type { Exchange } from '@countersign/protocol'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { normaliseAddress, peerAddressBehind } from '../../src/http/peer-address.ts'
import { createHttpServer, type HttpServer } from '../../src/http/index.ts'
import { request, sendRaw } from './raw-http.ts'

let server: HttpServer | undefined
afterEach(() => server?.close(0))

async function exchangeOf(trustedProxies: readonly string[], lines: readonly string[]): Promise<Exchange> {
  const seen: Exchange[] = []
  const handle = async (exchange: Exchange) => {
    seen.push(exchange)
    return { status: 200, headers: {}, body: '' }
  }
  server = createHttpServer(handle, { onError: () => undefined, trustedProxies })
  const { port } = await server.listen(0)
  await sendRaw(port, request('/token?x=1', lines))
  await server.close(0)
  return seen[0] as Exchange
}

const claims = [
  'X-Forwarded-For: 203.0.113.9',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Proto: http',
  'X-Forwarded-Prefix: /evil',
  'Forwarded: for=203.0.113.9;host=evil.example;proto=http',
]

verifies('rfc9700-4.13-proxy-headers', 'what an untrusted peer claims in forwarded headers changes nothing in the exchange', async () => {
  const honest = await exchangeOf([], [])
  expect(await exchangeOf([], claims)).toEqual(honest)
  // A list of proxies that this peer is not on.
  expect(await exchangeOf(['10.0.0.0/8', '2001:db8::/32'], claims)).toEqual(honest)
  expect(honest.remoteAddress).toBe('127.0.0.1')
})

verifies('rfc9700-4.13-proxy-headers', 'a trusted proxy is believed about the address, and about nothing else', async () => {
  const honest = await exchangeOf([], [])
  expect(await exchangeOf(['loopback'], claims)).toEqual({ ...honest, remoteAddress: '203.0.113.9' })
  expect((await exchangeOf(['127.0.0.1'], ['X-Forwarded-For: 198.51.100.1', 'X-Forwarded-For: 203.0.113.9'])).remoteAddress).toBe(
    '203.0.113.9',
  )
})

const behind = peerAddressBehind(['loopback', '10.0.0.0/8', 'fd00::/8'])

test.each([
  ['203.0.113.9', '198.51.100.1', '203.0.113.9', 'the peer is no proxy'],
  ['127.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9', 'the right entry counts, the left one was made up by the client'],
  ['127.0.0.1', '198.51.100.1, 203.0.113.9, 10.1.2.3', '203.0.113.9', 'past a second proxy'],
  ['::1', '2001:DB8:0:0::5, fd12::1', '2001:db8::5', 'IPv6 in its one spelling'],
  ['10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2', 'proxies all the way: the farthest'],
  ['10.0.0.1', '', '10.0.0.1', 'the proxy itself asks'],
  ['10.0.0.1', '203.0.113.9, unknown', '10.0.0.1', 'an entry that is no address ends the chain'],
  ['::ffff:10.0.0.1', '203.0.113.9:4711', '203.0.113.9', 'IPv4 written as IPv6, and a port'],
  ['10.0.0.1', '[2001:db8::7]:443', '2001:db8::7', 'a bracketed address with a port'],
  [undefined, '203.0.113.9', '', 'no address at all'],
])('from %s with [%s]: %s, because %s', (socketAddress, forwardedFor, peer, _reason) => {
  expect(behind(socketAddress, forwardedFor)).toBe(peer)
})

test('whatever an untrusted peer writes, its own address stays', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const entry = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constant('127.0.0.1'))
  fc.assert(
    fc.property(octet, octet, fc.array(entry), (third, fourth, entries) => {
      const peer = `198.51.${third}.${fourth}`
      expect(behind(peer, entries.join(', '))).toBe(peer)
      // And behind a proxy that notes it, it is the one that counts.
      expect(behind('10.9.9.9', [...entries, peer].join(', '))).toBe(peer)
    }),
  )
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:0db8:0000::0001', '2001:db8::1'],
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.256', undefined],
  ['localhost', undefined],
  ['', undefined],
])('%s is %s', (text, address) => {
  expect(normaliseAddress(text)).toBe(address)
})

test.each(['localhost', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8', '', '::1/129', '0.0.0.0/0', '::/0'])(
  "trusted proxy '%s' is refused",
  (entry) => {
    expect(() => peerAddressBehind([entry])).toThrow(expect.objectContaining({ code: 'configuration_invalid', hint: expect.any(String) }))
  },
)
