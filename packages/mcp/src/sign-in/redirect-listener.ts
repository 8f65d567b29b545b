/**
 * Where a browser on this machine brings the answer of an authorization server (RFC 8252 section 7.3): a port of the loopback interface,
 * open for as long as one answer is awaited.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CountersignError } from '@countersign/protocol'

export interface RedirectListener {
  readonly redirectUri: string
  /**
   * The first address with an answer that the browser comes with; its page waits for what is to be told.
   * Rejects when the signal ends the wait.
   */
  answer(isAnswer: (address: string) => boolean, signal: AbortSignal): Promise<string>
  /** What the person reads in the browser. */
  tell(farewell: Farewell): void
  readonly close: () => void
}

export interface Farewell {
  readonly ok: boolean
  readonly text: string
}

export interface Callback {
  readonly host?: string | undefined
  /** 0 for any that is free. */
  readonly port?: number | undefined
  readonly path?: string | undefined
}

/** @throws CountersignError `usage` when the port is taken */
export async function openRedirectListener({ host = '127.0.0.1', port = 0, path = '/callback' }: Callback): Promise<RedirectListener> {
  let own = ''
  let expected = (_address: string): boolean => false
  let arrive = (_address: string): void => undefined
  const arrived = new Promise<string>((resolve) => {
    arrive = resolve
  })
  let waiting: ServerResponse | undefined
  const server = createServer((request, response) => {
    // One answer; and a page elsewhere that had its name pointed at this machine is not who was asked (DNS rebinding).
    const address = `http://${own}${request.url ?? ''}`
    if (waiting !== undefined || !isFor(request) || !expected(address)) return send(response, 404, 'Nothing here was waiting for this.')
    waiting = response
    arrive(address)
  })
  const isFor = ({ headers, method, url = '' }: IncomingMessage) => headers.host === own && method === 'GET' && url.startsWith(`${path}?`)

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const why = 'code' in cause && cause.code === 'EADDRINUSE' ? 'is in use' : 'cannot be used'
      reject(
        new CountersignError('usage', `port ${port} for the answer of the browser ${why}`, { hint: 'Name another one, or none.', cause }),
      )
    })
    // Only this machine: RFC 8252 section 8.3.
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host, resolve)
  })
  own = `${host}:${(server.address() as AddressInfo).port}`
  return {
    redirectUri: `http://${own}${path}`,
    answer: (isAnswer, signal) =>
      new Promise((resolve, reject) => {
        expected = isAnswer
        signal.addEventListener('abort', () => reject(new CountersignError('aborted', 'nobody waits for the answer any more')), {
          once: true,
        })
        void arrived.then(resolve)
      }),
    tell: ({ ok, text }) => {
      if (waiting !== undefined) send(waiting, ok ? 200 : 400, text)
    },
    close: () => void server.close(),
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.writableEnded) return
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    // The address of this page holds the code.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`${text}\n`)
}
