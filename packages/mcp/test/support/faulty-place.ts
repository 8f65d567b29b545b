/**
 * A server of MCP and its authorization server on one real port, which do what they should but for the faults that a test has lined up, and a
 * proxy before them whose time runs fifty times as fast.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryPendingLogins, memoryRegistrations, memoryVault, type Runtime } from '@countersign/client'
import { nodeSuite, systemSleep } from '@countersign/node'
import { expect, onTestFinished } from 'vitest'
import { keepAliveHttp } from '../../src/proxy/keep-alive-http.ts'
import { type ProxyOptions, startProxy } from '../../src/proxy/proxy.ts'
import { volatileMemory } from '../../src/host/remembered.ts'

const FAST = 50

/** Answers in place of the server; gives true to have the server answer all the same. */
export type Fault = (request: IncomingMessage, response: ServerResponse, body: string) => boolean | void

const json = (value: object, status = 200, headers: Record<string, string> = {}): Fault => {
  return (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

export const FAULTS = {
  reset: ((request) => void request.socket.destroy()) as Fault,
  stall: (() => undefined) as Fault,
  unavailable: ((_request, response) => void response.writeHead(503, { 'retry-after': '1' }).end('busy')) as Fault,
  gateway: ((_request, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')) as Fault,
  html: ((_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')) as Fault,
  truncated: ((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 })
    response.write('{"half":', () => response.destroy())
  }) as Fault,
  json,
  /** The server does it, and its answer is lost. */
  lostAnswer: ((request, response) => {
    response.end = () => {
      request.socket.destroy()
      return response
    }
    return true
  }) as Fault,
}

export type Place = Awaited<ReturnType<typeof openPlace>>

interface Seen {
  readonly path: string
  readonly at: number
  readonly form: URLSearchParams
  readonly method: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Ends with the test. */
export async function openPlace({ metadata = {}, expiresIn = 3600 }: { readonly metadata?: object; readonly expiresIn?: number } = {}) {
  const began = Date.now()
  const now = () => began + (Date.now() - began) * FAST
  const real = systemSleep()
  const lined = new Map<string, Fault[]>()
  const seen: Seen[] = []
  const codes: { code: string; scope: string; approved: boolean }[] = []
  const live = new Map<string, string>()
  const refreshes = new Map<string, string>()
  const ran: string[] = []
  /** What each tool needs; `forbidden` needs what nobody is granted. */
  const needs: Record<string, string> = { look: 'read', change: 'read', admin: 'read write' }
  let tokens = 0
  let inSession: string | undefined
  let keepsSessions = false

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      seen.push({ path, at: now(), form: new URLSearchParams(body), method: request.method ?? '', headers: request.headers, body })
      const fault = lined.get(path)?.shift()
      if (fault !== undefined && fault(request, response, body) !== true) return
      answer(path, request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${origin}/as`
  const url = `${origin}/mcp`
  const PRM = '/.well-known/oauth-protected-resource/mcp'
  const METADATA = '/.well-known/oauth-authorization-server/as'
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })

  function grant(scope: string) {
    const [token, refresh] = [`access-${++tokens}`, `refresh-${tokens}`]
    live.set(token, scope)
    refreshes.set(refresh, scope)
    return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope, refresh_token: refresh }
  }

  function tokenAnswer(form: URLSearchParams): { readonly status: number; readonly value: object } {
    const refusal = (error: string) => ({ status: 400, value: { error } })
    if (form.get('grant_type') === 'refresh_token') {
      const scope = refreshes.get(form.get('refresh_token') ?? '')
      if (scope === undefined) {
        // RFC 9700 section 4.14.2: one that was used before ends the family.
        refreshes.clear()
        live.clear()
        return refusal('invalid_grant')
      }
      refreshes.delete(form.get('refresh_token') ?? '')
      return { status: 200, value: grant(scope) }
    }
    if (form.get('grant_type') === 'client_credentials') {
      const { refresh_token: _none, ...token } = grant(form.get('scope') ?? '')
      return { status: 200, value: token }
    }
    const asked = codes[Number(form.get('device_code')?.split('-')[1])]
    if (asked === undefined) return refusal('invalid_grant')
    return asked.approved ? { status: 200, value: grant(asked.scope) } : refusal('authorization_pending')
  }

  function answer(path: string, request: IncomingMessage, response: ServerResponse, body: string): void {
    const say = (value: object, status = 200, headers = {}) => json(value, status, headers)(request, response, body)
    if (path === PRM) return void say({ resource: url, authorization_servers: [issuer] })
    if (path === METADATA) {
      const endpoints = { token_endpoint: `${issuer}/token`, device_authorization_endpoint: `${issuer}/device_authorization` }
      const more = { authorization_endpoint: `${issuer}/authorize`, response_types_supported: ['code'] }
      const grants = { grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] }
      return void say({ issuer, ...endpoints, ...more, ...grants, token_endpoint_auth_methods_supported: ['none'], ...metadata })
    }
    if (path === '/as/device_authorization') {
      codes.push({ code: `BCD-FGH-JK${'LMNPQRSTVW'[codes.length]}`, scope: new URLSearchParams(body).get('scope') ?? '', approved: false })
      const [at, code] = [codes.length - 1, codes.at(-1)?.code]
      return void say({ device_code: `device-${at}`, user_code: code, verification_uri: `${issuer}/device`, expires_in: 600, interval: 5 })
    }
    if (path === '/as/token') {
      const { status, value } = tokenAnswer(new URLSearchParams(body))
      return void say(value, status, { 'cache-control': 'no-store' })
    }
    if (path === '/mcp') return serve(request, response, body)
    response.writeHead(404).end()
  }

  function serve(request: IncomingMessage, response: ServerResponse, body: string): void {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const scope = live.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    const where = `resource_metadata="${origin}${PRM}"`
    if (scope === undefined) {
      const error = request.headers.authorization === undefined ? '' : 'error="invalid_token", '
      return void response.writeHead(401, { 'www-authenticate': `Bearer ${error}scope="read", ${where}` }).end()
    }
    const { id, method, params = {} } = JSON.parse(body) as { id?: number; method: string; params?: { name?: string } }
    const say = (result: object, headers = {}) => void json({ jsonrpc: '2.0', id, result }, 200, headers)(request, response, body)
    if (method === 'initialize') {
      inSession = keepsSessions ? `session-${seen.length}` : undefined
      const version = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'faulty', version: '1' } }
      return say(version, inSession === undefined ? {} : { 'mcp-session-id': inSession })
    }
    if (keepsSessions && request.headers['mcp-session-id'] !== inSession) return void response.writeHead(404).end()
    if (id === undefined) return void response.writeHead(202).end()
    if (method === 'tools/list') return say({ tools: Object.keys(needs).map((name) => ({ name, inputSchema: { type: 'object' } })) })
    const need = needs[params.name ?? ''] ?? ''
    if (!need.split(' ').every((each) => scope.split(' ').includes(each))) {
      const challenge = `Bearer error="insufficient_scope", scope="${need}", ${where}`
      return void response.writeHead(403, { 'www-authenticate': challenge }).end()
    }
    ran.push(params.name ?? '')
    say({ content: [{ type: 'text', text: `${params.name} ran` }] })
  }

  const runtime: Runtime = {
    fetch: (input, init) => fetch(input, init),
    suite: nodeSuite(),
    clock: { now },
    sleep: (milliseconds, signal) => real(milliseconds / FAST, signal),
  }
  const vault = memoryVault()
  const stores = { vault, pending: memoryPendingLogins(), registrations: memoryRegistrations() }
  let written = ''

  /** A legacy host that can show nothing: what a person should see is the result of the call. */
  async function open(options: Partial<ProxyOptions> = {}) {
    const waiting = new Map<number, (message: { result?: ToolResult; error?: { message: string } }) => void>()
    const changes: string[] = []
    const write = (line: string) => {
      written += `${line}\n`
      const message = parsed(line)
      if (message.method !== undefined) return void changes.push(message.method)
      waiting.get(message.id ?? -1)?.(message as never)
    }
    const proxy = await startProxy(runtime, async () => stores, write, {
      url,
      http: keepAliveHttp('test'),
      client: { clientId: 'app', clientName: 'App' },
      memory: volatileMemory(),
      onEvent: () => undefined,
      ...options,
    })
    onTestFinished(() => proxy.close())
    let ids = 0
    const send = (message: object) => proxy.receive(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`))
    const request = (method: string, params: object) =>
      new Promise<{ result?: ToolResult; error?: { message: string } }>((resolve) => {
        const id = ++ids
        waiting.set(id, resolve)
        send({ id, method, params })
      })
    await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'host', version: '1' } })
    send({ method: 'notifications/initialized' })
    return {
      changes,
      close: () => proxy.close(),
      tools: async () => ((await request('tools/list', {})).result?.tools ?? []).map(({ name }) => name),
      /** What the model reads: the result, or the words of the error. */
      call: async (name: string): Promise<string> => {
        const { result, error } = await request('tools/call', { name, arguments: {} })
        return error?.message ?? (result?.content ?? []).map(({ text }) => text).join('\n')
      },
    }
  }

  return {
    url,
    issuer,
    parts: { runtime, stores },
    grant,
    paths: { resource: '/mcp', published: PRM, metadata: METADATA, device: '/as/device_authorization', token: '/as/token' },
    open,
    ran,
    needs,
    vault,
    /** The next requests for this path get these, in turn. */
    line: (path: string, ...faults: readonly Fault[]) => void lined.set(path, [...(lined.get(path) ?? []), ...faults]),
    /** What is still lined up is taken back. */
    clear: (path: string) => void lined.delete(path),
    requests: (path: string) => seen.filter((each) => each.path === path),
    codesShown: () => codes.map(({ code }) => code),
    scopesAsked: () => codes.map(({ scope }) => scope),
    approve: () => {
      for (const each of codes) each.approved = true
    },
    keepSessions: () => void (keepsSessions = true),
    forgetSession: () => void (inSession = 'another'),
    revoke: () => live.clear(),
    endFamily: () => refreshes.clear(),
    /** Every line that a host got. */
    lines: () => written.split('\n').filter(Boolean),
    /** Nothing that was told to a host holds a secret. */
    expectClean: () => expect(written).not.toMatch(/access-\d|refresh-\d|device-\d/),
  }
}

/** What is no JSON is for the test to find among the lines. */
function parsed(line: string): { readonly id?: number; readonly method?: string } {
  try {
    return JSON.parse(line) as { id?: number; method?: string }
  } catch {
    return { method: 'broken' }
  }
}

interface ToolResult {
  readonly content?: readonly { readonly text: string }[]
  readonly tools?: readonly { readonly name: string }[]
}

/** Calls until it is no longer a message about signing in; real time passes while the proxy polls. */
export async function signedInCall(host: Awaited<ReturnType<Place['open']>>, place: Place, name: string): Promise<string> {
  let told = await host.call(name)
  place.approve()
  for (let tries = 0; tries < 200 && told.includes('/as/device'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    place.approve()
    told = await host.call(name)
  }
  return told
}
