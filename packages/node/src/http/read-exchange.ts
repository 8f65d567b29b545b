/**
 * From a request of node:http to an Exchange.
 * Invariant: what is ambiguous (two Host headers, a target with two readings, a body that is not UTF-8) never gets past here.
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { CountersignError, type Exchange, OAuthError } from '@countersign/protocol'
import type { PeerAddress } from './peer-address.ts'
import { type Headers, readHeaders } from './read-headers.ts'
import type { targetOf } from './target.ts'

export interface ReadingRule {
  /** Bytes. */
  readonly bodyLimit: number
  readonly peerAddress: PeerAddress
  readonly targetOf: typeof targetOf
}

/**
 * Hands the exchange of one request to `take`, its body read to the end, or tells `refuse` why not: OAuthError `invalid_request`, status 413
 * for a long body, 400 for the rest; CountersignError `configuration_invalid` when somebody read the body before. Neither is called when the
 * client goes away before that. No promise: this is done for every request, and is mostly done at once.
 */
export function readExchange(
  request: IncomingMessage,
  rule: ReadingRule,
  take: (exchange: Exchange) => void,
  refuse: (error: unknown) => void,
): void {
  try {
    const head = readHead(request, rule)
    const { 'content-length': length, 'transfer-encoding': encoding } = head.headers
    // RFC 9112 section 6.3: a request without either header has no body.
    if (length === undefined && encoding === undefined) return take(withBody(head, ''))
    // The form as some parser saw it would not do: whether a parameter came twice matters (RFC 6749 section 3.2).
    if (request.readableDidRead || request.readableEnded) {
      const hint = 'Put the authority before every body parser, such as express.json() and express.urlencoded().'
      throw new CountersignError('configuration_invalid', 'the body of the request was read before the authority could', { hint })
    }
    if (Number(length ?? 0) > rule.bodyLimit) throw tooLong(rule.bodyLimit)
    readBody(request, rule.bodyLimit, (body) => take(withBody(head, body)), refuse)
  } catch (error) {
    refuse(error)
  }
}

interface Head extends Omit<Exchange, 'body'> {
  readonly headers: Headers
}

function readHead(request: IncomingMessage, rule: ReadingRule): Head {
  const { headers, forwardedFor } = readHeaders(request)
  const { host } = headers
  // RFC 9112 section 3.2: a request with more than one Host line is answered with 400.
  if (typeof host === 'object') throw new OAuthError('invalid_request', 'the Host header is repeated')
  const target = rule.targetOf(request, host)
  if (target === undefined) throw new OAuthError('invalid_request', 'the request target is malformed')
  const { path, query } = target
  const remoteAddress = rule.peerAddress(request.socket.remoteAddress, forwardedFor)
  // RFC 9110 section 9.3.2: HEAD is GET with the content left out, which node:http does when it answers.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  return { method, path, query, headers, remoteAddress }
}

/** Field by field: spreading takes longer than the reading of the head. */
function withBody({ method, path, query, headers, remoteAddress }: Head, body: string): Exchange {
  return { method, path, query, headers, body, remoteAddress }
}

/** To its end or its passing of the limit, whichever comes first. */
function readBody(request: IncomingMessage, limit: number, take: (body: string) => void, refuse: (error: unknown) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    const before = length
    length += chunk.length
    if (length <= limit) chunks.push(chunk)
    else if (before <= limit) refuse(tooLong(limit))
  })
  request.on('end', () => {
    if (length > limit) return
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    if (isUtf8(bytes)) take(bytes.toString())
    else refuse(new OAuthError('invalid_request', 'the body is not UTF-8'))
  })
}

function tooLong(limit: number): OAuthError {
  return new OAuthError('invalid_request', `the body is longer than ${limit} bytes`, { status: 413 })
}
