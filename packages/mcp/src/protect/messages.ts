/** JSON-RPC messages as they pass by, and what of them matters here. */
import { type Elicitation, type Era, readElicitation } from '../ladder/rung.ts'
import { isObject } from '../wire/message.ts'

export type Message = Readonly<Record<string, unknown>>
export type MessageId = string | number

export interface RequestMessage extends Message {
  readonly id: MessageId
  readonly method: string
}

export function asRequest(message: Message): RequestMessage | undefined {
  const { id, method } = message
  return isId(id) && typeof method === 'string' ? (message as RequestMessage) : undefined
}

/** The request that a message answers. */
export function answeredId({ id, method }: Message): MessageId | undefined {
  return isId(id) && method === undefined ? id : undefined
}

/** The request that a notification takes back. */
export function cancelledId({ method, params }: Message): MessageId | undefined {
  const id = method === 'notifications/cancelled' && isObject(params) ? params['requestId'] : undefined
  return isId(id) ? id : undefined
}

export function paramsOf({ params }: Message): Message {
  return isObject(params) ? params : {}
}

/** The `_meta` of a request. */
export function metaOf(message: Message): Message {
  const { _meta: meta } = paramsOf(message)
  return isObject(meta) ? meta : {}
}

// MCP 2026-07-28: every request says which revision it speaks, and what its client can do.
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'

export function eraOf(request: Message): Era {
  return typeof metaOf(request)[VERSION] === 'string' ? 'modern' : 'legacy'
}

/** @param declared the capabilities of the handshake, in the era that has one */
export function elicitationOf(request: Message, declared: unknown): Elicitation {
  return readElicitation(eraOf(request) === 'modern' ? metaOf(request)[CAPABILITIES] : declared)
}

function isId(value: unknown): value is MessageId {
  return typeof value === 'string' || typeof value === 'number'
}
