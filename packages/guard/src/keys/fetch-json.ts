/** One JSON document from an address the issuer stands for: no redirect is followed, and neither size nor time is without bounds. */
import { CountersignError, type Fetch, readBounded } from '@countersign/protocol'

/** The way out. `deadline` makes the signal that ends a request after so many milliseconds. */
export interface Network {
  readonly fetch: Fetch
  readonly deadline: (milliseconds: number) => AbortSignal
}

export interface Fetched {
  readonly status: number
  /** `undefined` when the body is not a JSON object. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

const LARGEST = 262_144
const PATIENCE = 5_000

/** @throws CountersignError `network_failure` when there is no answer in five seconds, `invalid_response` when it is larger than 256 KiB or `largest` bytes */
export async function fetchJson(network: Network, url: string, largest: number = LARGEST): Promise<Fetched> {
  return exchangeJson(network, url, {}, largest)
}

/** The same for the answer to a form. @throws CountersignError as `fetchJson` does */
export async function postForJson(
  network: Network,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Fetched> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return exchangeJson(
    network,
    url,
    { method: 'POST', headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() },
    LARGEST,
  )
}

async function exchangeJson(
  { fetch, deadline }: Network,
  url: string,
  { headers, ...init }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  largest: number,
): Promise<Fetched> {
  let text: string | undefined
  let response: Response
  try {
    // A redirect could lead anywhere; the address was given by who answers for it, so there is no need for one.
    const asked = { ...init, redirect: 'error', headers: { accept: 'application/json', ...headers }, signal: deadline(PATIENCE) } as const
    response = await fetch(url, asked)
    text = await readBounded(response.body, largest)
  } catch (cause) {
    throw new CountersignError('network_failure', `no answer from "${url}"`, { cause })
  }
  if (text === undefined) throw new CountersignError('invalid_response', `the answer from "${url}" is too large`)
  return { status: response.status, body: parseObject(text) }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
