/**
 * A modern host at a legacy server: the envelope goes, results get what the modern era demands, and a question of the server becomes a
 * result that asks for input. The answer of the server stays open meanwhile and is taken up by the host's next request.
 * Invariant: a state is good once, for the same method and target, and only in this process.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '@countersign/protocol'
import { canElicit, type HostIdentity, META, withoutEnvelope } from '../../wire/era.ts'
import {
  isObject,
  type JsonObject,
  objectAt,
  type Message,
  type Outcome,
  outcomeText,
  type Request,
  requestText,
  RPC,
} from '../../wire/message.ts'
import type { Remote } from '../remote.ts'
import type { ServerIdentity } from '../../host/server-identity.ts'

type Question = Extract<Message, { kind: 'request' }>
type News = { readonly type: 'questions'; readonly questions: readonly Question[] } | { readonly type: 'end'; readonly outcome: Outcome }

interface Open {
  readonly about: string
  readonly openedAt: number
  readonly questions: ReadonlyMap<string, Question>
  readonly next: () => Promise<News>
  readonly abort: () => void
}

export interface LegacyBridge {
  /** Answers a request of the host. @throws what `Remote.request` throws */
  call(
    request: Request,
    host: HostIdentity,
    server: ServerIdentity,
    notify: (message: Message, text: string) => void,
    signal: AbortSignal,
  ): Promise<Outcome>
  /** A question outside of any answer; goes to the newest call that can carry it. False when there is none. */
  question(question: Question): boolean
}

/** Where a result may ask for input (MCP 2026-07-28, MRTR, "Supported Requests"). */
const ASKABLE: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])
/** MCP 2026-07-28, caching: these results say how long they are good. What a legacy server says is good for now, and for its user. */
const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])
/** Milliseconds a person may take. */
const PATIENCE = 15 * 60_000

export function legacyBridge(remote: Remote, clock: Clock): LegacyBridge {
  const open = new Map<string, Open>()
  const running: { readonly accepts: (question: Question) => boolean }[] = []

  function expire(): void {
    for (const [state, { openedAt, abort }] of open) {
      if (clock.now() - openedAt < PATIENCE) continue
      open.delete(state)
      abort()
    }
  }

  async function settle(
    news: News,
    request: Request,
    host: HostIdentity,
    server: ServerIdentity,
    rest: Omit<Open, 'questions' | 'about' | 'openedAt'>,
  ): Promise<Outcome> {
    if (news.type === 'end') return modernOutcome(news.outcome, request, host, server)
    const state = randomUUID()
    const questions = new Map(news.questions.map((question, at) => [`question-${at + 1}`, question]))
    open.set(state, { ...rest, about: aboutOf(request), openedAt: clock.now(), questions })
    const inputRequests = Object.fromEntries(
      [...questions].map(([key, { method, params }]) => [key, { method, params: modernQuestion(params) }]),
    )
    return { result: { resultType: 'input_required', inputRequests, requestState: state } }
  }

  function start(request: Request, host: HostIdentity, notify: (message: Message, text: string) => void, signal: AbortSignal) {
    const waiting: Question[] = []
    let wake = (): void => undefined
    let outcome: Outcome | undefined
    let failure: { readonly error: unknown } | undefined
    // The host's request may end with a question while the server's answer goes on: a stop of its own.
    const stop = new AbortController()
    const askable = ASKABLE.has(request.method)
    const accepts = (question: Question): boolean => {
      if (question.method === 'ping') {
        void remote.tell(outcomeText(question.id, { result: {} }), undefined, {}).catch(() => undefined)
        return true
      }
      if (!askable || !answerable(question, host)) return false
      waiting.push(question)
      wake()
      return true
    }
    const call = { accepts }
    running.push(call)
    const { inputResponses: _responses, requestState: _state, ...plain } = request.params
    const id = remote.nextId()
    const params = withoutEnvelope(plain)
    remote
      .request(
        () => ({ id, method: request.method, params, text: requestText(id, request.method, params) }),
        (message, text) => {
          if (message.kind !== 'request') notify(message, text)
          else if (!accepts(message)) void refuse(remote, message)
        },
        stop.signal,
      )
      .then(
        ({ response }) => (outcome = response.outcome),
        (error: unknown) => (failure = { error }),
      )
      .finally(() => {
        running.splice(running.indexOf(call), 1)
        wake()
      })
    const next = async (): Promise<News> => {
      for (;;) {
        if (waiting.length > 0) return { type: 'questions', questions: waiting.splice(0) }
        if (failure !== undefined) throw failure.error
        if (outcome !== undefined) return { type: 'end', outcome }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
    signal.addEventListener('abort', () => stop.abort(signal.reason), { once: true })
    return { next, abort: () => stop.abort() }
  }

  return {
    async call(request, host, server, notify, signal) {
      expire()
      const { requestState, inputResponses } = request.params
      if (requestState === undefined) {
        const started = start(request, host, notify, signal)
        return settle(await started.next(), request, host, server, started)
      }
      const found = typeof requestState === 'string' ? open.get(requestState) : undefined
      // MRTR server requirement 5: a state counts only where it came from.
      if (found === undefined || found.about !== aboutOf(request)) {
        return { error: { code: RPC.invalidParams, message: 'this request state is not known any more; make the call again without it' } }
      }
      open.delete(requestState as string)
      signal.addEventListener('abort', found.abort, { once: true })
      const given = isObject(inputResponses) ? inputResponses : {}
      const missing = new Map<string, Question>()
      for (const [key, question] of found.questions) {
        const answer = given[key]
        if (isObject(answer)) await remote.tell(outcomeText(question.id, { result: answer }), undefined, {})
        else missing.set(key, question)
      }
      if (missing.size > 0) return settle({ type: 'questions', questions: [...missing.values()] }, request, host, server, found)
      return settle(await found.next(), request, host, server, found)
    },
    question: (question) => running.findLast(({ accepts }) => accepts(question)) !== undefined,
  }
}

/** Tells the server that its question reaches nobody. */
export async function refuse(remote: Remote, { id, method }: Question): Promise<void> {
  const error = { code: RPC.methodNotFound, message: `the host cannot be asked for ${method} here` }
  await remote.tell(outcomeText(id, { error }), undefined, {}).catch(() => undefined)
}

function answerable({ method, params }: Question, { capabilities }: HostIdentity): boolean {
  if (method === 'elicitation/create') return canElicit(capabilities, params['mode'] === 'url' ? 'url' : 'form')
  if (method === 'sampling/createMessage') return isObject(capabilities['sampling'])
  return method === 'roots/list' && isObject(capabilities['roots'])
}

function modernQuestion({ elicitationId: _none, ...params }: JsonObject): JsonObject {
  return params
}

/** Which request a state belongs to. */
function aboutOf({ method, params: { name, uri, arguments: given } }: Request): string {
  return JSON.stringify([method, name, uri, given])
}

/** A result or error of the legacy era in the words of the modern one. */
function modernOutcome(outcome: Outcome, request: Request, host: HostIdentity, server: ServerIdentity): Outcome {
  if ('error' in outcome) {
    const { error } = outcome
    if (error.code === RPC.resourceNotFound) return { error: { ...error, code: RPC.invalidParams } }
    const asked = error.code === RPC.urlElicitationRequired ? urlQuestions(error.data) : []
    if (asked.length === 0 || !ASKABLE.has(request.method) || !canElicit(host.capabilities, 'url')) return outcome
    const inputRequests = Object.fromEntries(asked.map((params, at) => [`page-${at + 1}`, { method: 'elicitation/create', params }]))
    return { result: { resultType: 'input_required', inputRequests } }
  }
  const { result } = outcome
  return {
    result: {
      resultType: 'complete',
      ...(CACHEABLE.has(request.method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
      ...result,
      ...(server.serverInfo === undefined ? {} : { _meta: { [META.serverInfo]: server.serverInfo, ...objectAt(result, '_meta') } }),
    },
  }
}

/** 2025-11-25: the pages that a call needs to have been opened, in `data.elicitations`. */
function urlQuestions(told: unknown): readonly JsonObject[] {
  const listed = isObject(told) ? told['elicitations'] : undefined
  return Array.isArray(listed)
    ? listed
        .filter(isObject)
        .filter(({ mode }) => mode === 'url')
        .map(modernQuestion)
    : []
}
