/** A client's surroundings with a network that is a function: what it is asked is recorded, what it answers is up to the test. */
import type { Runtime } from '@countersign/client'
import { decodeJwt } from '@countersign/proof'
import { type FakeTime, fakeTime } from './fake-time.ts'
import { signingSuite } from './signing-suite.ts'

export interface Sent {
  readonly at: number
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** Empty unless the body was a form. */
  readonly form: URLSearchParams
  readonly init: RequestInit
}

export type Network = (request: Sent) => Response | Promise<Response>

export interface Stage {
  readonly runtime: Runtime
  readonly time: FakeTime
  readonly sent: Sent[]
  /** `GET https://...` for each request, in order. */
  readonly log: () => readonly string[]
  readonly to: (url: string) => readonly Sent[]
}

export function stage(network: Network): Stage {
  const time = fakeTime()
  const sent: Sent[] = []
  const fetch: Runtime['fetch'] = async (url, init = {}) => {
    const form = init.body instanceof URLSearchParams ? init.body : new URLSearchParams()
    const request = { at: time.clock.now(), method: init.method ?? 'GET', url, headers: new Headers(init.headers), form, init }
    sent.push(request)
    return network(request)
  }
  return {
    runtime: { fetch, clock: time.clock, sleep: time.sleep, suite: signingSuite() },
    time,
    sent,
    log: () => sent.map(({ method, url }) => `${method} ${url}`),
    to: (url) => sent.filter((request) => request.url === url),
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function text(body: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html', ...headers } })
}

export function oauthError(error: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Response {
  return json({ error, ...more }, 400, headers)
}

/** A network of a few addresses; everything else is a page that says 404. */
export function routes(table: Readonly<Record<string, Network | Response>>): Network {
  return (request) => {
    const answer = table[request.url] ?? table[`${request.method} ${request.url}`]
    if (answer === undefined) return text('<h1>not found</h1>', 404)
    return answer instanceof Response ? answer.clone() : answer(request)
  }
}

/** The claims and header of the proof a request carried. */
export function proofOf({ headers }: Sent) {
  const proof = decodeJwt(headers.get('dpop') ?? '')
  if (proof === undefined) throw new Error('the request carries no proof')
  return proof
}
