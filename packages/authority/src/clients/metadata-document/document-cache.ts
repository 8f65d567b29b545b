/**
 * Documents fetched from outside and kept for a while. Only what was fetched, read and found good is ever kept: an error or a bad document
 * is asked for again the next time (CIMD draft section 4.4), within limits that keep this server from being used against a third one.
 */
import { type Clock, type FetchDocument, type FetchedDocument, OAuthError, type Seconds } from '@countersign/protocol'
import type { Store } from '../../ports/store.ts'

export interface CachePorts {
  readonly clock: Clock
  readonly store: Store
  readonly fetchDocument: FetchDocument
}

/** How long a good document is kept: as its Cache-Control says, within these bounds. */
export interface CacheRule {
  readonly least: Seconds
  readonly most: Seconds
}

/** The value of the document at an address. @throws OAuthError `invalid_client`, `temporarily_unavailable` */
export type ReadDocument<Value> = (url: string) => Promise<Value>

const MOST_KEPT = 1000
/** Fetches at the same time; each may take seconds, and nobody has authenticated yet. */
const MOST_UNDER_WAY = 32
const FETCHES_PER_HOST = 30
const FETCH_WINDOW_MS = 60_000

/**
 * @param judge turns the JSON object of a document into its value, or throws an OAuthError
 */
export function documentCache<Value>(
  ports: CachePorts,
  rule: CacheRule,
  judge: (url: string, document: Readonly<Record<string, unknown>>) => Value,
): ReadDocument<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: number }>()
  const underWay = new Map<string, Promise<Value>>()

  async function load(url: string): Promise<Value> {
    await limitFetches(ports, new URL(url).host)
    const fetched = await fetchOrRefuse(ports, url)
    const value = judge(url, jsonIn(fetched))
    kept.delete(url)
    kept.set(url, { value, until: ports.clock.now() + lifeOf(fetched.cacheControl, rule) * 1000 })
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return value
  }

  return async (url) => {
    const known = kept.get(url)
    if (known !== undefined && ports.clock.now() < known.until) return known.value
    const flight = underWay.get(url)
    if (flight !== undefined) return flight
    if (underWay.size >= MOST_UNDER_WAY) throw busy()
    const started = load(url).finally(() => underWay.delete(url))
    underWay.set(url, started)
    return started
  }
}

async function limitFetches({ clock, store }: CachePorts, host: string): Promise<void> {
  const fetches = await store.count(`fetch:${host}`, clock.now() + FETCH_WINDOW_MS, 1)
  if (fetches > FETCHES_PER_HOST) throw busy()
}

function busy(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'too many documents are being fetched; try again in a minute', {
    headers: { 'retry-after': '60' },
  })
}

async function fetchOrRefuse({ fetchDocument }: CachePorts, url: string): Promise<FetchedDocument> {
  try {
    return await fetchDocument(url)
  } catch (cause) {
    // Why it failed stays here: told to strangers, it would map the network this server stands in.
    throw refusedDocument('could not be fetched', cause)
  }
}

/** CIMD draft section 4: 200 and nothing else, and JSON by its own account. */
function jsonIn({ status, contentType, body }: FetchedDocument): Readonly<Record<string, unknown>> {
  if (status !== 200) throw refusedDocument('was not answered with 200')
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType.trim())) throw refusedDocument('is not served as JSON')
  const value = parsed(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusedDocument('is no JSON object')
  return value as Readonly<Record<string, unknown>>
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The document of a client that cannot be used, with the reason. */
export function refusedDocument(fault: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', `the document of the client ${fault}`, cause === undefined ? {} : { cause })
}

/** RFC 9111 section 5.2.2; we keep for many, so s-maxage goes first. What forbids keeping gets the least. */
function lifeOf(cacheControl: string, { least, most }: CacheRule): Seconds {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
  if (directives.some((each) => /^(?:no-store|no-cache|private)\b/.test(each))) return least
  const ageIn = (name: string) => directives.map((each) => new RegExp(`^${name}="?(\\d{1,10})"?$`).exec(each)?.[1]).find(Boolean)
  return Math.min(most, Math.max(least, Number(ageIn('s-maxage') ?? ageIn('max-age') ?? 0)))
}
