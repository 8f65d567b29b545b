/** A node:http server with limits, and an end that loses nothing. */
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, Server } from 'node:net'
import { CountersignError, type Handle } from '@countersign/protocol'
import { type ListenerOptions, listenerOf } from './listener.ts'
import { OwnRequest } from './read-headers.ts'

/** Times are in milliseconds. */
export interface HttpServerOptions extends ListenerOptions {
  /** From the start of a request to the end of its headers; 10 s unless told. */
  readonly headersTimeout?: number
  /** From the start of a request to the end of its body; 20 s unless told. */
  readonly requestTimeout?: number
  /** How long an idle connection is kept; 65 s unless told, more than the minute after which load balancers drop theirs. */
  readonly keepAliveTimeout?: number
}

export interface HttpServer {
  /** Starts to accept, on this machine only unless a host is named; port 0 takes a free one. @throws CountersignError `configuration_invalid` */
  listen(port: number, host?: string): Promise<{ readonly host: string; readonly port: number }>
  /** Accepts nothing more, closes idle connections, lets requests under way finish for `grace` milliseconds (10 s), then cuts. */
  close(grace?: number): Promise<void>
}

const GRACE = 10_000
const HEADER_BYTES = 16_384

/** A server that answers exchanges. */
export function createHttpServer(handle: Handle, options: HttpServerOptions): HttpServer {
  const { headersTimeout = 10_000, requestTimeout = 20_000, keepAliveTimeout = 65_000 } = options
  let closing: Promise<void> | undefined
  const unsent = new Set<ServerResponse>()
  const limits = {
    headersTimeout: Math.min(headersTimeout, requestTimeout),
    requestTimeout,
    keepAliveTimeout,
    maxHeaderSize: HEADER_BYTES,
    // How often the two timeouts above are looked at: every 30 seconds by default, which would make them longer than they say.
    connectionsCheckingInterval: Math.min(1000, headersTimeout, requestTimeout),
    // Whatever the command line of the process says: a lenient parser is what request smuggling needs.
    insecureHTTPParser: false,
    IncomingMessage: OwnRequest,
  }
  const server = createServer(
    limits,
    listenerOf(handle, options, {
      isClosing: () => closing !== undefined,
      onUnsent: (response) => {
        unsent.add(response)
        response.once('close', () => unsent.delete(response))
      },
    }),
  )

  function stop(grace: number): Promise<void> {
    return new Promise((resolve) => {
      // A connection counts as idle as soon as its answer has been handed over, even when the client has yet to take it in.
      const dropIdle = () => {
        if (unsent.size === 0) server.closeIdleConnections()
      }
      const idle = setInterval(dropIdle, 50)
      const cut = setTimeout(() => server.closeAllConnections(), grace)
      // Only the socket's own half of closing: the other half would drop those connections without asking.
      Server.prototype.close.call(server, () => {
        clearInterval(idle)
        clearTimeout(cut)
        server.close(() => resolve())
      })
      dropIdle()
    })
  }

  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        const refuse = (cause: Error) => {
          const hint = 'Choose another port or address, or stop what is using this one.'
          reject(
            new CountersignError('configuration_invalid', `cannot listen on '${host}' port ${port}: ${cause.message}`, { hint, cause }),
          )
        }
        server.once('error', refuse)
        server.listen(port, host, () => {
          server.off('error', refuse)
          server.on('error', options.onError)
          const { address, port: taken } = server.address() as AddressInfo
          resolve({ host: address, port: taken })
        })
      }),
    close: (grace = GRACE) => (closing ??= stop(grace)),
  }
}
