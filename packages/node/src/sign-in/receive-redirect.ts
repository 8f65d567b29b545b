/**
 * Where a browser on this machine is sent after a sign-in by redirect (RFC 8252 section 7.3).
 * Invariant: it listens on the loopback interface only, takes one answer, and closes.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RedirectReceiver {
  /** Register it without the port: servers ignore that of loopback addresses. */
  readonly redirectUri: string
  /**
   * The address that the browser was sent to. What `isAnswer` does not know gets a refusal and changes nothing.
   * Rejects with the signal's reason.
   */
  readonly received: (isAnswer: (address: string) => boolean, signal: AbortSignal) => Promise<string>
  readonly close: () => void
}

const PATH = '/callback'

/** Starts listening on a free port. */
export async function receiveRedirect(): Promise<RedirectReceiver> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    redirectUri: `${origin}${PATH}`,
    received: (isAnswer, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason)
        if (signal.aborted) stop()
        signal.addEventListener('abort', stop, { once: true })
        server.on('request', (request, response) => {
          const address = addressOf(request, origin)
          const known = address !== undefined && isAnswer(address)
          response.writeHead(known ? 200 : 400, HEADERS).end(known ? DONE : UNKNOWN)
          if (!known) return
          signal.removeEventListener('abort', stop)
          resolve(address)
        })
      }),
    close: () => {
      server.close()
      server.closeIdleConnections()
    },
  }
}

/** RFC 8252 section 8.3: a request by another name than the address came through a name server that lies. */
function addressOf({ method, url = '', headers }: IncomingMessage, origin: string): string | undefined {
  const isHere = method === 'GET' && headers.host === new URL(origin).host && (url === PATH || url.startsWith(`${PATH}?`))
  return isHere ? `${origin}${url}` : undefined
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
}
const page = (title: string, text: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>body{font:1.1rem/1.5 system-ui;margin:4rem auto;max-width:30rem;padding:0 1rem}</style><h1>${title}</h1><p>${text}</p></html>\n`
const DONE = page('Back to the terminal', 'The terminal goes on from here. You can close this window.')
const UNKNOWN = page('Nothing to do', 'This address belongs to no sign-in that is under way.')
