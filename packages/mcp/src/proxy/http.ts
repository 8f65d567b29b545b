/**
 * How the proxy sends to its server. It sends every call there, one after the other, so it can do with less than a fetch: text out, bytes in.
 */
import type { Fetch } from '@countersign/protocol'

export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** A `Response` of the web is one. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Pick<Headers, 'get'>
  readonly body: HttpBody | null
}

/** The bytes as they come; breaking off the iteration, or cancelling, ends the connection. */
export interface HttpBody extends AsyncIterable<Uint8Array> {
  cancel(): Promise<unknown>
}

/** Sends one request. Redirects are returned, not followed; no cookies are kept. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

/** By way of a fetch, which knows the proxies and authorities of its machine. */
export function httpByFetch(fetch: Fetch): Http {
  return ({ url, ...init }) => fetch(url, { ...init, redirect: 'manual', credentials: 'omit' })
}

/** All of a body as text; `undefined` when it is longer than the limit. */
export async function textOf(body: HttpBody | null, limit = Number.POSITIVE_INFINITY): Promise<string | undefined> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
