/**
 * One HTTP exchange without HTTP: what an endpoint is given and what it answers.
 * Plain objects, so that the same endpoint serves node:http, fetch handlers and tests, and costs nothing on the hot path.
 */

import type { Awaitable } from './awaitable.ts'

/** What an endpoint is given. Header names are lower case; a repeated header keeps every value, in order. */
export interface Exchange {
  readonly method: string
  /** Path of the request target, without the query. */
  readonly path: string
  /** Query without the leading question mark; empty when there is none. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The whole body as text; empty when there is none. */
  readonly body: string
  /** Address of the peer, after trusted proxies were taken off. */
  readonly remoteAddress: string
}

/** What an endpoint answers. A header with several values is sent as several lines. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** Answers exchanges, at once where all that an answer takes is at hand. */
export type Handle = (exchange: Exchange) => Awaitable<Reply>

/** Bytes of body that are taken in at most, unless told: no request of OAuth comes near it. */
export const BODY_LIMIT = 65_536

/** The single value of a header: `undefined` when it is absent, `null` when it came more than once. */
export function headerOf(exchange: Pick<Exchange, 'headers'>, name: string): string | undefined | null {
  const value = exchange.headers[name]
  if (value === undefined || typeof value === 'string') return value
  return value.length > 1 ? null : value[0]
}
