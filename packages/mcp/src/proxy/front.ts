/**
 * The host's side of the proxy: every message of the host comes in here, and is answered here or goes on to the server.
 * Invariant: a host always gets an answer to a request, once; and it never waits for the network or for a person before it knows who we are.
 */
import { CountersignError, type Sleep } from '@countersign/protocol'
import { type HostIdentity, LEGACY_VERSIONS, legacyIdentity, MODERN_VERSION, modernIdentity, withEnvelope } from '../wire/era.ts'
import {
  errorText,
  isObject,
  type JsonObject,
  type Message,
  type MessageId,
  type Notification,
  objectAt,
  type Outcome,
  outcomeText,
  readMessages,
  type Request,
  resultText,
  RPC,
} from '../wire/message.ts'
import { onOneLine } from '../wire/lines.ts'
import { refuse } from './bridge/to-legacy-server.ts'
import { ServerFailure, SignInNeeded } from './failures.ts'
import { discoverResult, initializeResult } from '../host/greeting.ts'
import type { HostSide } from '../host/host-side.ts'
import { isChange, type Listening, listening } from '../host/listening.ts'
import { isListMethod, type ListMethod, LISTS, type Lists } from '../host/lists.ts'
import type { Person } from '../host/person.ts'
import { relay, type RelayParts } from './relay.ts'
import { ownRequest } from './remote.ts'
import type { Remembered } from '../host/remembered.ts'
import { type ServerChanges, serverChanges } from './server-changes.ts'
import type { ServerIdentity } from '../host/server-identity.ts'
import { isSignInTool, signInTool } from '../host/sign-in-tool.ts'

export interface Front {
  /** One line of the host. Never rejects. */
  receive(line: string): Promise<void>
  /** Who the host is; a legacy host without abilities until it has said so. */
  host(): HostIdentity
  /** Told by the connection to the server. */
  connected(server: ServerIdentity): void
  /** What a legacy server says outside of any answer. */
  heard(message: Message, text: string): void
  /** The host has gone: nothing is worth waiting for any more. */
  close(): void
}

export interface FrontParts extends Omit<RelayParts, 'logLevel'> {
  /** What people call the server. */
  readonly name: string
  readonly hostSide: HostSide
  readonly lists: Lists
  readonly remembered: Remembered | undefined
  readonly person: Person
  readonly sleep: Sleep
  readonly onFailure: (error: unknown) => void
}

/** Milliseconds that a host is let wait for the server's own word, when nothing is remembered and when something is. */
const PATIENCE = { greeting: 60, firstList: 3000, list: 400 } as const
/** The person, the server or the scopes may change between attempts, but not forever. */
const ATTEMPTS = 4

/** Requests during which a person may be asked (MCP 2026-07-28, MRTR, "Supported Requests"); the others get an answer without. */
const CALLS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

export function openFront(parts: FrontParts): Front {
  const { remote, hostSide, lists, person, sleep } = parts
  const calls = new Map<MessageId, AbortController>()
  const subscriptions = new Set<string>()
  let legacyHost: HostIdentity | undefined
  let lastHost: HostIdentity | undefined
  let logLevel: string | undefined
  /** Lists that were answered without the server. */
  const stood = new Map<ListMethod, string>()

  const host = (): HostIdentity => legacyHost ?? lastHost ?? legacyIdentity({})
  const streams: Listening = listening(
    (text) => hostSide.write(text),
    () => legacyHost !== undefined,
    () => updateChanges(),
  )
  const changes: ServerChanges = serverChanges(remote, sleep, host, (method, params) => streams.changed(method, params))

  function updateChanges(): void {
    const server = remote.identity()
    if (server === undefined) return
    const wanted = streams.wanted()
    const uris = [...new Set([...wanted.resourceSubscriptions, ...subscriptions])]
    const all = legacyHost === undefined ? {} : { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
    changes.update(server, { ...wanted, ...all, resourceSubscriptions: uris })
  }

  /** Begins with the server, so that what it says is there when the host asks; how it went is seen by whoever needs it. */
  function beginConnecting(): Promise<unknown> {
    return remote.connect().catch((error: unknown) => {
      if (!(error instanceof SignInNeeded)) parts.onFailure(error)
    })
  }

  async function known(patience: number): Promise<Omit<ServerIdentity, 'sessionId'> | undefined> {
    const remembered = parts.remembered?.server
    const connecting = beginConnecting()
    // What does not work at once may do so later, but nobody has to wait to learn that.
    if (remembered === undefined) await within(Promise.race([connecting, remote.attempted]), patience)
    return remote.identity() ?? remembered
  }

  async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([work, sleep(milliseconds, over.signal).catch(() => undefined)])
    over.abort()
  }

  async function handle(request: Request, text: string | undefined): Promise<void> {
    const { id, method, params } = request
    const modern = modernIdentity(params)
    if (modern !== undefined && modern.version !== MODERN_VERSION) {
      const versions = { supported: [MODERN_VERSION, ...LEGACY_VERSIONS], requested: modern.version }
      return hostSide.write(errorText(id, { code: RPC.unsupportedVersion, message: 'Unsupported protocol version', data: versions }))
    }
    if (modern !== undefined) lastHost = modern
    const from = modern ?? host()
    if (method === 'initialize') {
      legacyHost = legacyIdentity(params)
      return hostSide.write(resultText(id, initializeResult(legacyHost, await known(PATIENCE.greeting), parts.name)))
    }
    if (method === 'server/discover') return hostSide.write(resultText(id, discoverResult(await known(PATIENCE.greeting), parts.name)))
    // The host asks whether its peer lives, and that is this process.
    if (method === 'ping') return hostSide.write(resultText(id, {}))
    if (method === 'subscriptions/listen') {
      streams.open(id, params)
      return void beginConnecting()
    }
    if (method === 'logging/setLevel' && typeof params['level'] === 'string') logLevel = params['level']
    if (await handledHere(request)) return
    await answer(request, text, from)
  }

  /** What a modern server has no method for, and what can be told to the server later. */
  async function handledHere({ id, method, params }: Request): Promise<boolean> {
    const { uri } = params
    if (method !== 'logging/setLevel' && method !== 'resources/subscribe' && method !== 'resources/unsubscribe') return false
    const server = remote.identity()
    if (server?.era === 'legacy') return false
    if (typeof uri === 'string') {
      if (method === 'resources/subscribe') subscriptions.add(uri)
      else subscriptions.delete(uri)
      updateChanges()
    }
    hostSide.write(resultText(id, {}))
    return true
  }

  async function answer(request: Request, text: string | undefined, from: HostIdentity): Promise<void> {
    const { id, method } = request
    const stop = new AbortController()
    calls.set(id, stop)
    try {
      const { outcome, raw } = isListMethod(method)
        ? await list(method, request, text, from, stop.signal)
        : await call(request, text, from, stop.signal)
      // A cancelled request gets no answer (MCP, cancellation).
      if (!stop.signal.aborted) hostSide.write(raw === '' ? outcomeText(id, outcome) : onOneLine(raw))
    } catch (error) {
      if (stop.signal.aborted) return
      parts.onFailure(error)
      hostSide.write(errorText(id, { code: RPC.internal, message: wordsOf(error) }))
    } finally {
      calls.delete(id)
    }
  }

  interface Told {
    readonly outcome: Outcome
    readonly raw: string
  }

  async function call(request: Request, text: string | undefined, from: HostIdentity, signal: AbortSignal): Promise<Told> {
    const { name } = request.params
    if (request.method === 'tools/call' && typeof name === 'string' && !lists.allows(name)) {
      return { outcome: { error: { code: RPC.invalidParams, message: `the tool ${name} is switched off here` } }, raw: '' }
    }
    // A call that comes back with the person's answer to our question goes to the server as it was before.
    let asked = await person.returning(request, from, signal)
    for (let attempt = 1; ; attempt++) {
      if (asked?.type === 'instead') return { outcome: asked.outcome, raw: '' }
      const now: Request = asked === undefined ? request : { ...request, params: asked.params }
      try {
        if (isSignInTool(request)) return { outcome: await signInByTool(from, signal), raw: '' }
        const { outcome, text: raw } = await relay(
          { ...parts, logLevel: () => logLevel },
          now,
          asked === undefined ? text : undefined,
          from,
          signal,
        )
        if (asked !== undefined) signedIn()
        return { outcome, raw }
      } catch (error) {
        if (!(error instanceof SignInNeeded) || !CALLS.has(request.method) || attempt === ATTEMPTS) throw error
        asked = await person.ask(error.demand, now, from, signal)
      }
    }
  }

  /** The tool that stands in for all others until there is a sign-in. */
  async function signInByTool(from: HostIdentity, signal: AbortSignal): Promise<Outcome> {
    // What it stands in for: a server that shows its tools only to those it knows asks for the sign-in here.
    const id = remote.nextId()
    const ask = ({ era }: ServerIdentity) => ownRequest(id, 'tools/list', era === 'modern' ? withEnvelope({}, from) : {})
    const { response } = await remote.request(ask, () => undefined, signal)
    if ('error' in response.outcome) return response.outcome
    signedIn()
    const told = `Signed in to ${parts.name}. Its tools are listed now.`
    return { result: { ...(from.era === 'modern' ? { resultType: 'complete' } : {}), content: [{ type: 'text', text: told }] } }
  }

  async function list(
    method: ListMethod,
    request: Request,
    text: string | undefined,
    from: HostIdentity,
    signal: AbortSignal,
  ): Promise<Told> {
    const instead = lists.instead(method)
    const patience = instead === undefined ? PATIENCE.firstList : PATIENCE.list
    try {
      if (remote.identity() === undefined) await within(remote.connect(), patience)
      const server = remote.identity()
      if (server === undefined) return standIn(method, request, from)
      // What nobody said the server has is not asked of it: it was only offered because nobody knew.
      const { capabilities } = server
      if (!isObject(capabilities[method === 'resources/templates/list' ? 'resources' : LISTS[method]])) return empty(method, from)
      const { outcome, text: raw } = await relay({ ...parts, logLevel: () => logLevel }, request, text, from, signal)
      if (!('result' in outcome)) return { outcome, raw }
      const result = lists.received(method, request.params, outcome.result, server)
      stood.delete(method)
      return result === outcome.result ? { outcome, raw } : { outcome: { result }, raw: '' }
    } catch (error) {
      if (signal.aborted || !(error instanceof SignInNeeded || error instanceof ServerFailure || error instanceof CountersignError))
        throw error
      if (!(error instanceof SignInNeeded)) parts.onFailure(error)
      return standIn(method, request, from)
    }
  }

  function standIn(method: ListMethod, { params }: Request, from: HostIdentity): Told {
    const items = lists.instead(method) ?? (method === 'tools/list' ? [signInTool(parts.name)] : [])
    stood.set(method, JSON.stringify(items))
    // A later page of a list that was begun with the server: there is no more of it now.
    return { outcome: { result: listResult(method, params['cursor'] === undefined ? items : [], from) }, raw: '' }
  }

  function empty(method: ListMethod, from: HostIdentity): Told {
    return { outcome: { result: listResult(method, [], from) }, raw: '' }
  }

  /** What was answered without the server may be wrong now. */
  function signedIn(): void {
    const told = [...stood.keys()]
    stood.clear()
    for (const method of told) {
      const noun = method === 'resources/templates/list' ? 'resources' : LISTS[method]
      streams.changed(`notifications/${noun}/list_changed`, {})
    }
  }

  function handleNotification({ method, params }: Notification, text: string): void {
    const { requestId } = params
    const server = remote.identity()
    if (method === 'notifications/initialized') return
    if (method === 'notifications/cancelled' && (typeof requestId === 'string' || typeof requestId === 'number')) {
      if (streams.close(requestId)) return
      calls.get(requestId)?.abort()
    }
    // On Streamable HTTP a modern server hears of nothing: ending the exchange is how a call is cancelled.
    if (server?.era === 'legacy' && host().era === 'legacy') void remote.tell(text, method, params).catch(parts.onFailure)
  }

  return {
    host,
    async receive(line) {
      if (line.trim() === '') return
      const messages = readMessages(line)
      if (messages === undefined)
        return hostSide.write(errorText(undefined, { code: RPC.parse, message: 'this line is no JSON-RPC message' }))
      const [only] = messages
      const text = messages.length === 1 ? line : undefined
      for (const message of only === undefined ? [] : messages) {
        if (message.kind === 'request') void handle(message, text).catch(parts.onFailure)
        else if (message.kind === 'notification') handleNotification(message, line)
        else if (!hostSide.answered(message)) {
          const { id, outcome } = message
          if (id !== undefined) void remote.tell(text ?? outcomeText(id, outcome), undefined, {}).catch(parts.onFailure)
        }
      }
    },
    connected(server) {
      updateChanges()
      if (server.era === 'legacy' && logLevel !== undefined && host().era === 'legacy') {
        const params = { level: logLevel }
        const id = remote.nextId()
        const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'logging/setLevel', params })
        const sent = { id, method: 'logging/setLevel', params, text }
        void remote
          .request(
            () => sent,
            () => undefined,
            AbortSignal.timeout(30_000),
          )
          .catch(() => undefined)
      }
      signedIn()
    },
    heard(message, text) {
      if (message.kind === 'response') return
      if (host().era === 'legacy') return hostSide.write(onOneLine(text))
      if (message.kind === 'request') {
        if (!parts.bridge.question(message)) void refuse(remote, message)
      } else if (isChange(message.method)) streams.changed(message.method, objectAt({ params: message.params }, 'params'))
    },
    close() {
      for (const stop of calls.values()) stop.abort()
      changes.stop()
      streams.end()
    },
  }
}

function listResult(method: ListMethod, items: readonly JsonObject[], { era }: HostIdentity): JsonObject {
  return { ...(era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}), [LISTS[method]]: items }
}

/** For the host and its model: what happened and what to do, and nothing of how. */
function wordsOf(error: unknown): string {
  if (error instanceof CountersignError) return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
  if (error instanceof SignInNeeded) return `${error.message}; call one of its tools to sign in`
  return error instanceof ServerFailure ? error.message : 'the proxy failed; its error output says why'
}
