/** An exchange where runtimes speak Request and Response: workers, Deno, Bun, Hono, and the fetch face of the MCP SDK. */
import type { Exchange, Reply } from './exchange.ts'

/** All of a request but its body, and the peer, whom a Request does not know. Lines of one header were joined by the runtime. */
export function headOf(request: Request): Pick<Exchange, 'method' | 'path' | 'query' | 'headers'> {
  const { pathname, search, host } = new URL(request.url)
  // Runtimes make the URL from the Host header, and most then hide the header.
  const headers = { host, ...Object.fromEntries(request.headers) }
  return { method: request.method, path: pathname, query: search.slice(1), headers }
}

/** The reply as a Response; several values of a header become several lines. */
export function responseOf({ status, headers, body }: Reply): Response {
  const lines = new Headers()
  for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) lines.append(name, one)
  // Statuses such as 204 allow no body, not even an empty one.
  return new Response(body === '' ? null : body, { status, headers: lines })
}
