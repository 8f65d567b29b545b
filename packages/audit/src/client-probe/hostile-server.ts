// countersign-ignore-file: answers as no server should, to see what a client does
/**
 * An authorization server that behaves as nobody wants one to, and writes down what a client does about it. On this machine only, for one run of
 * one client. It speaks form and JSON, and answers at the paths of GitHub too, so that clients of one vendor can be judged as well.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a token request is answered with. `drop` ends the connection without a word; `redirect` sends it on to another server. */
export type PollAnswer = 'pending' | 'slow_down' | 'tokens' | 'access_denied' | 'expired_token' | 'invalid_grant' | 'drop' | 'redirect'

export interface Behaviour {
  /** Seconds; nothing is said when left out. */
  readonly interval?: number
  /** Seconds. */
  readonly expiresIn: number
  readonly userCode?: string
  /** In place of the server's own; told where it listens. */
  readonly verificationUri?: (issuer: string) => string
  readonly verificationUriComplete?: (issuer: string, userCode: string) => string
  /** One after the other; the last one goes on. */
  readonly polls: readonly PollAnswer[]
}

export interface PollSeen {
  /** Seconds since the server began, by the clock of the client. */
  readonly at: number
  readonly answered: PollAnswer
  readonly hasClientId: boolean
}

export interface Hostile {
  readonly issuer: string
  readonly clientId: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string
  /** When codes were asked for, as seconds. */
  readonly asked: readonly number[]
  readonly polls: readonly PollSeen[]
  /** Whether another server got the device code because a redirect said so. */
  readonly wasCarriedOn: () => boolean
  readonly close: () => Promise<void>
}

const CLIENT_ID = 'countersign-probe-client'
const USER_CODE = 'WDJB-MJHT'
const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/mcp'
const AUTHORITY_METADATA = new Set(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])

/** @param now seconds, by the clock of the client */
export async function startHostile(behaviour: Behaviour, now: () => number): Promise<Hostile> {
  const deviceCode = randomBytes(24).toString('base64url')
  const userCode = behaviour.userCode ?? USER_CODE
  const asked: number[] = []
  const polls: PollSeen[] = []
  const here = { issuer: '', elsewhere: '', isCarriedOn: false }

  const elsewhere = await listening((request, response, body) => {
    if (body.includes(deviceCode) || (request.url ?? '').includes(deviceCode)) here.isCarriedOn = true
    json(response, 400, { error: 'authorization_pending' })
  })
  here.elsewhere = elsewhere.url

  const links = () => ({
    verificationUri: behaviour.verificationUri?.(here.issuer) ?? `${here.issuer}/device`,
    verificationUriComplete: behaviour.verificationUriComplete?.(here.issuer, userCode) ?? `${here.issuer}/device?user_code=${userCode}`,
  })

  function issue(response: ServerResponse): void {
    asked.push(now())
    const { verificationUri, verificationUriComplete } = links()
    json(response, 200, {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: verificationUri,
      verification_uri_complete: verificationUriComplete,
      expires_in: behaviour.expiresIn,
      message: `Open ${verificationUri} and enter ${userCode}`,
      ...(behaviour.interval === undefined ? {} : { interval: behaviour.interval }),
    })
  }

  function poll(request: IncomingMessage, response: ServerResponse, body: string): void {
    // What a client does with its tokens afterwards is no poll.
    if (parameters(body).get('grant_type') === 'refresh_token') {
      json(response, 400, { error: 'invalid_grant' })
      return
    }
    const answered = behaviour.polls[Math.min(polls.length, behaviour.polls.length - 1)] ?? 'pending'
    const isNamed = parameters(body).has('client_id') || request.headers.authorization?.startsWith('Basic ') === true
    polls.push({ at: now(), answered, hasClientId: isNamed })
    if (answered === 'drop') request.socket.destroy()
    else if (answered === 'redirect') response.writeHead(307, { location: `${here.elsewhere}/token` }).end()
    else if (answered === 'tokens') json(response, 200, tokens())
    else json(response, 400, { error: answered === 'pending' ? 'authorization_pending' : answered })
  }

  const server = await listening((request, response, body) => {
    const { pathname } = new URL(request.url ?? '/', here.issuer)
    if (pathname === '/device_authorization' || pathname === '/login/device/code' || pathname.endsWith('/devicecode')) issue(response)
    else if (pathname === '/token' || pathname === '/login/oauth/access_token' || pathname.endsWith('/oauth2/v2.0/token'))
      poll(request, response, body)
    else if (pathname === '/register')
      json(response, 201, { ...registered(body), client_id: CLIENT_ID, token_endpoint_auth_method: 'none' })
    else if (pathname === RESOURCE_METADATA) json(response, 200, { resource: `${here.issuer}/mcp`, authorization_servers: [here.issuer] })
    else if (AUTHORITY_METADATA.has(pathname)) json(response, 200, metadata(here.issuer))
    else if (pathname === '/jwks') json(response, 200, { keys: [] })
    else if (pathname === '/mcp') challenge(response, here.issuer)
    else json(response, 404, { error: 'not_found' })
  })
  here.issuer = server.url
  return {
    issuer: server.url,
    clientId: CLIENT_ID,
    userCode,
    ...links(),
    asked,
    polls,
    wasCarriedOn: () => here.isCarriedOn,
    close: async () => {
      await Promise.all([server.close(), elsewhere.close()])
    },
  }
}

type Respond = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function listening(respond: Respond): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => respond(request, response, Buffer.concat(chunks).toString('utf8')))
    // A client that is stopped in the middle of a request is no news.
    request.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function parameters(body: string): URLSearchParams {
  return new URLSearchParams(body.startsWith('{') ? Object.entries(objectIn(body)).map(([name, value]) => [name, String(value)]) : body)
}

function registered(body: string): object {
  return objectIn(body)
}

function objectIn(body: string): object {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}

/** RFC 9728 section 5.1 */
function challenge(response: ServerResponse, issuer: string): void {
  response.writeHead(401, {
    'www-authenticate': `Bearer resource_metadata="${issuer}${RESOURCE_METADATA}"`,
    'content-type': 'application/json',
  })
  response.end('{"error":"invalid_token"}')
}

function tokens(): object {
  const token = () => randomBytes(24).toString('base64url')
  return { access_token: token(), refresh_token: token(), token_type: 'Bearer', expires_in: 3600, scope: '' }
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}
