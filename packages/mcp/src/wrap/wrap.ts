/**
 * `countersign wrap`: any stdio server, unchanged, with a token that it did not have to be given by hand.
 * Invariants: while there is a token, every byte between host and server goes through as it is; while there is none, the host gets its
 * answers all the same, and the first call asks a person. A token is in the environment of the server and nowhere else.
 */
import { Buffer } from 'node:buffer'
import type { LoginStores, Runtime } from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import { discoverResult, initializeResult } from '../host/greeting.ts'
import { hostSide } from '../host/host-side.ts'
import { listening } from '../host/listening.ts'
import { isListMethod, type ListMethod, LISTS, openLists } from '../host/lists.ts'
import { admitting, ladderCall } from '../host/person.ts'
import type { Memory } from '../host/remembered.ts'
import { identityOfDiscover, identityOfInitialize, type ServerIdentity } from '../host/server-identity.ts'
import { isSignInTool, signInTool } from '../host/sign-in-tool.ts'
import { authTools, callAuthTool, isAuthTool } from '../ladder/auth-tools.ts'
import { createLadder } from '../ladder/ladder.ts'
import type { Provider } from '../providers/provider.ts'
import type { Flow } from '../sign-in/flow.ts'
import { signIn as startSignIn, type SignInOptions } from '../sign-in/sign-in.ts'
import { type HostIdentity, LEGACY_VERSIONS, META, MODERN_VERSION, modernIdentity } from '../wire/era.ts'
import { splitLines } from '../wire/lines.ts'
import {
  errorText,
  type JsonObject,
  type Message,
  type MessageId,
  objectAt,
  outcomeText,
  readMessages,
  type Request,
  requestText,
  resultText,
  RPC,
} from '../wire/message.ts'
import { conversation } from './conversation.ts'
import type { Generation } from './generation.ts'
import { openRuns } from './runs.ts'

export interface WrapOptions extends Pick<SignInOptions, 'given' | 'scope' | 'profile' | 'deviceName'> {
  readonly command: readonly [string, ...string[]]
  /** The variable that the server reads its token from. */
  readonly variable: string
  /** The rest of the server's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Adds `auth_login`, `auth_status` and `auth_logout` to the tools of the server. */
  readonly authTools?: boolean | undefined
  /** Milliseconds a call waits for a person when nobody watches its progress. */
  readonly patience?: number | undefined
  readonly memory: Memory
  readonly onEvent: (event: WrapEvent) => void
}

export type WrapEvent =
  | { readonly type: 'waiting'; readonly flow: Flow }
  /** `bound`: the token works with a proof of its key only, which a server that sends it as a Bearer token has not got. */
  | { readonly type: 'started'; readonly bound: boolean; readonly again: boolean }
  | { readonly type: 'failed'; readonly error: unknown }

export interface Wrap {
  /** Bytes from the host. */
  receive(chunk: Uint8Array): void
  /** The host has gone. */
  close(): void
  signal(name: NodeJS.Signals): void
  /** The exit code of the server; 0 when the host went before there was one. */
  readonly exited: Promise<number>
}

/** Milliseconds to see whether there is a good token, before the host gets an answer that is not the server's. */
const AT_ONCE = 50
const NEWLINE = Buffer.from('\n')

/**
 * Starts a wrap. Nothing is opened, sent or run before the host says something.
 * @param stores opened when a token is looked for
 * @param write takes bytes for the host: whole lines
 */
export async function startWrap(
  runtime: Runtime,
  stores: () => Promise<LoginStores>,
  provider: Provider,
  write: (bytes: Uint8Array) => void,
  options: WrapOptions,
): Promise<Wrap> {
  const { clock, sleep, suite } = runtime
  const { onEvent } = options
  const put = (text: string) => write(Buffer.from(`${text}\n`))
  let shown: string | undefined
  const signIn = startSignIn(runtime, stores, provider, {
    given: options.given,
    scope: options.scope,
    profile: options.profile,
    deviceName: options.deviceName,
    onChange: () => {
      const flow = signIn.current()
      if (flow === undefined || flow.id === shown) return
      shown = flow.id
      onEvent({ type: 'waiting', flow })
    },
  })
  const ladder = createLadder(signIn, { clock, sleep, suite, patience: options.patience })
  const side = hostSide(put)
  const admit = admitting({ ladder, hostSide: side })
  const remembered = await options.memory.read()
  const lists = openLists({
    memory: options.memory,
    remembered,
    ignores: () => false,
    isOurs: (tool) => options.authTools === true && isAuthTool(tool),
    onInvalid: () => undefined,
  })
  const said = conversation()
  const streams = listening(
    put,
    () => said.host().era === 'legacy',
    () => undefined,
  )
  const askers = new Map<MessageId, Generation>()
  const calls = new Map<MessageId, AbortController>()
  let identity: ServerIdentity | undefined
  let stoodIn = false

  const runs = openRuns({
    clock,
    sleep,
    command: options.command,
    environment: (token) => ({ ...options.environment, [options.variable]: token }),
    conversation: said,
    onLine: hear,
    onUnanswered: (id) => put(errorText(id, { code: RPC.internal, message: 'the server ended before it answered' })),
    onStarted: (_generation, { server, ...about }) => {
      identity = server ?? identity
      onEvent({ type: 'started', ...about })
      // What was answered without the server may be wrong now.
      if (stoodIn) for (const noun of ['tools', 'prompts', 'resources']) streams.changed(`notifications/${noun}/list_changed`, {})
      stoodIn = false
    },
    renew: async () => {
      try {
        const look = await signIn.look()
        return look.type === 'good' ? look.access : undefined
      } catch (error) {
        onEvent({ type: 'failed', error })
        return undefined
      }
    },
  })

  /** A line of the server. */
  function hear(generation: Generation, line: Buffer, message: Message | undefined, answers: Request | undefined): void {
    if (message?.kind === 'request') askers.set(message.id, generation)
    if (message?.kind === 'notification' && message.method === 'notifications/subscriptions/acknowledged') {
      const id = objectAt(message.params, '_meta')[META.subscription]
      if ((typeof id === 'string' || typeof id === 'number') && said.isRepeated(id)) return
    }
    if (message?.kind === 'response' && answers !== undefined && 'result' in message.outcome) {
      const result = noted(answers, message.outcome.result)
      if (result !== undefined) return put(resultText(answers.id, result))
    }
    write(Buffer.concat([line, NEWLINE]))
  }

  /** Remembers what an answer says of the server. Gives the result to send in its place, where tools are added or left out. */
  function noted({ method, params }: Request, result: JsonObject): JsonObject | undefined {
    if (method === 'initialize') identity = identityOfInitialize(result, undefined) ?? identity
    if (method === 'server/discover') identity = identityOfDiscover(result) ?? identity
    if (!isListMethod(method)) return undefined
    // On stdio nothing goes into headers, so no tool is left out for them.
    const shown = identity === undefined ? result : lists.received(method, params, result, { ...identity, era: 'legacy' })
    const { tools, nextCursor } = shown
    const last = method === 'tools/list' && options.authTools === true && nextCursor === undefined && Array.isArray(tools)
    if (last) return { ...shown, tools: [...(tools as readonly JsonObject[]), ...authTools(provider.name)] }
    return shown === result ? undefined : shown
  }

  /** A line of the host. */
  async function handle(line: Uint8Array): Promise<void> {
    const [message] = readMessages(Buffer.from(line).toString('utf8')) ?? []
    const current = runs.current()
    if (message === undefined) return current?.child.send(line)
    said.note(message, line)
    if (message.kind === 'response') {
      if (side.answered(message)) return undefined
      const asker = message.id === undefined ? undefined : askers.get(message.id)
      if (message.id !== undefined) askers.delete(message.id)
      return (asker ?? current)?.child.send(line)
    }
    if (message.kind === 'notification') return notify(message, line)
    const own = options.authTools === true && message.method === 'tools/call' && isAuthTool(String(message.params['name']))
    const spent = current?.expiresAt !== undefined && current.expiresAt <= clock.now() && message.method === 'tools/call'
    return current === undefined || own || spent || isSignInTool(message) ? answer(message, line, own) : current.pass(line, message)
  }

  function notify(message: Extract<Message, { kind: 'notification' }>, line: Uint8Array): void {
    const { requestId } = message.params
    const current = runs.current()
    if (message.method !== 'notifications/cancelled' || (typeof requestId !== 'string' && typeof requestId !== 'number')) {
      return current?.pass(line, message)
    }
    calls.get(requestId)?.abort()
    streams.close(requestId)
    ;(runs.holder(requestId) ?? current)?.child.send(line)
  }

  /** A request while there is no server, or one that needs a person first. */
  async function answer(request: Request, line: Uint8Array, own: boolean): Promise<void> {
    const { id, method, params } = request
    const modern = modernIdentity(params)
    const host: HostIdentity = modern ?? said.host()
    const known = identity ?? remembered?.server
    if (modern !== undefined && modern.version !== MODERN_VERSION) {
      const versions = { supported: [MODERN_VERSION, ...LEGACY_VERSIONS], requested: modern.version }
      return put(errorText(id, { code: RPC.unsupportedVersion, message: 'Unsupported protocol version', data: versions }))
    }
    if (method === 'initialize') return put(resultText(id, initializeResult(host, known, options.command[0])))
    if (method === 'server/discover') return put(resultText(id, discoverResult(known, options.command[0])))
    // Noted, and told to the server when there is one.
    if (LATER.has(method)) return put(resultText(id, {}))
    if (method === 'subscriptions/listen') return streams.open(id, params)
    if (isListMethod(method)) return put(resultText(id, standIn(method, host)))
    const stop = new AbortController()
    calls.set(id, stop)
    try {
      await (own ? callOwn(request, host, stop.signal) : callServer(request, line, host, stop.signal))
    } catch (error) {
      if (stop.signal.aborted) return
      onEvent({ type: 'failed', error })
      const message = error instanceof CountersignError ? error.message : 'the sign-in failed; the error output says why'
      put(errorText(id, { code: RPC.internal, message }))
    } finally {
      calls.delete(id)
    }
  }

  async function callOwn(request: Request, host: HostIdentity, signal: AbortSignal): Promise<void> {
    const result = await callAuthTool(signIn, ladder, clock, ladderCall(request, host, side, signal))
    if (!signal.aborted) put(resultText(request.id, result))
    const look = await signIn.look().catch(() => undefined)
    if (look?.type === 'good') await runs.start(look.access)
  }

  async function callServer(request: Request, line: Uint8Array, host: HostIdentity, signal: AbortSignal): Promise<void> {
    const { id, method, params } = request
    const admitted = await admit({}, request, host, signal)
    if (signal.aborted) return
    if (admitted.type === 'instead') return put(outcomeText(id, admitted.outcome))
    const generation = await runs.start(admitted.access)
    if (isSignInTool(request)) {
      const told = { content: [{ type: 'text', text: `Signed in to ${provider.name}. The tools are listed now.` }] }
      return put(resultText(id, host.era === 'modern' ? { resultType: 'complete', ...told } : told))
    }
    // A call that came back with an answer to our question goes on as it was before it; any other one as it is.
    const sent = params['requestState'] === undefined ? line : Buffer.from(requestText(id, method, admitted.params))
    generation.pass(sent, request)
  }

  function standIn(method: ListMethod, { era }: HostIdentity): JsonObject {
    stoodIn = true
    const items = lists.instead(method) ?? (method === 'tools/list' ? [signInTool(provider.name)] : [])
    const added = method === 'tools/list' && options.authTools === true ? authTools(provider.name) : []
    const modern = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}
    return { ...modern, [LISTS[method]]: [...items, ...added] }
  }

  /** The server itself answers whenever there is a token for it; nothing of ours is between them then. */
  async function prepare(): Promise<void> {
    const looking = signIn.look().then(
      (look) => (look.type === 'good' ? runs.start(look.access) : undefined),
      (error: unknown) => onEvent({ type: 'failed', error }),
    )
    const over = new AbortController()
    await Promise.race([looking, sleep(AT_ONCE, over.signal).catch(() => undefined)])
    over.abort()
  }

  const lines = splitLines()
  let ready: Promise<void> | undefined
  return {
    exited: runs.exited.then(async (code) => {
      await lists.kept()
      return code
    }),
    signal: (name) => runs.signal(name),
    receive: (chunk) => {
      ready ??= prepare()
      for (const line of lines(chunk)) {
        void ready.then(() => handle(line)).catch((error: unknown) => onEvent({ type: 'failed', error }))
      }
    },
    close: () => {
      signIn.close()
      for (const stop of calls.values()) stop.abort()
      streams.end()
      // What was received goes to the server before its stdin closes.
      void (ready ?? Promise.resolve()).then(() => runs.close())
    },
  }
}

/** What a server is told once there is one, and the host need not wait for. */
const LATER: ReadonlySet<string> = new Set(['ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])
