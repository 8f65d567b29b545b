/**
 * One HTTP request and its answer, byte for byte as it was meant: repeated parameters, foreign Host headers, GET where POST belongs.
 * Redirects are never followed and nothing is added, so that what a server did is what it was asked to do.
 */
import { type Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type JsonObject, objectOf } from '../../json-object.ts'

/** What is sent. Names of headers are lower case. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answer {
  readonly status: number
  /** By lower-case name; a header that came several times has several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
  /** The body as a JSON object, whatever its media type says; empty when it is none. */
  readonly json: Readonly<Record<string, unknown>>
  /** Its number in the transcript. */
  readonly step: number
}

export interface Connecting {
  /** Certificates to trust beside the ones this machine trusts, PEM. */
  readonly ca?: string | undefined
  readonly agent?: HttpAgent
}

const PATIENCE_MS = 20_000
const LONGEST_BODY = 1 << 20

/** Opens the request without ending it: whoever calls writes the body. */
export function openRequest({ method, url, headers }: Sent, { ca, agent }: Connecting = {}): ClientRequest {
  const target = new URL(url)
  const common = { method, headers: { host: target.host, ...headers }, setHost: false, ...(agent === undefined ? {} : { agent }) }
  return target.protocol === 'https:'
    ? requestHttps(target, {
        ...common,
        ...(ca === undefined ? {} : { ca }),
        servername: isAddress(target.hostname) ? '' : target.hostname,
      })
    : requestHttp(target, common)
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|^\[/.test(host)
}

/** The answer to a request that was opened. @throws Error when the connection fails, stalls or drowns us */
export function answerTo(request: ClientRequest): Promise<Omit<Answer, 'step'>> {
  return new Promise((resolve, reject) => {
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} seconds`)))
    request.once('error', reject)
    request.once('response', (response) => void readAnswer(response).then(resolve, reject))
  })
}

async function readAnswer(response: IncomingMessage): Promise<Omit<Answer, 'step'>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_BODY) throw new Error('the answer is longer than a megabyte')
    chunks.push(chunk)
  }
  const headers = new Map<string, string[]>()
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = (response.rawHeaders[index] ?? '').toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), response.rawHeaders[index + 1] ?? ''])
  }
  const body = Buffer.concat(chunks).toString('utf8')
  return { status: response.statusCode ?? 0, headers, body, json: objectIn(body) }
}

function objectIn(body: string): JsonObject {
  try {
    return objectOf(JSON.parse(body))
  } catch {
    return {}
  }
}

/** The first value of a header, or the empty string. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string {
  return headers.get(name)?.[0] ?? ''
}

/** A member of the answer that is a text. */
export function textOf({ json }: Pick<Answer, 'json'>, name: string): string | undefined {
  const value = json[name]
  return typeof value === 'string' ? value : undefined
}
