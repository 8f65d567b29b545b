/**
 * What was sent and answered, in order, so that every verdict can be looked up.
 * Invariant: no secret stands in it. Values of secret parameters, headers and members are replaced by a keyed digest (the key is forgotten with
 * the run), so that the same secret is recognised in two steps and cannot be guessed from its digest, however short it was.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Answer, Sent } from './exchange.ts'

export interface Step {
  readonly step: number
  /** Milliseconds since the probe began. */
  readonly at: number
  /** The check that asked, such as `L13`; `setup` for what came before. */
  readonly check: string
  readonly request: string
  readonly sent: string
  /** `0` when there was no answer. */
  readonly status: number
  readonly answered: string
  /** The Date header of the server. */
  readonly serverDate: string
}

const SECRET = new Set([
  'device_code',
  'user_code',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'token',
  'password',
  'csrf',
  'xsrf',
  '_csrf',
  'csrf_token',
  'code',
  'assertion',
  'client_assertion',
  'verification_uri_complete',
])
const HEADERS_TOLD = [
  'content-type',
  'cache-control',
  'retry-after',
  'location',
  'www-authenticate',
  'access-control-allow-origin',
  'allow',
]
const LONGEST_TEXT = 400

export interface Transcript {
  readonly steps: readonly Step[]
  readonly record: (check: string, at: number, sent: Sent, answer: Omit<Answer, 'step'> | undefined, failure?: string) => number
  /** A secret as the transcript shows it. */
  readonly hidden: (secret: string) => string
}

export function openTranscript(): Transcript {
  const key = randomBytes(32)
  const steps: Step[] = []
  const hidden = (secret: string) => (secret === '' ? '' : `#${createHmac('sha256', key).update(secret).digest('hex').slice(0, 10)}`)

  const form = (text: string): string =>
    [...new URLSearchParams(text)].map(([name, value]) => `${name}=${SECRET.has(name.toLowerCase()) ? hidden(value) : value}`).join('&')

  function address(url: string): string {
    const { origin, pathname, search } = new URL(url)
    return origin + pathname + (search === '' ? '' : `?${form(search.slice(1))}`)
  }

  function bodyOf(body: string, type: string): string {
    if (body === '') return ''
    if (type.includes('json')) return JSON.stringify(withoutSecrets(parsed(body)))
    return type.includes('form') ? form(body) : `${body.length} characters`
  }

  function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutSecrets)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) =>
        SECRET.has(name) && typeof member === 'string' ? [name, hidden(member)] : [name, withoutSecrets(member)],
      ),
    )
  }

  function told(answer: Omit<Answer, 'step'>): string {
    const headers = HEADERS_TOLD.flatMap((name) => {
      const value = answer.headers.get(name)?.join(', ')
      return value === undefined ? [] : [`${name}: ${name === 'location' ? addressOrText(value) : value}`]
    })
    const isObject = Object.keys(answer.json).length > 0
    const body = isObject ? JSON.stringify(withoutSecrets(answer.json)) : answer.body === '' ? '' : `${answer.body.length} characters`
    return [...headers, body].filter((part) => part !== '').join(' | ')
  }

  const addressOrText = (value: string): string => (URL.canParse(value) ? address(value) : (value.split('?')[0] ?? ''))

  return {
    steps,
    hidden,
    record: (check, at, sent, answer, failure = '') => {
      const step = steps.length + 1
      const headers = Object.entries(sent.headers).map(([name, value]) =>
        /^(?:authorization|cookie|dpop)$/.test(name) ? `${name}: ${hidden(value)}` : `${name}: ${value}`,
      )
      const body = bodyOf(sent.body, sent.headers['content-type'] ?? '')
      steps.push({
        step,
        at,
        check,
        request: `${sent.method} ${address(sent.url)}`,
        sent: shortened([...headers, body].filter((part) => part !== '').join(' | ')),
        status: answer?.status ?? 0,
        answered: shortened(answer === undefined ? failure : told(answer)),
        serverDate: answer?.headers.get('date')?.[0] ?? '',
      })
      return step
    },
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return `${body.length} characters`
  }
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`
}
