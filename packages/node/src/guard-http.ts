/**
 * A guard in front of a listener for node:http. The listener is called only with an access in hand; everything else is answered here.
 * Header lines are taken one by one: node:http by itself keeps the first Authorization and joins the DPoP lines, and whether there were two matters.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Access, createGate, type GateOptions, type Guard, type Incoming } from '@countersign/guard'
import type { Reply } from '@countersign/protocol'
import { targetOf } from './http/target.ts'

/** A listener behind a guard; it may throw an OAuthError, such as `guard.insufficientScope(access, scopes)`, which is then the answer. */
export type GuardedListener = (request: IncomingMessage, response: ServerResponse, access: Access) => void | Promise<void>

/**
 * Puts a guard in front of a listener: Host and Origin, the metadata document, the credentials, then the listener.
 * @throws CountersignError `configuration_invalid` for an allowed origin that is none
 */
export function nodeGuard(guard: Guard, listener: GuardedListener, options: GateOptions = {}): RequestListener {
  const gate = createGate(guard, options)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = incomingOf(request)
    try {
      const admission = await gate.admit(incoming)
      if (admission.kind === 'reply') return send(response, admission.reply)
      for (const [name, value] of Object.entries(admission.headers)) response.setHeader(name, value)
      await listener(request, response, admission.access)
    } catch (error) {
      const reply = gate.answer(error, incoming)
      // Half an answer cannot be taken back; a connection that ends early is at least seen to be broken.
      if (response.headersSent) response.destroy()
      else send(response, reply)
    }
  }

  return (request, response) => void serve(request, response).catch(() => response.destroy())
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
