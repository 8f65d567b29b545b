import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { isClientIdUrl, isDocumentUrl } from '../../src/clients/metadata-document/client-id-url.ts'
import { openHouse } from '../house.ts'
import { deviceDocument, openWeb } from '../web.ts'

const GOOD = [
  'https://app.example/client.json',
  'https://app.example:8443/client',
  'https://app.example/a/b/',
  'https://app.example/client?version=2',
  'https://app.example/a..b/.well-known/...',
  'https://app.example/user@host',
  'https://xn--bcher-kva.example/c',
  'https://[2001:db8::1]/c',
]
const BAD = [
  'http://app.example/client.json',
  'HTTPS://app.example/client.json',
  'https://app.example',
  'https://app.example/',
  'https://app.example?client',
  'https://app.example/./client',
  'https://app.example/a/../client',
  'https://app.example/a/..',
  'https://app.example/%2e%2e/client',
  'https://app.example/a/.%2E',
  'https://app.example/%2E/client',
  'https://app.example/client#top',
  'https://app.example/client#',
  'https://ada@app.example/client',
  'https://ada:secret@app.example/client',
  'https://@app.example/client',
  'https://app.example\\client',
  'https://app.example/a\\..\\b',
  'https://app.example/a b',
  'https://app.example/\tb',
  'https://app.example/é',
  'https://APP.example/client',
  'https://app.example:99999/client',
  'https:///client',
  'https:/app.example/client',
  '//app.example/client',
  'file:///etc/passwd',
  'data:application/json,{}',
  `https://app.example/${'a'.repeat(500)}`,
  '',
]

verifies('cimd-3-url-rules', 'https, a path, no dot segments, no fragment, no user name; a port and a query may be there', async () => {
  for (const url of GOOD) expect([url, isClientIdUrl(url)]).toEqual([url, true])
  for (const url of BAD) expect([url, isClientIdUrl(url)]).toEqual([url, false])
  const web = openWeb()
  const house = await openHouse({ settings: { clientDocuments: 'any' }, fetchDocument: web.fetchDocument })
  for (const url of BAD.filter((each) => each !== '')) {
    web.put(url, deviceDocument({}, url))
    const device = await house.device('none', url)
    expect((await device.start()).json['error'], url).toMatch(/^invalid_(client|request)$/)
  }
  // Nobody was even asked.
  expect(web.fetched).toEqual([])
  for (const url of GOOD) {
    web.put(url, deviceDocument({}, url))
    const device = await house.device('none', url)
    expect((await device.start()).status, url).toBe(200)
  }
})

test('an address of keys needs no path', () => {
  expect(isDocumentUrl('https://app.example')).toBe(true)
  expect(isDocumentUrl('http://app.example/keys')).toBe(false)
  expect(isDocumentUrl('https://ada@app.example/keys')).toBe(false)
  expect(isDocumentUrl('https://app.example/keys#one')).toBe(false)
})
