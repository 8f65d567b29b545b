/**
 * A guarded MCP server that calls another API for the person: with a token of its own, for that API, and never with the one it was called
 * with (MCP security, token passthrough). The API writes down everything that reaches it.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addClient, type Resource } from '@countersign/authority'
import { authorizedFetch, discover, keepCredential, machineLogin, memoryVault, tokensOf, vaultName } from '@countersign/client'
import { createGuard, type Guard, mcpChallengeInScheme } from '@countersign/guard'
import { mcpMiddleware, nodeGuard } from '@countersign/node/guard'
import { CLIENT_CREDENTIALS } from '@countersign/protocol'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { expect, onTestFinished } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { deviceSignIn, runtime } from './device-sign-in.ts'
import { startAuthority } from './live-authority.ts'

async function listen() {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return { http, origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

/** The authority, the API with its guard, and the MCP server between a person and the API. */
async function open() {
  const resources: Resource[] = []
  const authority = await startAuthority({ resources })
  const [upstream, front] = [await listen(), await listen()]
  const [api, url] = [`${upstream.origin}/api`, `${front.origin}/mcp`]
  resources.push({ resource: api, name: 'Weather', scopes: { forecast: 'Read forecasts' } })
  resources.push({ resource: url, name: 'Assistant', scopes: { ask: 'Ask the assistant' } })
  const { suite, clock } = runtime
  const guardOf = (resource: string): Guard =>
    createGuard({ resource, authorizationServers: [authority.issuer], suite, clock, fetch: (input, init) => fetch(input, init) })

  const seen: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
  const answer = nodeGuard(
    guardOf(api),
    (_request, response, { clientId, subject }) => void response.end(`rain, says ${clientId}, to ${subject}`),
  )
  upstream.http.on('request', (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => seen.push({ url: request.url, headers: request.headers, body }))
    answer(request, response)
  })

  const { secret = '' } = await addClient(authority, {
    id: 'assistant',
    name: 'Assistant',
    confidential: true,
    grantTypes: [CLIENT_CREDENTIALS],
  })
  const forecasts = await ownFetch(authority.issuer, api, secret)
  const mcp = createMcpHandler(() => {
    const server = new McpServer({ name: 'assistant', version: '1.0.0' })
    server.registerTool('weather', {}, async ({ http }) => {
      const answered = await forecasts(`${api}?for=${encodeURIComponent(String(http?.authInfo?.extra?.['subject']))}`)
      return { content: [{ type: 'text', text: await answered.text() }] }
    })
    return server
  })
  const serve = toNodeHandler(mcpChallengeInScheme(mcp))
  const gate = mcpMiddleware(guardOf(url))
  front.http.on('request', (request, response) => gate(request, response, () => void serve(request as NodeIncomingMessageLike, response)))
  onTestFinished(() => mcp.close())
  return { ...authority, url, api, seen }
}

/** A fetch with the rights of the server itself. */
async function ownFetch(issuer: string, api: string, secret: string) {
  const place = await discover(runtime, issuer)
  const { credential } = await machineLogin(runtime, place, {
    clientId: 'assistant',
    authentication: { method: 'client_secret_basic', secret },
    resource: api,
    scope: ['forecast'],
  })
  const vault = memoryVault()
  const name = vaultName(issuer, 'assistant', api, 'default')
  await keepCredential(vault, name, credential)
  return authorizedFetch(runtime, tokensOf(runtime, vault), name)
}

verifies(
  'mcp-no-token-passthrough',
  'the API behind the server sees a token that was issued to the server, and nothing of the one that came in',
  async () => {
    const place = await open()
    const { credential, fetch: authorized } = await deviceSignIn(place, ['ask'])
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    onTestFinished(() => client.close())
    await client.connect(new StreamableHTTPClientTransport(new URL(place.url), { fetch: authorized }))
    const { content } = await client.callTool({ name: 'weather' })
    expect(content).toMatchObject([{ text: expect.stringMatching(/^rain, says assistant, to /) }])

    expect(place.seen).toHaveLength(1)
    const arrived = JSON.stringify(place.seen)
    const [header, claims, signature] = credential.accessToken.split('.')
    for (const part of [credential.accessToken, claims, signature]) expect(arrived).not.toContain(part)
    expect(header).toMatch(/./)
    // Nor would it be any good there.
    for (const scheme of ['DPoP', 'Bearer']) {
      const refused = await fetch(place.api, { headers: { authorization: `${scheme} ${credential.accessToken}` } })
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('error="invalid_token"')])
    }
  },
)
