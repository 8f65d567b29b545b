/**
 * One HTTP exchange with limits: time, size, and no redirect ever followed here.
 * Invariant: a form (which may hold a code or a token) goes to exactly the address it was made for, or nowhere.
 */
import { CountersignError, type Fetch, readBounded, type Sleep } from '@countersign/protocol'
import { withinTime } from './time.ts'

export interface WireRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: URLSearchParams
  /** Sent as application/json, instead of a form. */
  readonly json?: object
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the exchange, body included, is given up. */
  readonly timeLimit?: number | undefined
  /** Bytes of body that are read at most; with 0 the body is left unread, for answers whose headers say it all. */
  readonly bodyLimit?: number
}

/** What came back, read to its end and judged by nobody yet. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A token exchange has to end before the vault's lock, which it is made under, may be taken for abandoned. */
const TIME_LIMIT = 15_000
/** Metadata, codes and tokens are far smaller; what is larger is no answer. */
export const BODY_LIMIT = 262_144

/**
 * @throws CountersignError `network_failure` when there was no answer in time, `invalid_response` when it is longer than the limit,
 *   `aborted` as soon as the signal is aborted
 */
export async function send(runtime: { readonly fetch: Fetch; readonly sleep: Sleep }, request: WireRequest): Promise<Answer> {
  const { method, url, headers, form, json, signal, timeLimit = TIME_LIMIT, bodyLimit = BODY_LIMIT } = request
  const { host } = new URL(url)
  const late = (): CountersignError =>
    new CountersignError('network_failure', `${host} did not answer within ${timeLimit / 1000} s`, { hint: 'Try again later.' })

  async function exchange(stopped: AbortSignal): Promise<Answer> {
    const response = await runtime.fetch(url, {
      method,
      headers: { accept: 'application/json', ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(form === undefined ? {} : { body: form }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      signal: stopped,
    })
    return { status: response.status, headers: response.headers, body: await readBody(response, bodyLimit, host) }
  }

  try {
    return await withinTime(runtime.sleep, timeLimit, signal, exchange, late)
  } catch (error) {
    if (error instanceof CountersignError) throw error
    throw new CountersignError('network_failure', `could not reach ${host}${reasonOf(error)}`, {
      hint: 'Check the address, the network, and proxy or certificate settings.',
      cause: error,
    })
  }
}

async function readBody({ body }: Response, limit: number, host: string): Promise<string> {
  if (limit === 0) {
    // Not awaited: a server that keeps sending may also keep the cancellation waiting.
    body?.cancel().catch(() => {})
    return ''
  }
  const text = await readBounded(body, limit)
  if (text === undefined) throw new CountersignError('invalid_response', `the answer of ${host} is longer than ${limit} bytes`)
  return text
}

/** The system's code for what went wrong (ECONNREFUSED, CERT_HAS_EXPIRED), when the runtime names one. */
function reasonOf(error: unknown): string {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z_0-9]+$/.test(at.code)) return ` (${at.code})`
    at = 'cause' in at ? at.cause : undefined
  }
  return ''
}
