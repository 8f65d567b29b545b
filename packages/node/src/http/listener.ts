/**
 * The authority, or anything else that answers exchanges, as a listener for node:http.
 * No Request and no Response on the way: they would halve the speed. Invariant: every request is answered once, and no answer tells why
 * something broke.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { BODY_LIMIT, type Exchange, type Handle, OAuthError, type Reply } from '@countersign/protocol'
import { peerAddressBehind } from './peer-address.ts'
import { readExchange } from './read-exchange.ts'
import { targetReader } from './target.ts'

export interface ListenerOptions {
  /** Told what made an answer 500; the peer is not. Must not throw. */
  readonly onError: (error: unknown) => void
  /** Longest body in bytes; 65,536 unless told. A longer one is answered with 413 and the connection closed. */
  readonly bodyLimit?: number
  /** Proxies whose X-Forwarded-For is believed: addresses, networks (`10.0.0.0/8`), `loopback`. None unless told. */
  readonly trustedProxies?: readonly string[]
}

/** How long, and for how much, a refused body is still taken in, so that the client gets to read the refusal. */
const LINGER_MILLISECONDS = 1000
const LINGER_BYTES = 1_048_576

/** A listener for `http.createServer` or `https.createServer`. @throws CountersignError `configuration_invalid` for a bad list of proxies */
export function toNodeListener(handle: Handle, options: ListenerOptions): RequestListener {
  return listenerOf(handle, options, { isClosing: () => false, onUnsent: () => undefined })
}

/** What a server that will be closed wants to know and say. */
export interface Closing {
  /** From then on each connection is closed after its answer. */
  isClosing(): boolean
  /** An answer that the client has not taken in whole yet: it still ends, or breaks off. */
  onUnsent(response: ServerResponse): void
}

/** The same for a server that will be closed. */
export function listenerOf(
  handle: Handle,
  { onError, bodyLimit = BODY_LIMIT, trustedProxies = [] }: ListenerOptions,
  closing: Closing,
): RequestListener {
  const rule = { bodyLimit, peerAddress: peerAddressBehind(trustedProxies), targetOf: targetReader() }

  async function answer(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
    try {
      const answered = handle(exchange)
      // Each promise that is waited for costs as much as a look into a store, and most answers are there at once.
      reply(request, response, answered instanceof Promise ? await answered : answered)
    } catch (error) {
      // Also a header that node:http will not send, such as one with a line break in it.
      refuse(request, response, error)
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (!(error instanceof OAuthError)) onError(error)
    try {
      reply(request, response, refusal(error instanceof OAuthError ? error : new OAuthError('server_error')))
    } catch (worse) {
      // An application in front of us has sent a head of its own.
      onError(worse)
    }
  }

  function reply(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
    if (response.destroyed) return
    const bytes = Buffer.byteLength(body)
    if (closing.isClosing()) response.shouldKeepAlive = false
    if (request.complete || !isUnread(request)) {
      writeHead(response, status, headers, bytes)
      // Head and body leave in one write. Handed to `end`, the body is followed by an empty chunk, and two chunks take a slower way.
      response.cork()
      // ASCII is the same bytes in both, and is copied as it is, where UTF-8 takes a look at each character.
      response.write(body, bytes === body.length ? 'latin1' : 'utf8')
      response.uncork()
      response.end()
      if (response.writableLength > 0) closing.onUnsent(response)
      return
    }
    // Closing with bytes still coming in resets the connection, and the client might never see the answer.
    response.shouldKeepAlive = false
    writeHead(response, status, headers, bytes)
    response.write(body)
    linger(request, () => response.end())
  }

  return (request, response) =>
    readExchange(
      request,
      rule,
      (exchange) => void answer(request, response, exchange),
      (error) => refuse(request, response, error),
    )
}

function refusal({ code, message, status, headers }: OAuthError): Reply {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ error: code, error_description: message }),
  }
}

function writeHead(response: ServerResponse, status: number, headers: Reply['headers'], bytes: number): void {
  const lines = linesOf(status, headers, bytes)
  if (response.getHeaderNames().length === 0) {
    response.writeHead(status, lines)
    return
  }
  // An application in front of us has set headers, as Express always does. node:http would then keep one line only of each of ours.
  const pairs = Array.from({ length: lines.length / 2 }, (_, index) => lines.slice(index * 2, index * 2 + 2) as [string, string])
  // Ours take the place of what was said before, but for cookies: each is another one.
  for (const [name] of pairs) if (name.toLowerCase() !== 'set-cookie') response.removeHeader(name)
  for (const [name, value] of pairs) response.appendHeader(name, value)
  response.writeHead(status)
}

/** Names and values in turn: node:http takes a copied object too, but that costs a fifth of the whole exchange. */
function linesOf(status: number, headers: Reply['headers'], bytes: number): string[] {
  // RFC 9110 section 8.6: no Content-Length with 204; 304 may leave it out.
  const lines = status === 204 || status === 304 ? [] : ['content-length', String(bytes)]
  for (const name of Object.keys(headers)) {
    const value = headers[name] as string | readonly string[]
    // Counted above; said twice, a client takes neither (RFC 9112 section 6.3).
    if (name.length === 14 && name.toLowerCase() === 'content-length') continue
    if (typeof value === 'string') lines.push(name, value)
    else for (const each of value) lines.push(name, each)
  }
  return lines
}

/** Whether a body was announced that nobody has taken to its end. */
function isUnread({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Takes in and drops what the client still sends, within limits. */
function linger(request: IncomingMessage, end: () => void): void {
  let left = LINGER_BYTES
  const timer = setTimeout(end, LINGER_MILLISECONDS)
  const stop = () => {
    clearTimeout(timer)
    end()
  }
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) stop()
  })
  request.once('end', stop)
  request.once('close', stop)
}
