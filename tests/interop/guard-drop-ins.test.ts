/**
 * The guard in front of servers of the official MCP SDK, in each framework the SDK has an adapter for, as docs/guard.md shows it. The client
 * is the SDK's as well, of both versions; ours signs it in with a code that a person approves.
 */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource } from '@countersign/authority'
import { createGuard, type Guard, guardMcp, mcpChallengeInScheme, mcpRequireScope } from '@countersign/guard'
import { mcpMiddleware } from '@countersign/node/guard'
import { getRequestListener } from '@hono/node-server'
import { Client, InsufficientScopeError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpExpressApp } from '@modelcontextprotocol/express'
import { createMcpFastifyApp } from '@modelcontextprotocol/fastify'
import { createMcpHonoApp } from '@modelcontextprotocol/hono'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { deviceSignIn, runtime } from './device-sign-in.ts'
import { startAuthority } from './live-authority.ts'

/** A server of version 2: who is there, and a tool that needs more than that. */
function newMcp(guard: Guard) {
  return createMcpHandler(({ authInfo }) => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: String(authInfo?.extra?.['subject']) }] }))
    server.registerTool('add_note', { scopeChallenge: mcpRequireScope(guard, 'notes:write') }, () => ({
      content: [{ type: 'text', text: 'noted' }],
    }))
    return server
  })
}

/** The same of version 1, where scopes are not said beside the tool. */
function newMcpVersion1() {
  const server = new McpServerV1({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', {}, ({ authInfo }) => ({ content: [{ type: 'text', text: String(authInfo?.extra?.['subject']) }] }))
  server.registerTool('add_note', {}, () => ({ content: [{ type: 'text', text: 'noted' }] }))
  return server
}

type Serve = (guard: Guard) => Promise<RequestListener> | RequestListener

const withNode: Serve = (guard) => {
  const mcp = newMcp(guard)
  const gate = mcpMiddleware(guard)
  const serve = toNodeHandler(mcpChallengeInScheme(mcp))
  return (request, response) => gate(request, response, () => void serve(request as NodeIncomingMessageLike, response))
}

const withExpress: Serve = (guard) => {
  const mcp = newMcp(guard)
  const app = createMcpExpressApp()
  const serve = toNodeHandler(mcpChallengeInScheme(mcp))
  app.use(mcpMiddleware(guard))
  app.all('/mcp', (request, response) => void serve(request, response, request.body))
  return app
}

const withFastify: Serve = async (guard) => {
  const mcp = newMcp(guard)
  const app = createMcpFastifyApp()
  const gate = mcpMiddleware(guard)
  const serve = toNodeHandler(mcpChallengeInScheme(mcp))
  app.addHook('onRequest', (request, reply, done) => gate(request.raw, reply.raw, done))
  app.all('/mcp', (request, reply) => serve(request.raw as NodeIncomingMessageLike, reply.hijack().raw, request.body))
  await app.ready()
  onTestFinished(() => app.close())
  return (request, response) => app.routing(request, response)
}

const withHono: Serve = (guard) => {
  const mcp = newMcp(guard)
  const app = createMcpHonoApp()
  const serve = guardMcp(guard, mcp)
  app.all('*', (context) => serve(context.req.raw))
  return listenerOf(async (request) => app.fetch(request))
}

const withFetch: Serve = (guard) => {
  const mcp = newMcp(guard)
  const served = { fetch: guardMcp(guard, mcp) }
  return listenerOf(served.fetch)
}

const withVersion1: Serve = (guard) => {
  const app = express()
  app.use(express.json(), mcpMiddleware(guard, { tools: { add_note: ['notes:write'] } }))
  app.post('/mcp', async (request, response) => {
    const transport = new StreamableHTTPServerTransport()
    response.on('close', () => void transport.close())
    await newMcpVersion1().connect(transport as Transport)
    await transport.handleRequest(request, response, request.body)
  })
  return app
}

/** A fetch-style handler on node:http. */
function listenerOf(fetch: (request: Request) => Promise<Response>): RequestListener {
  const listener = getRequestListener(fetch)
  return (request, response) => void listener(request, response)
}

/** The server on a real port, and an authority that knows it. Both end with the test. */
async function start(serve: Serve) {
  const resources: Resource[] = []
  const authority = await startAuthority({ resources })
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  resources.push({ resource: url, name: 'Notes', scopes: { 'notes:read': 'Read', 'notes:write': 'Write' } })
  const guard = createGuard({
    resource: url,
    authorizationServers: [authority.issuer],
    scopes: ['notes:read', 'notes:write'],
    initialScope: ['notes:read'],
    implies: { 'notes:write': ['notes:read'] },
    suite: runtime.suite,
    clock: runtime.clock,
    fetch: (input, init) => fetch(input, init),
  })
  http.on('request', await serve(guard))
  return { ...authority, url }
}

test.each(Object.entries({ withNode, withExpress, withFastify, withHono, withFetch, withVersion1 }))('%s', async (name, serve) => {
  const place = await start(serve)
  const { fetch: authorized, credential } = await deviceSignIn(place, ['notes:read'])
  expect(credential.tokenType).toBe('DPoP')

  // The client of the SDK, version 2 (in both eras) and version 1: the person is there, and the tool that needs more is a challenge.
  const eras = name === 'withVersion1' ? (['legacy'] as const) : (['legacy', { pin: '2026-07-28' }] as const)
  for (const mode of eras) {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
    onTestFinished(() => client.close())
    await client.connect(new StreamableHTTPClientTransport(new URL(place.url), { fetch: authorized }))
    expect((await client.callTool({ name: 'whoami' })).content).toEqual([{ type: 'text', text: place.subject }])
    await expect(client.callTool({ name: 'add_note' })).rejects.toBeInstanceOf(name === 'withVersion1' ? Error : InsufficientScopeError)
  }
  const old = new ClientV1({ name: 'test', version: '1.0.0' })
  onTestFinished(() => old.close())
  await old.connect(new TransportV1(new URL(place.url), { fetch: authorized }))
  expect((await old.callTool({ name: 'whoami' })).content).toEqual([{ type: 'text', text: place.subject }])

  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add_note', arguments: {} } })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const narrow = await authorized(place.url, { method: 'POST', headers, body: call })
  // RFC 9449 section 7.1: in the scheme that the client spoke.
  expect([narrow.status, narrow.headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching(/^DPoP .*error="insufficient_scope".*scope="notes:write"/),
  ])
  const { fetch: wide } = await deviceSignIn(place, ['notes:write'])
  const ran = await wide(place.url, { method: 'POST', headers, body: call })
  expect([ran.status, await ran.text()]).toEqual([200, expect.stringContaining('noted')])

  // Nobody else gets anywhere, by whatever spelling of the path.
  for (const path of ['/mcp', '/MCP', '/mcp/', '//mcp', '/./mcp', '/elsewhere']) {
    const answer = await fetch(new URL(path.replace('//', '/%2f'), place.url), { method: 'POST', headers, body: call })
    expect([path, answer.status]).toEqual([path, 401])
  }
  const { origin, pathname } = new URL(place.url)
  const document = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
  expect(await document.json()).toMatchObject({ resource: place.url, authorization_servers: [place.issuer] })
  expect((await fetch(place.url, { method: 'POST', headers: { ...headers, origin: 'https://evil.example' }, body: call })).status).toBe(403)
})

test('version 1: a call that no parser has read is not let through, whatever the token may do', async () => {
  const place = await start((guard) => {
    const app = express()
    const gate = mcpMiddleware(guard, { tools: { add_note: ['notes:write'] } })
    // As parsers of former days leave what they have not read.
    app.use('/mcp', (request, _response, next) => {
      if (request.headers['x-former'] !== undefined) request.body = {}
      next()
    })
    app.use(gate)
    app.all('/mcp', (_request, response) => void response.end('reached'))
    return app
  })
  const { fetch: authorized } = await deviceSignIn(place, ['notes:read', 'notes:write'])
  const answer = await authorized(place.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('reached')])
  const empty = await authorized(place.url, { method: 'POST', headers: { 'content-type': 'text/plain', 'x-former': '1' }, body: '{}' })
  expect([empty.status, await empty.text()]).toEqual([400, expect.stringContaining('no JSON-RPC message')])
})

test('version 1: a batch needs what all of its calls need', async () => {
  const place = await start(withVersion1)
  const { fetch: authorized } = await deviceSignIn(place, ['notes:read'])
  const call = (id: number, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const body = JSON.stringify([call(1, 'whoami'), call(2, 'add_note')])
  const answer = await authorized(place.url, { method: 'POST', headers, body })
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('scope="notes:write"')])
})

test('the page shows the lines that ran here', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
  const [, section = ''] = read('../../docs/guard.md').split('## Before servers of the MCP SDK')
  const shown = [...(section.split('\n## ')[0] ?? '').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code.trim().split('\n'))
  // What only this repository's stricter compiler wants, and how a server of version 1 is made here.
  const own = read(import.meta.url)
    .replaceAll(/ as (NodeIncomingMessageLike|Transport)/g, '')
    .replace('newMcpVersion1().connect', 'server.connect')
  expect(shown.map((lines) => lines.length)).toEqual([3, 4, 5, 3, 1, 6])
  expect(shown.flat().filter((line) => !own.includes(line))).toEqual([])
})
