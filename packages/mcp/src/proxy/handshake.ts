/**
 * Finding out which era a server speaks, and beginning with it (MCP 2026-07-28, Streamable HTTP, "Backward Compatibility").
 * Invariant: only what the server itself says about versions decides. A refusal for want of a token (401, 403) and a server that is away
 * say nothing about its era, and are thrown on.
 */
import { type Era, type HostIdentity, LEGACY_VERSIONS, MODERN_VERSION, withEnvelope } from '../wire/era.ts'
import {
  isObject,
  type JsonObject,
  notificationText,
  type Outcome,
  readMessages,
  requestText,
  RPC,
  type RpcError,
} from '../wire/message.ts'
import { requestHeaders } from '../wire/request-headers.ts'
import { ServerFailure } from './failures.ts'
import type { Posted, Posting } from './post.ts'
import { identityOfDiscover, identityOfInitialize, type ServerIdentity } from '../host/server-identity.ts'

/** Sends one message to the server. */
export type SendMessage = (posting: Omit<Posting, 'signal'>) => Promise<Posted>

/**
 * Who the server is, asked in the host's own era first: where both speak the same, everything goes through unchanged.
 * @throws SignInNeeded, ServerFailure when it speaks neither, or is away
 */
export async function shakeHands(send: SendMessage, host: HostIdentity, nextId: () => string): Promise<ServerIdentity> {
  const order: readonly Era[] = host.era === 'modern' ? ['modern', 'legacy'] : ['legacy', 'modern']
  const refusals: string[] = []
  for (const era of order) {
    const found = await (era === 'modern' ? discover(send, host, nextId()) : initialize(send, host, nextId()))
    if (typeof found !== 'string') return found
    refusals.push(found)
  }
  throw new ServerFailure(`this is no MCP server that can be talked to: ${refusals.join('; ')}`)
}

async function discover(send: SendMessage, host: HostIdentity, id: string, again = false): Promise<ServerIdentity | string> {
  const params = withEnvelope({}, host)
  const headers = requestHeaders(MODERN_VERSION, 'server/discover', params)
  const outcome = await ask(send, { body: requestText(id, 'server/discover', params), headers }, id)
  if (typeof outcome.told === 'string') return `server/discover: ${outcome.told}`
  if ('result' in outcome.told) return identityOfDiscover(outcome.told.result) ?? 'server/discover: no known version in the answer'
  // Ibid.: a server that lists a version that is spoken here wants to be asked once more, not in another era.
  if (!again && namesOurs(outcome.told.error)) return discover(send, host, id, true)
  return `server/discover: error ${outcome.told.error.code}`
}

async function initialize(send: SendMessage, host: HostIdentity, id: string): Promise<ServerIdentity | string> {
  const params: JsonObject = {
    protocolVersion: host.era === 'legacy' ? host.version : LEGACY_VERSIONS[0],
    capabilities: host.capabilities,
    clientInfo: host.clientInfo ?? { name: 'countersign', version: '0' },
  }
  const outcome = await ask(send, { body: requestText(id, 'initialize', params), headers: {} }, id)
  if (typeof outcome.told === 'string') return `initialize: ${outcome.told}`
  if (!('result' in outcome.told)) return `initialize: error ${outcome.told.error.code}`
  const server = identityOfInitialize(outcome.told.result, outcome.headers?.get('mcp-session-id') ?? undefined)
  if (server === undefined) return 'initialize: no version in the answer'
  await send({ body: notificationText('notifications/initialized'), headers: identifyingHeaders(server) })
  return server
}

/** The headers of every message of a legacy connection after its beginning. */
export function identifyingHeaders({ version, sessionId }: ServerIdentity): Readonly<Record<string, string>> {
  return { 'mcp-protocol-version': version, ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }) }
}

interface Told {
  /** What the server answered, or in words why that is no answer to the question. */
  readonly told: Outcome | string
  readonly headers?: Posted['headers']
}

async function ask(send: SendMessage, posting: Omit<Posting, 'signal'>, id: string): Promise<Told> {
  try {
    const { headers, messages } = await send(posting)
    for await (const text of messages) {
      for (const message of readMessages(text) ?? []) {
        if (message.kind === 'response' && message.id === id) return { told: message.outcome, headers }
      }
    }
    return { told: 'no answer' }
  } catch (error) {
    // 4xx other than those for tokens: a server that does not know the question. It may say so in a body with or without our id.
    if (!(error instanceof ServerFailure) || error.status === undefined || error.status >= 500 || error.status === 429) throw error
    if (error.status === 403 || error.status === 408) throw error
    const [message] = readMessages(error.body) ?? []
    return { told: message?.kind === 'response' ? message.outcome : `status ${error.status}` }
  }
}

function namesOurs({ code, data }: RpcError): boolean {
  const supported = code === RPC.unsupportedVersion && isObject(data) ? data['supported'] : undefined
  return Array.isArray(supported) && supported.includes(MODERN_VERSION)
}
