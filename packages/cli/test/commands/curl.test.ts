/** `countersign curl` against a server that is really there. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from '@countersign/proof'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { countersign, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'
import { type Answering, localServer } from '../support/local-server.ts'

async function calling(answer: Answering, more = {}) {
  const server = await localServer(answer)
  const resource = `${server.origin}/api`
  const endpoints = { token: `${server.origin}/token` }
  const kept = await keptVault({ resource, accessToken: 'at-1', refreshToken: 'rt-1', endpoints, ...more })
  const curl = (args: readonly string[], input?: string) =>
    countersign(['curl', ...args], { environment: kept.environment, ...(input === undefined ? {} : { input }) })
  return { ...server, ...kept, resource, curl }
}

test('one request with token and proof; the body of the answer comes out byte for byte', async () => {
  const body = 'caf\u00e9\u001b[31m\n'
  const { curl, resource, asked } = await calling(() => ({ body }))
  const { code, stdout, stderr } = await curl([`${resource}/notes?q=1`])
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: body, stderr: '' })
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ method: 'GET', path: '/api/notes?q=1', headers: { authorization: 'DPoP at-1' } })
  expect(decodeJwt(String(asked[0]?.headers['dpop']))?.claims).toMatchObject({ htm: 'GET', htu: `${resource}/notes` })
})

test('method, headers and body are what was said; JSON is told to be JSON', async () => {
  const { curl, resource, asked } = await calling(() => ({ body: { ok: true } }))
  const file = join(ownDirectory(), 'body')
  writeFileSync(file, 'plain')
  await curl([resource, '-d', '{"a":1}', '-H', 'X-Own: 1', '-H', 'X-Own: 2'])
  await curl([resource, '-X', 'put', '-d', `@${file}`, '-H', 'content-type: text/markdown'])
  await curl([resource, '-d', '@-'], 'from stdin\n')
  expect(asked.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
    ['POST', '{"a":1}', 'application/json'],
    ['PUT', 'plain', 'text/markdown'],
    ['POST', 'from stdin\n', 'text/plain'],
  ])
  expect(asked[0]?.headers['x-own']).toBe('1, 2')
})

verifies('rfc9449-8.2-adopt-new-nonce', 'a demand for a nonce is met', async () => {
  const { curl, resource, asked } = await calling(({ headers }) =>
    decodeJwt(String(headers['dpop']))?.claims['nonce'] === 'n1'
      ? { body: 'in' }
      : { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n1' } },
  )
  expect(await curl([resource])).toMatchObject({ code: 0, stdout: 'in' })
  expect(asked).toHaveLength(2)
})

test('a token that the server takes no more is renewed once, and kept', async () => {
  const renewed = { access_token: 'at-2', refresh_token: 'rt-2', token_type: 'DPoP', expires_in: 900 }
  const { curl, resource, asked, vault, names } = await calling(({ path, headers }) => {
    if (path === '/token') return { body: renewed }
    if (headers.authorization === 'DPoP at-2') return { body: 'in' }
    return { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } }
  })
  expect(await curl([resource, '-d', 'x'])).toMatchObject({ code: 0, stdout: 'in' })
  expect(asked.map(({ path, body }) => [path, path === '/token' ? '' : body])).toEqual([
    ['/api', 'x'],
    ['/token', ''],
    ['/api', 'x'],
  ])
  expect((await vault.read(names[0] ?? ''))?.refreshToken).toBe('rt-2')
})

verifies('mcp-client-no-foreign-tokens', 'a redirect is told of and not followed, not even to the same server', async () => {
  const elsewhere = await localServer(() => ({ body: 'stolen' }))
  const { curl, resource, asked } = await calling(() => ({ status: 307, headers: { location: `${elsewhere.origin}/x` } }))
  const { code, stderr } = await curl([resource, '-d', 'x'])
  expect(code).toBe(0)
  expect(stderr).toContain(`it leads to ${elsewhere.origin}/x, where this token is not sent`)
  expect([asked.length, elsewhere.asked.length]).toEqual([1, 0])
  expect(await curl([`${elsewhere.origin}/api`])).toMatchObject({ code: 5, stdout: '' })
  expect(elsewhere.asked).toEqual([])
})

describe('an answer that is none', () => {
  test('is printed all the same; with --fail it ends with 1', async () => {
    const { curl, resource } = await calling(() => ({ status: 404, body: 'no such note' }))
    expect(await curl([resource])).toEqual({ code: 0, stdout: 'no such note', stderr: 'status 404\n' })
    expect(await curl([resource, '--fail'])).toMatchObject({ code: 1, stdout: 'no such note' })
  })

  verifies('mcp-step-up-union-and-limit', 'when scope is missing, the hint asks for it on top of what was granted', async () => {
    const { curl, resource } = await calling(({ path }) => ({
      status: 403,
      headers: { 'www-authenticate': `DPoP error="insufficient_scope", scope="${path === '/api/x' ? 'notes:read' : 'notes:write'}"` },
    }))
    expect((await curl([resource])).stderr).toBe(`status 403\nhint: countersign login ${resource} --scope 'notes:read notes:write'\n`)
    expect((await curl([`${resource}/x`])).stderr).toContain('a new one would not change it')
  })

  test('a server that is away is a failure with a next step', async () => {
    const { curl } = await calling(() => ({}), { resource: 'http://127.0.0.1:9/api' })
    const { code, stderr } = await curl(['http://127.0.0.1:9/api'])
    expect(code).toBe(1)
    expect(stderr).toContain('countersign: could not reach 127.0.0.1:9\nhint: Check the address and the network: countersign doctor\n')
  })
})

test('--include, --output and --json show the rest of the answer', async () => {
  const { curl, resource } = await calling(() => ({ status: 201, headers: { 'x-own': '1' }, body: { id: 7 } }))
  expect((await curl([resource, '-i'])).stdout).toMatch(/^HTTP 201\n(?:.+\n)*x-own: 1\n(?:.+\n)*\n\{"id":7\}$/)
  const file = join(ownDirectory(), 'answer')
  expect(await curl([resource, '-o', file])).toMatchObject({ code: 0, stdout: '' })
  expect(readFileSync(file, 'utf8')).toBe('{"id":7}')
  expect(JSON.parse((await curl([resource, '--json'])).stdout)).toMatchObject({ status: 201, headers: { 'x-own': '1' }, body: { id: 7 } })
})

test.each([
  [['-H', 'Authorization: Bearer mine'], 'the header Authorization is what this command adds'],
  [['-H', 'DPoP: mine'], 'the header DPoP is what this command adds'],
  [['-H', 'no header'], 'not a header: "no header"'],
  [['-H', 'X: a\nb'], 'not a header: "X: a b"'],
  [['-d', '@/nowhere/to/be/found'], 'cannot read /nowhere/to/be/found'],
  [['-X', 'GET /'], 'not a method: "GET /"'],
])('%j is called wrongly, and nothing is sent', async (args, message) => {
  const { curl, resource, asked } = await calling(() => ({}))
  const { code, stderr } = await curl([resource, ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(`countersign: ${message}\n`)
  expect(asked).toEqual([])
})
