/**
 * JSON-RPC messages as MCP uses them. Reading sorts a message and checks nothing of what it says:
 * what host and server tell each other is theirs, and goes through unchanged.
 */

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>
export type MessageId = string | number

export interface Request {
  readonly kind: 'request'
  readonly id: MessageId
  readonly method: string
  readonly params: JsonObject
}

export interface Notification {
  readonly kind: 'notification'
  readonly method: string
  readonly params: JsonObject
}

export interface Response {
  readonly kind: 'response'
  /** Absent when the sender could not tell which request it answers. */
  readonly id: MessageId | undefined
  readonly outcome: Outcome
}

export type Outcome = { readonly result: JsonObject } | { readonly error: RpcError }

export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

export type Message = Request | Notification | Response

/** JSON-RPC 2.0 section 5.1, and the codes of MCP that decide something here. */
export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** 2025-11-25 and before; nothing in MCP 2026-07-28 sends it. */
  resourceNotFound: -32002,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
  /** 2025-11-25 only: the call needs the person at a URL first. */
  urlElicitationRequired: -32042,
} as const

/** The messages of one line: one, or several where a batch was sent (MCP 2025-03-26). `undefined` when it is not JSON-RPC. */
export function readMessages(text: string): readonly Message[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const messages = (Array.isArray(value) ? value : [value]).map(readMessage)
  return messages.length > 0 && messages.every((message) => message !== undefined) ? messages : undefined
}

/** Sorts one message; `undefined` when it is none. */
function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined
  const { id, method } = value
  const known = typeof id === 'string' || typeof id === 'number'
  if (typeof method === 'string') {
    const params = isObject(value['params']) ? value['params'] : {}
    if (known) return { kind: 'request', id, method, params }
    return id === undefined ? { kind: 'notification', method, params } : undefined
  }
  if (isObject(value['result'])) return known ? { kind: 'response', id, outcome: { result: value['result'] } } : undefined
  const { error } = value
  if (!isObject(error) || typeof error['code'] !== 'number' || typeof error['message'] !== 'string') return undefined
  const { code, message } = error
  const told = { code, message, ...(error['data'] === undefined ? {} : { data: error['data'] }) }
  return { kind: 'response', id: known ? id : undefined, outcome: { error: told } }
}

export function requestText(id: MessageId, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

export function notificationText(method: string, params: JsonObject = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', method, ...(Object.keys(params).length === 0 ? {} : { params }) })
}

export function resultText(id: MessageId, result: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

export function errorText(id: MessageId | undefined, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error })
}

export function outcomeText(id: MessageId, outcome: Outcome): string {
  return 'result' in outcome ? resultText(id, outcome.result) : errorText(id, outcome.error)
}

/** A message as it was read, without members that MCP does not know. */
export function messageText(message: Message): string {
  if (message.kind === 'request') return requestText(message.id, message.method, message.params)
  if (message.kind === 'notification') return notificationText(message.method, message.params)
  return message.id === undefined && 'error' in message.outcome
    ? errorText(undefined, message.outcome.error)
    : outcomeText(message.id ?? '', message.outcome)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member that is an object; an empty one when it is anything else. */
export function objectAt(parent: JsonObject, member: string): JsonObject {
  const value = parent[member]
  return isObject(value) ? value : {}
}
