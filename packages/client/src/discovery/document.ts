/** Fetching one metadata document. Invariant: the document comes from the host that was asked; a redirect elsewhere ends the search there. */
import { readObject } from '../wire/json.ts'
import { type Answer, send, type WireRequest } from '../wire/send.ts'
import type { Runtime } from '../runtime.ts'

export type Found =
  | { readonly found: true; readonly url: string; readonly document: Readonly<Record<string, unknown>> }
  /** Nothing usable there; `why` says what was there instead. */
  | { readonly found: false; readonly url: string; readonly why: string }

const REDIRECTS = 3

/** A GET that follows redirects within the origin only. */
export async function getWithin(runtime: Runtime, request: Omit<WireRequest, 'method' | 'form'>): Promise<Answer> {
  let { url } = request
  for (let hops = 0; ; hops++) {
    const answer = await send(runtime, { ...request, method: 'GET', url })
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || location === null || hops === REDIRECTS) return answer
    if (!URL.canParse(location, url)) return answer
    const next = new URL(location, url)
    if (next.origin !== new URL(url).origin) return answer
    url = next.href
  }
}

/** The JSON object at a well-known address (RFC 8414 section 3.2, RFC 9728 section 3.2). */
export async function getDocument(runtime: Runtime, url: string, signal: AbortSignal | undefined): Promise<Found> {
  const answer = await getWithin(runtime, { url, signal })
  // Some runtimes hide a redirect that was not followed behind status 0.
  if (answer.status === 0 || (answer.status >= 300 && answer.status < 400)) return { found: false, url, why: 'a redirect elsewhere' }
  if (answer.status !== 200) return { found: false, url, why: `status ${answer.status}` }
  const document = readObject(answer.body)
  return document === undefined ? { found: false, url, why: 'no JSON object' } : { found: true, url, document }
}
