/**
 * The server behind the URL: connected when first needed, connected again when it forgot us, asked again when nothing can happen twice.
 */
import { CountersignError, type Sleep } from '@countersign/protocol'
import type { HostIdentity } from '../wire/era.ts'
import { type JsonObject, type Message, type MessageId, messageText, readMessages, requestText, type Response } from '../wire/message.ts'
import { type ParameterHeader, requestHeaders } from '../wire/request-headers.ts'
import type { ResourceSender } from './resource-sender.ts'
import { identifyingHeaders, shakeHands } from './handshake.ts'
import { ServerFailure } from './failures.ts'
import { openStream, post, type Posted, type PostLimits } from './post.ts'
import type { ServerIdentity } from '../host/server-identity.ts'

/** A message in the words of the server's era, ready to be sent. */
export interface Outgoing {
  readonly id: MessageId
  readonly method: string
  readonly params: JsonObject
  readonly text: string
}

export interface Answered {
  readonly response: Response
  /** As the server wrote it. */
  readonly text: string
}

/** Sees what comes with an answer before it: progress, logs, and in the legacy era questions of the server. */
export type OnMessage = (message: Message, text: string) => void

export interface Remote {
  /** Who the server is; connects when that is not known yet. @throws SignInNeeded, ServerFailure, CountersignError */
  connect(): Promise<ServerIdentity>
  /** Resolves when the first attempt at connecting is over, whatever came of it. */
  readonly attempted: Promise<void>
  /** Who it is, as far as known. */
  identity(): ServerIdentity | undefined
  /**
   * Sends a request and waits for its response.
   * @param makeOutgoing called for every attempt: after a new connection the server may speak another era
   */
  request(makeOutgoing: (server: ServerIdentity) => Outgoing, onMessage: OnMessage, signal: AbortSignal): Promise<Answered>
  /** Sends a notification, or a response to a question of a legacy server. */
  tell(text: string, method: string | undefined, params: JsonObject): Promise<void>
  /** Ids for requests of our own, which no host uses. */
  nextId(): string
  /** Ends the session on the server, when there is one. */
  close(): Promise<void>
}

export interface RemoteOptions {
  readonly sender: ResourceSender
  readonly sleep: Sleep
  readonly url: string
  readonly host: () => HostIdentity
  readonly headers: Readonly<Record<string, string>>
  readonly limits: PostLimits
  /** Which arguments of a tool go into headers, by the tool's name. */
  readonly parameters: (tool: string) => readonly ParameterHeader[]
  /** Told of every new connection. */
  readonly onConnect: (server: ServerIdentity) => void
  /** What a legacy server says outside of any answer. */
  readonly onMessage: OnMessage
  readonly signal: AbortSignal
}

/** Milliseconds before each further attempt. */
const DELAYS = [250, 1000, 3000] as const
/** Milliseconds that an answer may stay open after its response. */
const READ_OUT = 2000
/** A server may take a long time over an answer, and say nothing meanwhile; but not break off this often in a row. */
const RESUMES = 30

/** Asking for these again changes nothing. */
const harmless: ReadonlySet<string> = new Set(
  'tools/list prompts/list resources/list resources/templates/list resources/read prompts/get completion/complete server/discover initialize'.split(
    ' ',
  ),
)

export function openRemote(options: RemoteOptions): Remote {
  const { sender, sleep, url, signal: ended, limits } = options
  let server: ServerIdentity | undefined
  let connecting: Promise<ServerIdentity> | undefined
  let ids = 0
  let attemptEnded = (): void => undefined
  const attempted = new Promise<void>((resolve) => {
    attemptEnded = resolve
  })
  const nextId = () => `countersign-${++ids}`

  const send = (body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Posted> =>
    post(sender, sleep, url, { body, headers: { ...options.headers, ...headers }, signal }, limits)

  async function connect(): Promise<ServerIdentity> {
    if (server !== undefined) return server
    connecting ??= (async () => {
      try {
        const found = await repeatedly('initialize', ended, () =>
          shakeHands(({ body, headers }) => send(body, headers, ended), options.host(), nextId).finally(attemptEnded),
        )
        server = found
        options.onConnect(found)
        if (found.era === 'legacy') void hear(found)
        return found
      } finally {
        connecting = undefined
      }
    })()
    return connecting
  }

  /** Tries again after what passes by itself, when trying again cannot do anything twice. */
  async function repeatedly<T>(method: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof ServerFailure)) throw error
        const passing = error.status === undefined || error.status === 429 || (error.status >= 502 && error.status <= 504)
        const delay = DELAYS[attempt]
        if (delay === undefined || !passing || !(error.repeatable || harmless.has(method))) throw error
        await sleep(Math.min(error.retryAfter ?? delay, 30_000), signal).catch(() => undefined)
        if (signal.aborted) throw new CountersignError('aborted', 'stopped on request')
      }
    }
  }

  function headersFor(to: ServerIdentity, method: string | undefined, params: JsonObject): Readonly<Record<string, string>> {
    if (to.era === 'legacy') return identifyingHeaders(to)
    const { name } = params
    const parameters = method === 'tools/call' && typeof name === 'string' ? options.parameters(name) : []
    return method === undefined ? { 'mcp-protocol-version': to.version } : requestHeaders(to.version, method, params, parameters)
  }

  async function exchange(to: ServerIdentity, outgoing: Outgoing, onMessage: OnMessage, signal: AbortSignal): Promise<Answered> {
    const headers = headersFor(to, outgoing.method, outgoing.params)
    let posted = await send(outgoing.text, headers, signal)
    for (let resumes = 0; ; resumes++) {
      try {
        const texts = posted.messages[Symbol.asyncIterator]()
        for (let read = await texts.next(); read.done !== true; read = await texts.next()) {
          for (const { message, text } of messagesIn(read.value)) {
            if (message.kind === 'response' && message.id === outgoing.id) {
              void readOut(texts)
              return { response: message, text }
            }
            resumes = 0
            onMessage(message, text)
          }
        }
      } catch (error) {
        if (signal.aborted) throw new CountersignError('aborted', 'stopped on request', { cause: error })
        if (posted.resumeAfter() === undefined)
          throw new ServerFailure('the connection broke before the answer was complete', { cause: error })
      }
      // 2025-11-25, transports, "Resumability and Redelivery": the answer goes on where it broke off. The modern era has no such thing.
      const resume = to.era === 'legacy' ? posted.resumeAfter() : undefined
      if (resume === undefined || resumes >= RESUMES) throw new ServerFailure('the server ended its answer without a response')
      await sleep(resume.milliseconds, signal).catch(() => undefined)
      if (signal.aborted) throw new CountersignError('aborted', 'stopped on request')
      const again = { ...options.headers, ...identifyingHeaders(to), 'last-event-id': resume.lastEventId }
      const before = posted
      const next = await openStream(sender, sleep, url, { headers: again, signal }, limits)
      posted = { ...next, resumeAfter: () => next.resumeAfter() ?? before.resumeAfter() }
    }
  }

  /** Breaking off an answer ends its connection: it is read to its end, which comes at once as a rule, so that the next call can use it. */
  async function readOut(texts: AsyncIterator<string>): Promise<void> {
    const over = new AbortController()
    const enough = sleep(READ_OUT, over.signal).then(() => texts.return?.())
    enough.catch(() => undefined)
    try {
      while ((await texts.next()).done !== true);
    } catch {
      // What comes after the response concerns nobody.
    } finally {
      over.abort()
    }
  }

  /** A legacy server ends a session by not knowing it any more (2025-11-25, transports, "Session Management"). */
  const forgot = (to: ServerIdentity, error: unknown) =>
    error instanceof ServerFailure &&
    to.sessionId !== undefined &&
    (error.status === 404 || (error.status === 400 && /session/i.test(error.body)))

  /** The stream for what belongs to no request; a server without one answers 405, which is fine. */
  async function hear(to: ServerIdentity): Promise<void> {
    let lastEventId = ''
    for (let failures = 0; server === to && !ended.aborted && failures < 5; ) {
      let delay = 1000 * 2 ** failures
      try {
        const resume = lastEventId === '' ? {} : { 'last-event-id': lastEventId }
        const stream = await openStream(
          sender,
          sleep,
          url,
          { headers: { ...options.headers, ...identifyingHeaders(to), ...resume }, signal: ended },
          limits,
        )
        failures = 0
        for await (const told of stream.messages) for (const { message, text } of messagesIn(told)) options.onMessage(message, text)
        lastEventId = stream.resumeAfter()?.lastEventId ?? lastEventId
        delay = stream.resumeAfter()?.milliseconds ?? 1000
      } catch (error) {
        // No such stream, or no way to it: calls go their own way, and tell the person what is wrong.
        if (!(error instanceof ServerFailure) || (error.status !== undefined && error.status < 500)) return
        failures++
      }
      await sleep(delay, ended).catch(() => undefined)
    }
  }

  return {
    connect,
    attempted,
    nextId,
    identity: () => server,
    request: (makeOutgoing, onMessage, signal) =>
      repeatedlyFor(makeOutgoing, async (to, outgoing) => exchange(to, outgoing, onMessage, signal), signal),
    tell: async (text, method, params) => {
      const to = await connect()
      const { messages } = await send(text, headersFor(to, method, params), ended)
      for await (const _nothing of messages);
    },
    close: async () => {
      const to = server
      server = undefined
      if (to?.sessionId === undefined) return
      const given = { ...options.headers, ...identifyingHeaders(to) }
      await sender.send({ method: 'DELETE', url, headers: given, signal: AbortSignal.timeout(1000) }).catch(() => undefined)
    },
  }

  async function repeatedlyFor(
    makeOutgoing: (server: ServerIdentity) => Outgoing,
    work: (to: ServerIdentity, outgoing: Outgoing) => Promise<Answered>,
    signal: AbortSignal,
  ): Promise<Answered> {
    for (let forgotten = 0; ; forgotten++) {
      const to = await connect()
      const outgoing = makeOutgoing(to)
      try {
        return await repeatedly(outgoing.method, signal, () => work(to, outgoing))
      } catch (error) {
        if (!forgot(to, error)) return answerIn(error, outgoing)
        if (forgotten >= 2) throw error
        if (server === to) server = undefined
      }
    }
  }
}

/** The messages of one text, each as it is to go on: of a batch (MCP 2025-03-26) every one by itself. */
function messagesIn(text: string): readonly { readonly message: Message; readonly text: string }[] {
  const messages = readMessages(text) ?? []
  return messages.map((message) => ({ message, text: text.trimStart().startsWith('[') ? messageText(message) : text }))
}

/** An error of JSON-RPC that came with a status of HTTP is the answer (2026-07-28: 400 and 404 carry one). */
function answerIn(error: unknown, { id }: Outgoing): Answered {
  if (error instanceof ServerFailure && error.status !== undefined && error.status < 500) {
    const [message] = readMessages(error.body) ?? []
    if (message?.kind === 'response' && 'error' in message.outcome) return { response: { ...message, id }, text: '' }
  }
  throw error
}

/** A request of our own to the server, in its era. */
export function ownRequest(id: string, method: string, params: JsonObject): Outgoing {
  return { id, method, params, text: requestText(id, method, params) }
}
