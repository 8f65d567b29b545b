/** The gate for fetch-style handlers: Hono, Workers, Deno, Bun, and the fetch face of the MCP SDK. */
import { headOf, responseOf } from '@countersign/protocol'
import type { Access } from './access.ts'
import { createGate, type GateOptions } from './gate.ts'
import type { Guard } from './guard.ts'

/** A handler behind a guard; it may throw an OAuthError, such as `guard.insufficientScope(access, scopes)`, which is then the answer. */
export type GuardedHandler = (request: Request, access: Access) => Response | Promise<Response>

/**
 * Puts a guard in front of a handler.
 * @throws CountersignError `configuration_invalid`
 */
export function guardFetch(guard: Guard, handler: GuardedHandler, options: GateOptions = {}): (request: Request) => Promise<Response> {
  const gate = createGate(guard, options)
  return async (request) => {
    const incoming = headOf(request)
    const admission = await gate.admit(incoming)
    if (admission.kind === 'reply') return responseOf(admission.reply)
    try {
      return withHeaders(await handler(request, admission.access), admission.headers)
    } catch (error) {
      return responseOf(gate.answer(error, incoming))
    }
  }
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const added = Object.entries(headers)
  if (added.length === 0) return response
  // A response that came from elsewhere may have headers that cannot be changed.
  const copy = new Response(response.body, response)
  for (const [name, value] of added) {
    if (name === 'vary') copy.headers.append(name, value)
    else copy.headers.set(name, value)
  }
  return copy
}
