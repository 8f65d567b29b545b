/** One POST of Streamable HTTP (MCP, transports, "Sending Messages"): a message goes out, the messages of its answer come back. */
import { CountersignError, type Sleep } from '@countersign/protocol'
import { readEvents } from '../wire/event-stream.ts'
import { type HttpBody, type HttpRequest, type HttpResponse, textOf } from './http.ts'
import type { ResourceSender } from './resource-sender.ts'
import { ServerFailure, SignInNeeded } from './failures.ts'

export interface Posting {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface Posted {
  readonly headers: HttpResponse['headers']
  /** JSON texts, as they come. Ends when the server has said all it will on this answer. */
  readonly messages: AsyncIterable<string>
  /** Where a stream that broke can be taken up again; `undefined` when the server told no ids. */
  readonly resumeAfter: () => { readonly lastEventId: string; readonly milliseconds: number } | undefined
}

export interface PostLimits {
  /** Milliseconds until the first byte of an answer; none when absent. */
  readonly headersTimeout?: number | undefined
}

const REDIRECTS = 3
/** Of a refusal; an answer has no limit of ours. */
const REFUSAL_LIMIT = 65_536
const RESUME_DELAY = 1000

/**
 * Sends one message.
 * @throws SignInNeeded, ServerFailure, CountersignError `aborted` when the signal ends it
 */
export async function post(sender: ResourceSender, sleep: Sleep, url: string, posting: Posting, limits: PostLimits = {}): Promise<Posted> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...posting.headers }
  return exchange(sender, sleep, { method: 'POST', url, headers, body: posting.body, signal: posting.signal }, limits)
}

/** Opens the stream of messages that belong to no request (2025-11-25), or takes up one that broke. */
export async function openStream(
  sender: ResourceSender,
  sleep: Sleep,
  url: string,
  { headers, signal }: Omit<Posting, 'body'>,
  limits: PostLimits = {},
): Promise<Posted> {
  return exchange(sender, sleep, { method: 'GET', url, headers: { accept: 'text/event-stream', ...headers }, signal }, limits)
}

async function exchange(sender: ResourceSender, sleep: Sleep, request: HttpRequest, limits: PostLimits): Promise<Posted> {
  let target = request.url
  for (let hops = 0; ; hops++) {
    const response = await sendInTime(sender, sleep, { ...request, url: target }, limits)
    const moved = locationOf(response, target)
    // RFC 9110 section 15.4: only these keep the method and the body. Another origin never gets the message, let alone the token.
    if (moved === undefined || hops === REDIRECTS) return read(response, request)
    await response.body?.cancel()
    target = moved
  }
}

function locationOf({ status, headers }: HttpResponse, base: string): string | undefined {
  if (status !== 307 && status !== 308) return undefined
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, base)) return undefined
  const next = new URL(location, base)
  return next.origin === new URL(base).origin ? next.href : undefined
}

async function sendInTime(
  sender: ResourceSender,
  sleep: Sleep,
  request: HttpRequest,
  { headersTimeout }: PostLimits,
): Promise<HttpResponse> {
  if (headersTimeout === undefined) return sendOnce(sender, request)
  const late = new AbortController()
  const over = new AbortController()
  sleep(headersTimeout, over.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    return await sendOnce(sender, { ...request, signal: AbortSignal.any([request.signal, late.signal]) })
  } catch (error) {
    if (request.signal.aborted || !late.signal.aborted) throw error
    throw new ServerFailure(`${new URL(request.url).host} did not answer within ${headersTimeout / 1000} s`)
  } finally {
    over.abort()
  }
}

async function sendOnce(sender: ResourceSender, request: HttpRequest): Promise<HttpResponse> {
  try {
    const sent = await sender.send(request)
    if (sent.type === 'demanded') throw new SignInNeeded(sent.demand)
    return sent.response
  } catch (error) {
    if (request.signal.aborted) throw new CountersignError('aborted', 'stopped on request', { cause: error })
    if (error instanceof SignInNeeded || error instanceof CountersignError) throw error
    throw new ServerFailure(`could not reach ${new URL(request.url).host}${codeOf(error)}`, { repeatable: neverLeft(error), cause: error })
  }
}

async function read({ status, headers, body }: HttpResponse, { method }: HttpRequest): Promise<Posted> {
  if (status === 202 || status === 204) {
    body?.cancel().catch(() => undefined)
    return { headers, messages: none(), resumeAfter: () => undefined }
  }
  if (status < 200 || status > 299) {
    const text = (await textOf(body, REFUSAL_LIMIT).catch(() => undefined)) ?? ''
    const seconds = Number(headers.get('retry-after') ?? Number.NaN)
    throw new ServerFailure(`the server answered with status ${status}`, {
      status,
      body: text,
      // RFC 9110 section 15.6.4 and RFC 6585 section 4: these were not acted on.
      repeatable: status === 503 || status === 429,
      retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
    })
  }
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === 'text/event-stream') return readStream(headers, body)
  if (type === 'application/json') return { headers, messages: one(body), resumeAfter: () => undefined }
  const text = await textOf(body, REFUSAL_LIMIT).catch(() => undefined)
  // Notifications were answered with 200 and nothing by early servers.
  if ((text ?? '').trim() === '' && method === 'POST') return { headers, messages: none(), resumeAfter: () => undefined }
  throw new ServerFailure(`the server answered with ${type ?? 'no content type'}, which is neither JSON nor a stream of events`, { status })
}

function readStream(headers: HttpResponse['headers'], body: HttpBody | null): Posted {
  let lastEventId = ''
  let milliseconds = RESUME_DELAY
  async function* messages(): AsyncGenerator<string> {
    if (body === null) return
    const noted = { onId: (id: string) => void (lastEventId = id), onRetry: (delay: number) => void (milliseconds = delay) }
    for await (const event of readEvents(body, noted)) if (event.type === 'message' && event.text.trim() !== '') yield event.text
  }
  return { headers, messages: messages(), resumeAfter: () => (lastEventId === '' ? undefined : { lastEventId, milliseconds }) }
}

async function* one(body: HttpBody | null): AsyncGenerator<string> {
  const text = (await textOf(body)) ?? ''
  if (text.trim() !== '') yield text
}

async function* none(): AsyncGenerator<string> {}

/** The system's code for what went wrong, when the runtime names one. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z_0-9]+$/.test(at.code)) return ` (${at.code})`
    at = 'cause' in at ? at.cause : undefined
  }
  return ''
}

/** There was no connection, so nobody got the message. */
function neverLeft(error: unknown): boolean {
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/.test(codeOf(error))
}
