import { answerUri, isLoopbackRedirectUri, isRegisteredRedirectUri, parseRedirectUri } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const WEB = 'https://app.example/callback'
const HERE = 'http://127.0.0.1/callback'
const HERE6 = 'http://[::1]:8080/callback?a=b'

test('https, http on this machine and reverse domain schemes can be registered; the text is kept as it is', () => {
  for (const uri of [
    WEB,
    'https://app.example',
    'https://app.example:8443/a?b=c&d',
    'https://App.example/%7Ea/../b',
    HERE,
    HERE6,
    'http://localhost:3000/cb',
    'com.example.app:/callback',
    'com.example.app://callback',
  ]) {
    expect(parseRedirectUri(uri)).toBe(uri)
  }
})

test('everything that could run, hide or mislead is refused', () => {
  for (const uri of [
    '',
    'callback',
    '/callback',
    '//app.example/callback',
    'http://app.example/callback',
    'http://127.0.0.1.example/callback',
    'http://10.0.0.1/callback',
    `${WEB}#`,
    `${WEB}#fragment`,
    'https://user@app.example/callback',
    'https://app.example:pass@evil.example/callback',
    'https://:pw@app.example/',
    'https://app.example/call back',
    'https://app.example\\@evil.example/',
    `${WEB}\n`,
    'https://äpp.example/callback',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://app.example/1',
    'myapp://callback',
    'urn:ietf:wg:oauth:2.0:oob',
    `${WEB}?code=mine`,
    `${WEB}?x=1&iss=https://other.example`,
    `${WEB}?%73tate=1`,
    `https://app.example/${'a'.repeat(2048)}`,
  ]) {
    expect(() => parseRedirectUri(uri), uri).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  }
})

test('a request names a registered URI letter by letter; only the port of a loopback address is free', () => {
  const registered = [WEB, HERE, HERE6, 'http://localhost:3000/cb']
  for (const uri of [
    ...registered,
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://127.0.0.1:80/callback',
    'http://[::1]/callback?a=b',
    'http://[::1]:9/callback?a=b',
  ]) {
    expect(isRegisteredRedirectUri(registered, uri), uri).toBe(true)
  }
  for (const uri of [
    '',
    `${WEB}/`,
    `${WEB}?x`,
    `${WEB}#x`,
    `${WEB}/../evil`,
    'https://app.example/callback/../callback',
    'https://app.example/%63allback',
    'https://APP.example/callback',
    'HTTPS://app.example/callback',
    'https://app.example:443/callback',
    'https://app.example:8443/callback',
    'https://app.example./callback',
    'https://app.example@evil.example/callback',
    'https://evil.example/?https://app.example/callback',
    'https://app.example.evil.example/callback',
    'http://app.example/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:00080/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:99999/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1:8080.evil.example/callback',
    'http://127.0.0.1:8080\\.evil.example/callback',
    'http://127.0.0.1:8080/callback/',
    'http://127.0.0.1:8080/callback#x',
    'http://127.0.0.1:8080/Callback',
    'http://127.0.0.1:8080/x/../callback',
    'http://127.0.0.1:8080//callback',
    'http://user@127.0.0.1:8080/callback',
    'https://127.0.0.1:8080/callback',
    'http://127.1:8080/callback',
    'http://2130706433:8080/callback',
    'http://127.0.0.2:8080/callback',
    'http://localhost:8080/callback',
    'http://localhost:3001/cb',
    'http://[::1]:8080/callback',
    'http://[0:0:0:0:0:0:0:1]:8080/callback?a=b',
    'http://[::1]:8080/callback?a=b&c=d',
  ]) {
    expect(isRegisteredRedirectUri(registered, uri), uri).toBe(false)
  }
})

test('whatever matches leads to a registered host and path', () => {
  const registered = [WEB, HERE, HERE6]
  const piece = fc.constantFrom(
    'http',
    's',
    '://',
    '127.0.0.1',
    '[::1]',
    'app.example',
    '@',
    ':',
    '8080',
    '/callback',
    '?a=b',
    '#',
    '\\',
    '.',
    '..',
    '/',
    '%2f',
    'evil',
  )
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), (pieces) => {
      const asked = pieces.join('')
      if (!isRegisteredRedirectUri(registered, asked)) return
      const { protocol, hostname, pathname, search, hash, username } = new URL(asked)
      const same = registered.map((uri) => new URL(uri)).find((uri) => uri.hostname === hostname && uri.search === search)
      expect([protocol, pathname, hash, username]).toEqual([same?.protocol, same?.pathname, '', ''])
    }),
    { seed: 8252, numRuns: 20_000, examples: [[['http', '://', '127.0.0.1', ':', '8080', '/callback']]] },
  )
})

test('the answer is added to the query, and every value stays one value', () => {
  expect(answerUri(WEB, { code: 'c', state: undefined, iss: 'https://as.example' })).toBe(`${WEB}?code=c&iss=https%3A%2F%2Fas.example`)
  expect(answerUri(HERE6, { code: 'c' })).toBe(`${HERE6}&code=c`)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (state) => {
      const url = new URL(answerUri(WEB, { code: 'c', state, iss: 'i' }))
      expect([...url.searchParams]).toEqual([
        ['code', 'c'],
        ['state', state],
        ['iss', 'i'],
      ])
      expect([url.origin, url.pathname, url.hash]).toEqual(['https://app.example', '/callback', ''])
    }),
    { seed: 9207 },
  )
})

test('loopback is told by scheme and host', () => {
  for (const uri of [HERE, HERE6, 'http://localhost/cb']) expect(isLoopbackRedirectUri(uri)).toBe(true)
  for (const uri of [WEB, 'https://127.0.0.1/cb', 'http://127.0.0.1.example/', 'com.example.app:/cb', 'nonsense']) {
    expect(isLoopbackRedirectUri(uri)).toBe(false)
  }
})
