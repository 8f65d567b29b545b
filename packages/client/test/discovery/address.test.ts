import type { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { givenAddress, learntAddress } from '../../src/discovery/address.ts'

function fault(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    return (error as CountersignError).code
  }
}

describe('hosts a public server may not name', () => {
  const near = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.8.9.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.0.1',
    '192.0.0.8',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '0xa9fea9fe',
    '10.1',
    '[::]',
    '[::1]',
    '[fc00::1]',
    '[fdff::1]',
    '[fe80::1]',
    '[febf::1]',
    '[ff02::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:c0a8:1]',
    '[64:ff9b::a00:1]',
    'localhost',
    'localhost.',
    'x.localhost',
    'printer.local',
    'metadata.google.internal',
    'nas.home.arpa',
  ]
  test.each(near)('%s', (host) => {
    const given = new URL('https://as.example')
    expect(fault(() => learntAddress(`https://${host}/x`, 'token_endpoint', given, false))).toBe('insecure_url')
    expect(fault(() => learntAddress(`https://${host}/x`, 'token_endpoint', given, true))).toBe('none')
  })
})

describe('hosts that look alike and are public', () => {
  const far = [
    '11.0.0.1',
    '9.255.255.255',
    '100.63.0.1',
    '100.128.0.1',
    '126.0.0.1',
    '128.0.0.1',
    '169.253.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.0.1',
    '192.169.0.1',
    '192.0.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '220.0.0.1',
    '223.255.255.1',
    '[2001:db8::1]',
    '[::ffff:808:808]',
    'local.example',
    'internal.example',
    'localhost.example',
    'as.example.',
  ]
  test.each(far)('%s', (host) => {
    expect(fault(() => learntAddress(`https://${host}/x`, 'token_endpoint', new URL('https://as.example'), false))).toBe('none')
  })
})

test('what is near may be named by what is as near', () => {
  expect(fault(() => learntAddress('https://10.0.0.2', 'x', new URL('https://10.0.0.1'), false))).toBe('none')
  expect(fault(() => learntAddress('https://localhost', 'x', new URL('https://10.0.0.1'), false))).toBe('insecure_url')
  expect(fault(() => learntAddress('http://localhost:1', 'x', new URL('http://127.0.0.1:2'), false))).toBe('none')
  expect(fault(() => learntAddress('https://10.0.0.2', 'x', new URL('http://127.0.0.1:2'), false))).toBe('none')
})

test('http, credentials in the URL and invisible characters are refused', () => {
  const given = new URL('https://as.example')
  for (const [text, code] of [
    ['http://as.example/x', 'insecure_url'],
    ['ftp://as.example/x', 'insecure_url'],
    ['javascript:alert(1)', 'insecure_url'],
    ['https://me@as.example/x', 'insecure_url'],
    ['https://as.example/\u001b[2J', 'discovery_failed'],
    ['https://as.exa\nmple/x', 'discovery_failed'],
    ['/x', 'discovery_failed'],
    ['', 'discovery_failed'],
  ] as const) {
    expect(fault(() => learntAddress(text, 'x', given, true))).toBe(code)
  }
})

test('what a person typed', () => {
  expect(givenAddress('https://as.example/x').href).toBe('https://as.example/x')
  expect(givenAddress('http://localhost:3000').href).toBe('http://localhost:3000/')
  expect(fault(() => givenAddress('http://as.example'))).toBe('insecure_url')
  expect(fault(() => givenAddress('as.example'))).toBe('usage')
})
