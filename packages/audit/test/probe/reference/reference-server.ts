/** A small authorization server with one switch for each defect that the probe looks for. On real sockets; its time is the clock it is given. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import { pages } from './reference-pages.ts'
import { openState, type ReferenceOptions, Refusal, type Reply, type Request, type State } from './reference-state.ts'
import { deviceAuthorization, revoked, token, userinfo } from './reference-tokens.ts'

export { PERSON } from './reference-state.ts'

export interface Reference {
  readonly issuer: string
  readonly close: () => Promise<void>
}

export async function startReference(options: ReferenceOptions): Promise<Reference> {
  const state = openState(options)
  const here: { issuer: string } = { issuer: '' }
  const answer = (request: IncomingMessage, response: ServerResponse) => void respond(state, here.issuer, request, response)
  const plain = createServer(answer)
  const server: Server | NetServer =
    options.tls === undefined
      ? plain
      : state.has('http too')
        ? either(plain, createTlsServer(options.tls, answer))
        : createTlsServer(options.tls, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  const { port } = server.address() as AddressInfo
  here.issuer = options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`
  return {
    issuer: here.issuer,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One port for both: what does not begin like TLS is taken as plain http. */
function either(plain: Server, secure: Server): NetServer {
  return createNetServer((socket) => {
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      const server = first[0] === 0x16 ? secure : plain
      server.emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  })
}

async function respond(state: State, issuer: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  const url = new URL(incoming.url ?? '/', issuer)
  const headers = incoming.headers as Record<string, string | undefined>
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
  const form = new URLSearchParams(isForm ? Buffer.concat(chunks).toString() : '')
  const request: Request = { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, form }
  const reply = await replyTo(state, issuer, request)
  response.sendDate = false
  response.writeHead(reply.status, { ...reply.headers, date: new Date(state.clock.now()).toUTCString() })
  response.end(reply.body)
}

async function replyTo(state: State, issuer: string, request: Request): Promise<Reply> {
  try {
    if (request.path.startsWith('/device') && request.path !== '/device_authorization') return pages(state, request)
    return json(state, 200, await answerOf(state, issuer, request))
  } catch (error) {
    if (!(error instanceof Refusal)) return json(state, 500, { error: 'server_error' })
    return json(state, state.has('errors with 200') && error.status === 400 ? 200 : error.status, { error: error.message })
  }
}

async function answerOf(state: State, issuer: string, request: Request): Promise<object> {
  const { path, headers } = request
  if (path.startsWith('/.well-known/oauth-authorization-server') || path.endsWith('/openid-configuration')) return metadata(state, issuer)
  if (path === '/token') return token(state, request, issuer)
  if (path === '/revoke') return revoked(state, request)
  if (path === '/userinfo') return userinfo(state, request)
  if (path !== '/device_authorization') throw new Refusal('not_found', 404)
  const foreign = state.has('host decides')
    ? headers['host']
    : state.has('forwarded host decides')
      ? headers['x-forwarded-host']
      : undefined
  return deviceAuthorization(state, request, foreign === undefined ? issuer : `${new URL(issuer).protocol}//${foreign}`)
}

function metadata(state: State, issuer: string): object {
  return {
    issuer: state.has('another issuer') ? 'https://another.example' : issuer,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
    grant_types_supported: state.has('grant not listed')
      ? ['refresh_token']
      : ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    dpop_signing_alg_values_supported: ['ES256'],
  }
}

function json(state: State, status: number, body: object): Reply {
  const open: Record<string, string> = state.has('wildcard with credentials')
    ? { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }
    : {}
  const caching = { 'cache-control': state.has('tokens cacheable') ? 'max-age=60' : 'no-store' }
  return { status, headers: { 'content-type': 'application/json', ...caching, ...open }, body: JSON.stringify(body) }
}
