import { appendWellKnown, insertWellKnown, isLoopbackHost, isSecureUrl } from '@countersign/protocol'
import { expect, test } from 'vitest'

const SUFFIX = 'oauth-authorization-server'

test('the suffix goes between host and path, and a terminating slash is dropped', () => {
  const rows: readonly (readonly [identifier: string, expected: string])[] = [
    ['https://h.example', `https://h.example/.well-known/${SUFFIX}`],
    ['https://h.example/', `https://h.example/.well-known/${SUFFIX}`],
    ['https://h.example/t1', `https://h.example/.well-known/${SUFFIX}/t1`],
    ['https://h.example/t1/', `https://h.example/.well-known/${SUFFIX}/t1`],
    ['https://h.example/a/mcp', `https://h.example/.well-known/${SUFFIX}/a/mcp`],
    ['https://h.example:8443/t1', `https://h.example:8443/.well-known/${SUFFIX}/t1`],
    ['https://h.example:443/t1', `https://h.example/.well-known/${SUFFIX}/t1`],
    ['https://H.Example/T1', `https://h.example/.well-known/${SUFFIX}/T1`],
    ['https://h.example/p?x=1', `https://h.example/.well-known/${SUFFIX}/p?x=1`],
    ['https://h.example/?x=1', `https://h.example/.well-known/${SUFFIX}?x=1`],
    ['https://h.example?x=1', `https://h.example/.well-known/${SUFFIX}?x=1`],
    ['https://h.example/p#f', `https://h.example/.well-known/${SUFFIX}/p`],
    ['https://h.example/a%2Fb', `https://h.example/.well-known/${SUFFIX}/a%2Fb`],
    ['http://[::1]:3000/t1', `http://[::1]:3000/.well-known/${SUFFIX}/t1`],
  ]
  for (const [identifier, expected] of rows) expect(insertWellKnown(identifier, SUFFIX), identifier).toBe(expected)
})

test('the older form has the suffix after the path', () => {
  expect(appendWellKnown('https://h.example', 'openid-configuration')).toBe('https://h.example/.well-known/openid-configuration')
  expect(appendWellKnown('https://h.example/t1', 'openid-configuration')).toBe('https://h.example/t1/.well-known/openid-configuration')
  expect(appendWellKnown('https://h.example:8443/t1/', 'openid-configuration')).toBe(
    'https://h.example:8443/t1/.well-known/openid-configuration',
  )
})

test('an identifier that is no URL is a TypeError', () => {
  for (const bad of ['', 'h.example', '/t1', 'https://']) {
    expect(() => insertWellKnown(bad, SUFFIX), bad).toThrow(TypeError)
    expect(() => appendWellKnown(bad, SUFFIX), bad).toThrow(TypeError)
  }
})

test('only https is secure, and http to this machine', () => {
  const secure = [
    'https://h.example',
    'https://10.0.0.1/',
    'http://localhost:8080',
    'http://app.localhost',
    'http://127.0.0.1',
    'http://127.1',
    'http://127.255.255.254/x',
    'http://[::1]:9',
    'http://0x7f.1/',
  ]
  const insecure = [
    'http://h.example',
    'http://localhost.example',
    'http://notlocalhost',
    'http://127.0.0.1.example',
    'http://128.0.0.1',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
    'http://user@h.example#localhost',
    'http://localhost@h.example/',
    'ftp://localhost',
    'ws://localhost',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ]
  expect(secure.filter((url) => !isSecureUrl(new URL(url)))).toEqual([])
  expect(insecure.filter((url) => isSecureUrl(new URL(url)))).toEqual([])
  expect(isLoopbackHost('')).toBe(false)
})
