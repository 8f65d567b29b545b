/** What comes over the network for a target: by https alone, and no more of it than is allowed. */
import { AuditError } from '../error.ts'
import { type JsonObject, objectOf } from '../json-object.ts'
import { isLoopback } from '../probe/wire/consent.ts'
import type { Bounds } from './target.ts'

export type Fetch = (input: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>

/** What a registry says about a package is shorter than a package. */
const DOCUMENT_BYTES = 50_000_000

/**
 * The bytes at an address; undefined when it answers that there is nothing.
 * @throws AuditError `target_refused`, `target_unreadable`, `target_too_large`
 */
export async function bytesAt(
  fetch: Fetch,
  url: string,
  { limits, signal }: Bounds,
  { accept = '*/*', most = limits.packedBytes } = {},
): Promise<Uint8Array | undefined> {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new AuditError('target_refused', `${url}: packages come by https.`)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const response = await fetch(url, { headers: { accept }, signal })
    if (response.status === 404 || response.status === 410) return undefined
    if (!response.ok || response.body === null) throw new AuditError('target_unreadable', `${url} was answered with ${response.status}.`)
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > most) throw new AuditError('target_too_large', `${url} has more than ${most} bytes.`)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof AuditError) throw cause
    if (signal.aborted)
      throw new AuditError('target_unreadable', `${url} could not be fetched in ${limits.milliseconds / 1000} seconds.`, { cause })
    throw new AuditError('target_unreadable', `${url} cannot be reached.`, { cause })
  }
  return Buffer.concat(chunks)
}

/** A text at an address, as `bytesAt`. */
export async function textAt(fetch: Fetch, url: string, bounds: Bounds, accept = '*/*'): Promise<string | undefined> {
  const bytes = await bytesAt(fetch, url, bounds, { accept, most: DOCUMENT_BYTES })
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

/** An object of JSON at an address, as `bytesAt`. */
export async function jsonAt(fetch: Fetch, url: string, bounds: Bounds, accept = 'application/json'): Promise<JsonObject | undefined> {
  const text = await textAt(fetch, url, bounds, accept)
  try {
    return text === undefined ? undefined : objectOf(JSON.parse(text))
  } catch (cause) {
    throw new AuditError('target_unreadable', `${url} did not answer with JSON.`, { cause })
  }
}

/** @throws AuditError `target_unreadable` for what has to be there and is not */
export function present<Value>(value: Value | undefined, url: string): Value {
  if (value === undefined) throw new AuditError('target_unreadable', `${url} does not exist.`)
  return value
}
