/** One request over a connection of its own, and what came of it; nothing is ever sent a second time here. */
import { request } from 'node:http'
import type { Outcome } from './record.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}
export interface Question {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Longer than any server lets anybody wait for its store. */
const PATIENCE_MS = 20_000

/** @throws Error when no whole answer came */
export function ask(url: string, { method, headers = {}, body = '' }: Question): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...headers, 'content-length': `${Buffer.byteLength(body)}` }, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response
          resolve({ status, headers: received, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error('no answer'))).on('error', reject)
    sent.end(body)
  })
}

/** What an endpoint for programs answered. */
export function outcomeOf({ status, headers, body }: Reply): Outcome {
  if (status === 200) return 'done'
  const error = errorOf(body) ?? /error="(\w+)"/.exec(String(headers['www-authenticate']))?.[1]
  if (status === 503 && error === 'temporarily_unavailable' && headers['retry-after'] !== undefined) return 'unavailable'
  if ((status === 400 || status === 401) && error !== undefined && error !== 'temporarily_unavailable') return error
  return `wrong: ${status} ${body.slice(0, 200)}`
}

/** What a page answered, when it did not say yes. */
export function outcomeOfPage({ status, headers, body }: Reply): Outcome {
  if (status === 503 && headers['retry-after'] !== undefined) return 'unavailable'
  // The entry of codes, with a word on what is wrong with this one; or that it is too late for it.
  if (status === 409 || /role="alert"/.test(body)) return 'refused'
  return `wrong: page ${status} ${body.replace(/<style[^]*?<\/style>|<[^>]*>|\s+/g, ' ').slice(0, 300)}`
}

export function fieldsOf({ body }: Reply): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return {}
  }
}

function errorOf(body: string): string | undefined {
  const { error } = fieldsOf({ status: 0, headers: {}, body })
  return typeof error === 'string' ? error : undefined
}
