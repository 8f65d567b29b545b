/**
 * A legacy host at a modern server: every request gets the envelope, and what the server wants to know is asked of the host the old way
 * (MCP 2026-07-28, multi round-trip requests).
 */
import { randomUUID } from 'node:crypto'
import type { Sleep } from '@countersign/protocol'
import { type HostIdentity, withEnvelope } from '../../wire/era.ts'
import { isObject, type JsonObject, objectAt, type Outcome, type Request, requestText, RPC } from '../../wire/message.ts'
import type { HostSide } from '../../host/host-side.ts'
import type { Answered, OnMessage, Outgoing, Remote } from '../remote.ts'

/** A server that asks forever is not obeyed forever. */
const ROUNDS = 16

export interface ModernCall {
  readonly remote: Remote
  readonly hostSide: HostSide
  readonly host: HostIdentity
  readonly logLevel: string | undefined
  readonly signal: AbortSignal
  readonly onMessage: OnMessage
  readonly sleep: Sleep
}

/** Sends the request, asks the host whatever the server asks back, and gives what the server says in the end. */
export async function callModernServer(request: Request, call: ModernCall): Promise<Outcome> {
  const { remote, hostSide, host, signal } = call
  let params = request.params
  for (let round = 0; ; round++) {
    const sent = params
    // MCP 2026-07-28, MRTR client requirement 3: a retry is a request of its own, with an id of its own.
    const id = round === 0 ? request.id : remote.nextId()
    const answered = await remote.request(
      () => outgoingTo(id, request.method, withEnvelope(sent, host, call.logLevel)),
      call.onMessage,
      signal,
    )
    const required = inputRequired(answered)
    if (required === undefined) return answered.response.outcome
    if (round === ROUNDS) return { error: { code: RPC.internal, message: 'the server kept asking for more' } }
    const responses: Record<string, unknown> = {}
    for (const [key, asked] of Object.entries(objectAt(required, 'inputRequests'))) {
      if (!isObject(asked) || typeof asked['method'] !== 'string') continue
      const outcome = await hostSide.ask(asked['method'], legacyQuestion(asked['method'], objectAt(asked, 'params')), signal)
      if ('error' in outcome) return { error: outcome.error }
      responses[key] = outcome.result
    }
    // Without a question the server only wants some time.
    if (Object.keys(responses).length === 0) await call.sleep(1000, signal)
    const { requestState } = required
    params = {
      ...request.params,
      ...(Object.keys(responses).length === 0 ? {} : { inputResponses: responses }),
      // Requirement 2: the state goes back as it came, and only when there was one.
      ...(requestState === undefined ? {} : { requestState }),
    }
  }
}

function inputRequired({ response: { outcome } }: Answered): JsonObject | undefined {
  return 'result' in outcome && outcome.result['resultType'] === 'input_required' ? outcome.result : undefined
}

/** 2025-11-25, elicitation: a URL is asked for with an id, which the modern era does not have. */
function legacyQuestion(method: string, params: JsonObject): JsonObject {
  return method === 'elicitation/create' && params['mode'] === 'url' && params['elicitationId'] === undefined
    ? { ...params, elicitationId: randomUUID() }
    : params
}

function outgoingTo(id: Outgoing['id'], method: string, params: JsonObject): Outgoing {
  return { id, method, params, text: requestText(id, method, params) }
}
