/**
 * A guard in front of a listener for node:http. The listener is called only with an access in hand; everything else is answered here.
 * Header lines are taken one by one: node:http by itself keeps the first Authorization and joins the DPoP lines, and whether there were two matters.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type Access,
  createGate,
  type Gate,
  type GateOptions,
  type Guard,
  type Incoming,
  type McpAuthInfo,
  scopeOfCalls,
  toAuthInfo,
  type ToolScopes,
} from '@countersign/guard'
import { CountersignError, OAuthError, type Reply } from '@countersign/protocol'
import { targetOf } from './http/target.ts'

/** A listener behind a guard; it may throw an OAuthError, such as `guard.insufficientScope(access, scopes)`, which is then the answer. */
export type GuardedListener = (request: IncomingMessage, response: ServerResponse, access: Access) => void | Promise<void>

/**
 * Puts a guard in front of a listener: Host and Origin, the metadata document, the credentials, then the listener.
 * @throws CountersignError `configuration_invalid` for an allowed origin that is none
 */
export function nodeGuard(guard: Guard, listener: GuardedListener, options: GateOptions = {}): RequestListener {
  const gate = createGate(guard, options)
  return (request, response) =>
    void admitted(gate, request, response, (access) => listener(request, response, access)).catch(() => response.destroy())
}

export interface McpMiddlewareOptions extends GateOptions {
  /**
   * What single tools need, for version 1 of the SDK; with version 2, say it beside the tool (`mcpRequireScope`). A parser for JSON has to
   * come first: a call that cannot be read is not let through.
   */
  readonly tools?: ToolScopes
}

/** What Express, and whatever is shaped like it, takes. */
export type McpMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void) => void

/**
 * A guard for servers of the MCP SDK, version 1 and 2, in Express, Fastify and node:http. It answers the metadata document and every
 * request without an access; what is left comes with `request.auth`, where the SDK looks for it. Put it before everything that it is to guard.
 * @throws CountersignError `configuration_invalid`
 *
 * @example
 * app.use(mcpMiddleware(guard))
 */
export function mcpMiddleware(guard: Guard, { tools, ...options }: McpMiddlewareOptions = {}): McpMiddleware {
  const gate = createGate(guard, options)
  return (request, response, next) => {
    const pass = (access: Access) => {
      const required = tools === undefined || request.method !== 'POST' ? [] : scopeOfCalls(tools, parsedBody(request))
      if (guard.lacking(access.scope, required).length > 0) throw guard.insufficientScope(access, required)
      Object.assign(request, { auth: toAuthInfo(access) satisfies McpAuthInfo })
    }
    const guarded = async () => {
      if (await admitted(gate, request, response, pass)) next()
    }
    guarded().catch(() => response.destroy())
  }
}

/** Lets a request through to `then`, or answers it; tells which. */
async function admitted(
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
  then: (access: Access) => void | Promise<void>,
): Promise<boolean> {
  const incoming = incomingOf(request)
  try {
    const admission = await gate.admit(incoming)
    if (admission.kind === 'reply') {
      send(response, admission.reply)
      return false
    }
    for (const [name, value] of Object.entries(admission.headers)) response.setHeader(name, value)
    await then(admission.access)
    return true
  } catch (error) {
    const reply = gate.answer(error, incoming)
    // Half an answer cannot be taken back; a connection that ends early is at least seen to be broken.
    if (response.headersSent) response.destroy()
    else send(response, reply)
    return false
  }
}

/** @throws CountersignError `configuration_invalid` when nobody has parsed it as JSON, OAuthError `invalid_request` when it is no message */
function parsedBody(request: IncomingMessage): object {
  const { body } = request as { readonly body?: unknown }
  if (typeof body === 'object' && body !== null && !ArrayBuffer.isView(body)) {
    // Some parsers leave an empty object for what they have not read; the server might read it after all.
    const messages: readonly unknown[] = [body].flat()
    if (messages.every((message) => typeof message === 'object' && message !== null && 'jsonrpc' in message)) return body
    throw new OAuthError('invalid_request', 'the body is no JSON-RPC message')
  }
  throw new CountersignError('configuration_invalid', 'the scopes of tools cannot be checked: no parser for JSON has read the request', {
    hint: 'Put express.json() before the guard.',
  })
}

function incomingOf(request: IncomingMessage): Incoming {
  const { method = '', headers, headersDistinct } = request
  const target = targetOf(request, headers.host)
  // An empty path is none: the gate refuses it.
  return { method, path: target?.path ?? '', query: target?.query ?? '', headers: headersDistinct }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string | string[])
  // Not writeHead: node:http then knows the length by itself.
  response.statusCode = status
  response.end(body)
}
