/** The example MCP server behind our guard, called by the official MCP SDK client, with tokens of an issuer that this test plays. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Client,
  DpopSession,
  extractWWWAuthenticateParams,
  InsufficientScopeError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  withDpop,
} from '@modelcontextprotocol/client'
import { nodeSuite } from '@countersign/node'
import { type AccessTokenClaims, createAccessTokenSigner, publicOf } from '@countersign/proof'
import { afterEach, expect, test } from 'vitest'
import { startNotesServer } from '../../examples/notes-server/src/notes-server.ts'
import { verifies } from '../../requirements/verifies.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** An issuer with metadata and keys, and the notes server that trusts it, both on real ports. */
async function start(dpop: 'accept' | 'require' = 'accept') {
  const suite = nodeSuite()
  const key = await suite.generateKey('ES256')
  const sign = await createAccessTokenSigner(suite, key, 'key-1')
  const http = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/oauth-authorization-server': { issuer, jwks_uri: `${issuer}/jwks` },
      '/jwks': { keys: [{ ...publicOf(key), kid: 'key-1', alg: 'ES256', use: 'sig' }] },
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  closing.push(() => {
    http.closeAllConnections()
    return new Promise((resolve) => http.close(resolve))
  })
  const { url, close } = await startNotesServer({ issuer, port: 0, dpop })
  closing.push(close)

  const mint = async (scope: string, changes: Partial<AccessTokenClaims> = {}) => {
    const now = Math.floor(Date.now() / 1000)
    return sign({
      iss: issuer,
      sub: 'ada',
      aud: url,
      client_id: 'cli',
      iat: now,
      exp: now + 300,
      jti: suite.random(4).join('.'),
      scope,
      ...changes,
    })
  }
  return { url, issuer, mint }
}

type Era = 'legacy' | '2026-07-28'

async function connect(url: string, token: string, era: Era = '2026-07-28', session?: DpopSession): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } } },
  )
  const proving = session === undefined ? {} : { fetch: withDpop(session, () => token)(fetch) }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider: { token: async () => token }, ...proving }))
  closing.push(() => client.close())
  return client
}

verifies(
  'mcp-insufficient-scope-403',
  'the SDK client calls tools in both eras, and is told which scope a refused tool needs',
  async () => {
    const { url, mint } = await start()
    for (const era of ['legacy', '2026-07-28'] as const) {
      const reader = await connect(url, await mint('notes:read', { sub: `ada-${era}` }), era)
      expect((await reader.listTools()).tools.map(({ name }) => name)).toEqual(['whoami', 'list_notes', 'add_note'])
      const { structuredContent } = await reader.callTool({ name: 'whoami' })
      expect(structuredContent).toEqual({ subject: `ada-${era}`, client: 'cli', scopes: ['notes:read'] })
      const refused: unknown = await reader.callTool({ name: 'add_note', arguments: { text: 'milk' } }).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(InsufficientScopeError)
      expect(refused).toMatchObject({ requiredScope: 'notes:write' })

      const writer = await connect(url, await mint('notes:write', { sub: `ada-${era}` }), era)
      expect((await writer.callTool({ name: 'add_note', arguments: { text: 'milk' } })).structuredContent).toEqual({ count: 1 })
      // notes:write includes notes:read.
      expect((await writer.callTool({ name: 'list_notes' })).structuredContent).toEqual({ notes: ['milk'] })
      expect((await reader.callTool({ name: 'list_notes' })).structuredContent).toEqual({ notes: ['milk'] })
      const other = await connect(url, await mint('notes:read', { sub: 'bob' }), era)
      expect((await other.callTool({ name: 'list_notes' })).structuredContent).toEqual({ notes: [] })
    }
  },
)

test('the SDK client without a usable token learns where to sign in and what to ask for', async () => {
  const { url, issuer, mint } = await start()
  for (const token of ['nonsense', await mint('notes:read', { exp: 1 }), await mint('notes:read', { aud: `${url}/` })]) {
    await expect(connect(url, token)).rejects.toBeInstanceOf(UnauthorizedError)
  }
  const answer = await fetch(url, { method: 'POST', body: '{}' })
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(answer)
  expect({ status: answer.status, scope, error }).toEqual({ status: 401, scope: 'notes:read', error: undefined })
  expect(await (await fetch(resourceMetadataUrl ?? '')).json()).toMatchObject({
    resource: url,
    authorization_servers: [issuer],
    scopes_supported: ['notes:read', 'notes:write'],
    resource_name: 'Notes',
  })
  expect((await fetch(new URL('/elsewhere', url))).status).toBe(404)
})

verifies(
  ['sep1932-mcp-dpop-server', 'rfc9449-7.2-no-bearer-downgrade'],
  'the SDK client proves its key with every request, and its token alone is worth nothing',
  async () => {
    const { url, mint } = await start('require')
    const session = await DpopSession.create()
    const token = await mint('notes:read', { cnf: { jkt: session.thumbprint } })
    const client = await connect(url, token, '2026-07-28', session)
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toMatchObject({ subject: 'ada' })
    // Refused in the scheme it spoke, and still understood.
    const refused: unknown = await client.callTool({ name: 'add_note', arguments: { text: 'milk' } }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ requiredScope: 'notes:write' })
    await expect(connect(url, token)).rejects.toBeInstanceOf(UnauthorizedError)
    await expect(connect(url, token, '2026-07-28', await DpopSession.create())).rejects.toBeInstanceOf(UnauthorizedError)
    await expect(connect(url, await mint('notes:read'))).rejects.toBeInstanceOf(UnauthorizedError)
  },
)

verifies('mcp-insufficient-scope-403', 'a tool that needs more challenges a DPoP client in its own scheme', async () => {
  const { url, mint } = await start()
  const session = await DpopSession.create()
  const token = await mint('notes:read', { cnf: { jkt: session.thumbprint } })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add_note', arguments: { text: 'milk' } } })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const answer = await withDpop(session, () => token)(fetch)(url, { method: 'POST', headers, body })
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching(/^DPoP algs="ES256 EdDSA RS256", error="insufficient_scope".*scope="notes:write".*resource_metadata="http/),
  ])
})

verifies('mcp-http-origin-check', 'the server listens on loopback and refuses pages of other origins', async () => {
  const { url, mint } = await start()
  expect(new URL(url).hostname).toBe('127.0.0.1')
  const headers = { authorization: `Bearer ${await mint('notes:read')}`, origin: 'https://evil.example' }
  expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(403)
})
