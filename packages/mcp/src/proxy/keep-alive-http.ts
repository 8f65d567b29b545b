/**
 * Requests by node:http over connections that stay open. A fetch takes three times as long for a small call, and 25 ms and 10 MB to be loaded:
 * it makes streams, signals and header lists that nobody here looks at.
 */
import { Agent, type ClientRequest, type IncomingMessage, request as requestByHttp } from 'node:http'
import { Agent as SecureAgent, request as requestByHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, constants } from 'node:zlib'
import type { Http, HttpBody, HttpRequest, HttpResponse } from './http.ts'

/**
 * Milliseconds that a connection nobody uses is kept. Servers and what lies in between drop theirs silently, the first of them after five
 * seconds; a call on a dropped one would fail, and nobody could tell whether the server has seen it.
 */
const IDLE = 4000

/** @param userAgent sent where a request has none of its own */
export function keepAliveHttp(userAgent: string): Http {
  const settings = { keepAlive: true, timeout: IDLE, noDelay: true } as const
  let plain: Agent | undefined
  let secure: SecureAgent | undefined
  const open = (request: HttpRequest): ClientRequest => {
    const headers = { 'user-agent': userAgent, 'accept-encoding': 'gzip, deflate, br', ...request.headers }
    const { method, url } = request
    return url.startsWith('https:')
      ? requestByHttps(url, { method, headers, agent: (secure ??= new SecureAgent(settings)) })
      : requestByHttp(url, { method, headers, agent: (plain ??= new Agent(settings)) })
  }

  return (request) =>
    new Promise((resolve, reject) => {
      const { body, signal } = request
      if (signal.aborted) return reject(new Error('stopped before it was sent'))
      const outgoing = open(request)
      const stop = () => void outgoing.destroy(new Error('stopped on request'))
      signal.addEventListener('abort', stop, { once: true })
      outgoing
        .once('response', (message) => resolve(responseOf(message)))
        .once('close', () => signal.removeEventListener('abort', stop))
        // Also after the response: then the body ends with it.
        .on('error', reject)
        .end(body)
    })
}

function responseOf(message: IncomingMessage): HttpResponse {
  const { statusCode: status = 0, headers } = message
  return {
    status,
    headers: {
      get: (name) => {
        const value = headers[name]
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value
      },
    },
    body: bodyOf(message, unpacked(message)),
  }
}

function bodyOf(message: IncomingMessage, bytes: Readable): HttpBody {
  return {
    [Symbol.asyncIterator]: () => bytes[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    cancel: async () => {
      message.destroy()
      bytes.destroy()
    },
  }
}

/** RFC 9110 section 8.4.1. What was packed in parts is given on in parts: events must not wait for the next ones. */
function unpacked(message: IncomingMessage): Readable {
  const coding = message.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  const flush = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
  const unpack =
    coding === 'gzip' || coding === 'x-gzip'
      ? createGunzip(flush)
      : coding === 'deflate'
        ? createInflate(flush)
        : coding === 'br'
          ? createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH })
          : undefined
  if (unpack === undefined) return message
  message.once('error', (error) => unpack.destroy(error)).once('close', () => message.complete || unpack.destroy(new Error('aborted')))
  unpack.once('close', () => message.destroy())
  return message.pipe(unpack)
}
