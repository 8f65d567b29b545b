/**
 * An MCP server that was given a token tries it at another one (MCP security, token passthrough); and tokens that somebody made at home
 * from what is public. No tool runs for any of them, and no answer says more than that the token is not good.
 */
import { decodeJwt, encodeBase64url, type PrivateJwk } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { deviceSignIn, runtime } from '../interop/device-sign-in.ts'
import { startFiveScopes } from '../interop/five-scopes.ts'

const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search_books', arguments: {} } })

async function call(url: string, authorization: string, more: Record<string, string> = {}): Promise<readonly [number, string]> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization, ...more }
  const { status, headers: answered } = await fetch(url, { method: 'POST', headers, body: CALL })
  return [status, answered.get('www-authenticate') ?? '']
}

const REFUSED = [401, expect.stringContaining('error="invalid_token"')]

verifies(
  'mcp-token-audience',
  'a token for one server is worth nothing at another of the same issuer, nor at one of another issuer',
  async () => {
    const [first, stranger] = [await startFiveScopes(), await startFiveScopes()]
    // The same issuer, and a resource whose address only begins with that of the first.
    const beside = await startFiveScopes({ guard: { authorizationServers: [first.issuer] } })
    const { credential } = await deviceSignIn(first, ['books:read'])
    const { accessToken } = credential
    for (const { url, ran } of [stranger, beside]) {
      for (const scheme of ['Bearer', 'DPoP']) expect(await call(url, `${scheme} ${accessToken}`)).toEqual(REFUSED)
      expect(ran).toEqual([])
    }
  },
)

test('alg none, MACs with what is public as their key, keys that the token brings along: nobody gets in', async () => {
  const library = await startFiveScopes()
  const { accessToken } = (await deviceSignIn(library, ['books:read'])).credential
  const jwt = decodeJwt(accessToken)
  const [, payload = '', signature = ''] = accessToken.split('.')
  const published = (await (await fetch(`${library.issuer}/jwks`)).json()) as { keys: [PrivateJwk & { kid: string }] }
  const [key] = published.keys
  const { kid } = key
  const text = (part: object) => encodeBase64url(new TextEncoder().encode(JSON.stringify(part)))
  const { cnf: _bound, ...rest } = jwt?.claims ?? {}
  const claims = { ...rest, scope: 'library:admin' }
  const own = await runtime.suite.generateKey('ES256')
  const { d: _private, ...ownPublic } = own as PrivateJwk & { d: string }
  const sign = await runtime.suite.signer(own)
  const mac = async (secret: string) => {
    const unsigned = `${text({ typ: 'at+jwt', alg: 'HS256', kid })}.${text(claims)}`
    return `${unsigned}.${await runtime.suite.hmac(new TextEncoder().encode(secret))(unsigned)}`
  }
  const header = (more: object) => JSON.stringify({ typ: 'at+jwt', alg: 'ES256', ...more })
  const forged = [
    `${text({ typ: 'at+jwt', alg: 'none', kid })}.${text(claims)}.`,
    `${text({ typ: 'at+jwt', alg: 'nOnE', kid })}.${text(claims)}.${signature}`,
    `${text({ ...jwt?.header })}.${text(claims)}.${signature}`,
    await mac(JSON.stringify(key)),
    await mac(JSON.stringify(published)),
    await sign(header({ kid }), JSON.stringify(claims)),
    await sign(header({ kid, jwk: ownPublic }), JSON.stringify(claims)),
    await sign(header({ kid: '../../jwks', jku: 'http://127.0.0.1:1/jwks' }), JSON.stringify(claims)),
    await sign(header({ kid, x5u: 'http://127.0.0.1:1/cert', x5c: ['AAAA'] }), JSON.stringify(claims)),
    await sign(header({ kid, crit: ['exp'] }), JSON.stringify(claims)),
    `${text({ typ: 'dpop+jwt', alg: 'ES256', jwk: ownPublic })}.${payload}.${signature}`,
  ]
  for (const token of forged) expect(await call(library.url, `Bearer ${token}`), token).toEqual(REFUSED)
  expect(library.ran).toEqual([])
})

test('an Authorization header without end, two of them, one in the query: refused, and cheaply', async () => {
  const asked: string[] = []
  const library = await startFiveScopes({
    guard: {
      fetch: (input, init) => {
        asked.push(input)
        return fetch(input, init)
      },
    },
  })
  // What node:http still lets through; what is longer it answers by itself.
  expect(await call(library.url, `Bearer ${'x'.repeat(15_000)}`)).toEqual(REFUSED)
  const [status] = await call(library.url, `Bearer ${'x'.repeat(17_000)}`)
  expect(status).toBe(431)
  expect(await call(`${library.url}?access_token=abc`, 'Bearer abc')).toEqual([400, expect.stringContaining('error="invalid_request"')])
  expect(await call(library.url, 'Bearer a b')).toEqual([400, expect.stringContaining('error="invalid_request"')])
  expect(await call(`${library.url}?access_token=abc`, '')).toEqual([401, expect.not.stringContaining('error')])
  expect(asked).toEqual([])
  expect(library.ran).toEqual([])
})
