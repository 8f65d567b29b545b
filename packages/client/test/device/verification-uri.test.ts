import type { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { judgeCompleteUri, judgeVerificationUri } from '../../src/device/verification-uri.ts'

const ISSUER = 'https://as.example'
const page = judgeVerificationUri('https://as.example/device', ISSUER)

describe('pages nobody is told to open', () => {
  test.each([
    ['javascript:alert(1)'],
    ['data:text/html,<h1>hi</h1>'],
    ['file:///etc/passwd'],
    ['http://as.example/device'],
    ['ftp://as.example/device'],
    ['https://as.example@evil.example/device'],
    ['http://localhost:3000/device'],
    ['https://127.0.0.1/device'],
    ['//as.example/device'],
    ['as.example/device'],
    [''],
    [undefined],
    [42],
    [['https://as.example/device']],
  ])('%j', (value) => {
    expect(() => judgeVerificationUri(value, ISSUER)).toThrow(expect.objectContaining({ code: 'invalid_response' }) as CountersignError)
  })
})

describe('hosts that are not the issuer', () => {
  test.each([
    ['https://as.example.evil.example/device', true],
    ['https://evilas.example/device', true],
    ['https://as-example.evil/device', true],
    ['https://evil.example/as.example', true],
    ['https://example/device', true],
    // A Cyrillic a in front.
    ['https://\u0430s.example/device', true],
    ['https://login.as.example/device', false],
    ['https://as.example:8443/device', false],
    ['https://AS.EXAMPLE/device', false],
  ])('%s is foreign: %s', (uri, foreign) => {
    expect(judgeVerificationUri(uri, ISSUER).foreign).toBe(foreign)
  })
})

test('a look-alike name is shown by its ASCII form', () => {
  const judged = judgeVerificationUri('https://\u0430s.example/device', ISSUER)
  expect(judged.host).toBe('xn--s-7sb.example')
  expect(judged.uri).toBe('https://xn--s-7sb.example/device')
})

test('a page is passed on as the server wrote it, without what cannot be seen', () => {
  expect(judgeVerificationUri('https://as.example', ISSUER).uri).toBe('https://as.example')
  expect(judgeVerificationUri('https://as.example/\u001b[2Kdevice\u202e\r\n', ISSUER).uri).toBe('https://as.example/device')
})

test('an issuer on this machine may have its page here, over http', () => {
  expect(judgeVerificationUri('http://localhost:3000/device', 'http://localhost:3000')).toMatchObject({
    foreign: false,
    host: 'localhost:3000',
  })
})

describe('the page with the code in it', () => {
  test.each([
    ['https://as.example/device?user_code=WDJB-MJHT'],
    ['https://as.example/device/WDJB-MJHT'],
    ['https://as.example/device#WDJB-MJHT'],
  ])('%s is the same page', (uri) => {
    expect(judgeCompleteUri(uri, page)).toBe(uri)
  })

  test.each([
    ['https://evil.example/device?user_code=WDJB-MJHT'],
    ['https://as.example.evil.example/device?user_code=WDJB-MJHT'],
    ['https://as.example@evil.example/device?user_code=WDJB-MJHT'],
    ['https://me@as.example/device?user_code=WDJB-MJHT'],
    ['http://as.example/device?user_code=WDJB-MJHT'],
    ['https://as.example:444/device?user_code=WDJB-MJHT'],
    ['https://as.example/deviceful?user_code=WDJB-MJHT'],
    ['https://as.example/device/../redirect?to=evil'],
    ['https://as.example/'],
    ['javascript:alert(1)'],
    ['/device?user_code=WDJB-MJHT'],
    [undefined],
    [null],
  ])('%j is dropped', (value) => {
    expect(judgeCompleteUri(value, page)).toBeUndefined()
  })
})
