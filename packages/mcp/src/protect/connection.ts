/**
 * One connection of a protected server. It stands between transport and server, sees every message, and touches four: calls of tools and
 * their results, lists of tools, and what the host answers to our own questions.
 * Invariant: a call reaches the server only with a token at hand, and every call is answered once.
 */
import { authTools, callAuthTool, isAuthTool } from '../ladder/auth-tools.ts'
import type { LadderCall } from '../ladder/call.ts'
import type { Ladder } from '../ladder/ladder.ts'
import { notRun, type ToolResult } from '../ladder/results.ts'
import { scopeUnion, type Clock, type Scope } from '@countersign/protocol'
import type { Need, SignIn } from '../sign-in/sign-in.ts'
import {
  answeredId,
  asRequest,
  cancelledId,
  elicitationOf,
  eraOf,
  type Message,
  type MessageId,
  metaOf,
  paramsOf,
  type RequestMessage,
} from './messages.ts'
import { questions } from './questions.ts'
import type { Run, Running } from './running.ts'
import type { Between, Bystander } from './transport.ts'
import { isObject } from '../wire/message.ts'

export interface ConnectionOptions {
  readonly signIn: SignIn
  readonly ladder: Ladder
  readonly running: Running
  readonly clock: Clock
  readonly scopes: Readonly<Record<string, Scope>>
  readonly scope: Scope
  readonly open: readonly string[]
  readonly authTools: boolean
  readonly gated: boolean
  /** Told who is there: the program of the host, and what this server calls itself. */
  readonly onNames: (names: { readonly host?: string; readonly server?: string }) => void
  readonly onClosed: () => void
}

export interface Connection extends Bystander {
  /** Somebody has signed in or out: legacy peers of a gated server have another list of tools now. */
  readonly listChanged: () => void
}

/** So often a handler may come back for more: the token that was refused, and a scope that was missing. */
const MOST_RUNS = 4

interface Call {
  readonly request: RequestMessage
  readonly extra: unknown
  readonly run: Run
  readonly runs: number
}

export function createConnection({ send, deliver }: Between, options: ConnectionOptions): Connection {
  const { signIn, ladder, running, clock } = options
  const asked = questions(send)
  const held = new Map<MessageId, AbortController>()
  const calls = new Map<MessageId, Call>()
  const watched = new Map<MessageId, 'tools/list' | 'initialize' | 'server/discover'>()
  let capabilities: unknown
  let greeted = false

  function incoming(message: Message, extra: unknown): void {
    const request = asRequest(message)
    if (request === undefined) {
      const answered = answeredId(message)
      if (answered !== undefined && asked.take(answered, message)) return
      const cancelled = cancelledId(message)
      const stop = cancelled === undefined ? undefined : held.get(cancelled)
      if (message['method'] === 'notifications/initialized') greeted = true
      // A call that waits for a person is not known to the server yet.
      if (stop === undefined) deliver(message, extra)
      else stop.abort()
      return
    }
    const { method, id } = request
    if (method === 'tools/call') {
      void attend(request, extra, needOf(toolOf(request)), 1)
      return
    }
    if (method === 'initialize') {
      const { capabilities: declared, clientInfo } = paramsOf(request)
      capabilities = declared
      options.onNames(named('host', clientInfo))
    }
    if (method === 'tools/list' || method === 'initialize' || method === 'server/discover') watched.set(id, method)
    deliver(message, extra)
  }

  async function outgoing(message: Message, sendOptions: unknown): Promise<void> {
    const id = answeredId(message)
    const call = id === undefined ? undefined : calls.get(id)
    if (id !== undefined && call !== undefined) {
      calls.delete(id)
      const { need } = call.run
      // What the handler made of not getting its token is not its answer: it runs again once the person has approved.
      if (need !== undefined && failed(message) && call.runs < MOST_RUNS) {
        // Not awaited: the server is to be through with this run before the next one comes.
        void attend(call.request, call.extra, need, call.runs + 1)
        return
      }
    }
    const method = id === undefined ? undefined : watched.get(id)
    if (id === undefined || method === undefined) return send(message, sendOptions)
    watched.delete(id)
    const { result } = message
    if (!isObject(result)) return send(message, sendOptions)
    if (method === 'tools/list') return send({ ...message, result: await listed(result) }, sendOptions)
    options.onNames(named('server', result['serverInfo']))
    return send(message, sendOptions)
  }

  /** Lets a call through, or answers it. */
  async function attend(request: RequestMessage, extra: unknown, need: Need, runs: number): Promise<void> {
    const { id } = request
    const tool = toolOf(request)
    const stop = new AbortController()
    held.set(id, stop)
    try {
      const call = ladderCall(request, stop.signal)
      if (options.authTools && isAuthTool(tool)) return await answer(id, await callAuthTool(signIn, ladder, clock, call), stop.signal)
      if (options.open.includes(tool)) return run(request, extra, runs)
      if (isGated(request) && !(await signIn.isKnown())) {
        return await answer(id, notRun('legacy', `${tool} has not run: sign in first, with auth_login.`), stop.signal)
      }
      const admission = await ladder.admit(call, need)
      if (admission.type === 'answered') return await answer(id, admission.result, stop.signal)
      // Given up in the same moment: nobody waits for what the tool would do.
      if (stop.signal.aborted) return
      const { inputResponses, requestState } = admission
      run(withRounds(request, inputResponses, requestState), extra, runs)
    } catch {
      await answer(
        id,
        notRun(eraOf(request), `${tool} has not run: the sign-in failed for a reason that this server did not expect.`),
        stop.signal,
      )
    } finally {
      held.delete(id)
    }
  }

  function run(request: RequestMessage, extra: unknown, runs: number): void {
    const each: Run = { tool: toolOf(request), before: runs - 1 }
    calls.set(request.id, { request, extra, run: each, runs })
    running.within(each, () => deliver(request, extra))
  }

  async function answer(id: MessageId, result: ToolResult, signal: AbortSignal): Promise<void> {
    // MCP cancellation: a request that was taken back gets no answer.
    if (!signal.aborted) await send({ jsonrpc: '2.0', id, result })
  }

  function ladderCall(request: RequestMessage, signal: AbortSignal): LadderCall {
    const { arguments: given, inputResponses, requestState } = paramsOf(request)
    const era = eraOf(request)
    const { progressToken } = metaOf(request)
    const wantsProgress = typeof progressToken === 'string' || typeof progressToken === 'number'
    return {
      tool: toolOf(request),
      arguments: given,
      era,
      elicitation: elicitationOf(request, capabilities),
      inputResponses,
      requestState: typeof requestState === 'string' ? requestState : undefined,
      signal,
      ...(era === 'modern'
        ? {}
        : {
            elicit: (parameters, taken) => asked.ask('elicitation/create', parameters, taken),
            complete: (elicitationId) => notify('notifications/elicitation/complete', { elicitationId }),
          }),
      ...(wantsProgress ? { progress: (told) => notify('notifications/progress', { progressToken, ...told }) } : {}),
    }
  }

  function notify(method: string, params: object): void {
    // A host that is gone hears nothing, and that is no fault.
    void send({ jsonrpc: '2.0', method, params }).catch(() => {})
  }

  /** The list as this peer may see it. MCP tools, listing: for modern peers it never depends on who is signed in. */
  async function listed(result: Message): Promise<Message> {
    const ours = options.authTools || options.gated ? authTools(signIn.provider.name) : []
    const theirs = Array.isArray(result['tools']) ? (result['tools'] as readonly unknown[]) : []
    if (options.gated && capabilities !== undefined && !(await signIn.isKnown())) {
      const { nextCursor: _more, ...rest } = result
      return { ...rest, tools: ours.slice(0, 2) }
    }
    // On the last page.
    return { ...result, tools: result['nextCursor'] === undefined ? [...theirs, ...ours] : theirs }
  }

  function isGated(request: RequestMessage): boolean {
    return options.gated && eraOf(request) === 'legacy'
  }

  function needOf(tool: string): Need {
    const own = Object.hasOwn(options.scopes, tool) ? options.scopes[tool] : undefined
    return { scope: scopeUnion(options.scope, own ?? []) }
  }

  return {
    incoming,
    outgoing,
    listChanged: () => {
      if (options.gated && greeted) notify('notifications/tools/list_changed', {})
    },
    closed: () => {
      for (const stop of held.values()) stop.abort()
      options.onClosed()
    },
  }
}

function toolOf(request: RequestMessage): string {
  const { name } = paramsOf(request)
  return typeof name === 'string' ? name : ''
}

/** The request as the tool would have got it without the sign-in in between. */
function withRounds(request: RequestMessage, inputResponses: unknown, requestState: string | undefined): RequestMessage {
  const { inputResponses: _responses, requestState: _state, ...params } = paramsOf(request)
  return {
    ...request,
    params: {
      ...params,
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(requestState === undefined ? {} : { requestState }),
    },
  }
}

function failed({ error, result }: Message): boolean {
  return error !== undefined || (isObject(result) && result['isError'] === true)
}

function named(which: 'host' | 'server', info: unknown): { readonly host?: string; readonly server?: string } {
  if (!isObject(info)) return {}
  const name = info['title'] ?? info['name']
  return typeof name === 'string' ? { [which]: name } : {}
}
