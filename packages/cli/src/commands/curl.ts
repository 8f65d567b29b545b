/**
 * `countersign curl`: one authorized request, with nonces and one renewal taken care of.
 * Invariant: the token goes to the resource it is for and nowhere else: redirects are shown, not followed.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fetchAuthorizedBy, scopeMissing, stepUp } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError, formatScope, type Scope } from '@countersign/protocol'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { readStdinBytes } from '../prompt.ts'
import { openRuntime } from '../sign-ins/client-parts.ts'
import { commandFor } from '../sign-ins/find-sign-in.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import { methodIn } from './header.ts'
import type { CurlOptions } from './use-options.ts'

/**
 * Sends the request and writes the answer's body, whatever its status; with `--fail` a status of 400 and above ends with exit code 1.
 * @throws CountersignError `usage`, `network_failure`, and what renewing throws
 */
export async function curl(invocation: Invocation, url: string, options: CurlOptions): Promise<ExitCode> {
  const { signal } = invocation
  const runtime = openRuntime(invocation)
  const headers = headersIn(options.header ?? [])
  const body = options.data === undefined ? undefined : await bodyIn(options.data, invocation)
  const method = methodIn(options.request ?? (body === undefined ? 'GET' : 'POST'))
  if (body !== undefined && !headers.has('content-type')) headers.set('content-type', isJson(body) ? 'application/json' : 'text/plain')
  const source = await openTokenSource(invocation)
  let granted: Scope = []
  const send = fetchAuthorizedBy(runtime, {
    authorize: async (request) => {
      const authorization = await source.authorize({ ...options, url }, request)
      granted = authorization.credential.scope
      return authorization
    },
  })
  const response = await reaching(url, () => send(url, { method, headers, signal, ...(body === undefined ? {} : { body }) }))
  await show(invocation, response, options)
  advise(invocation, response, url, options, granted)
  return options.fail === true && response.status >= 400 ? EXIT.failure : EXIT.ok
}

async function show({ output }: Invocation, response: Response, options: CurlOptions): Promise<void> {
  const { status, headers, body } = response
  if (output.json || options.output !== undefined) {
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (options.output !== undefined) await writeFile(options.output, bytes)
    const text = options.output === undefined ? { body: textOf(bytes) } : { bytes: bytes.length, file: options.output }
    return output.result({ status, headers: Object.fromEntries(headers), ...text }, [])
  }
  if (options.include === true) {
    const lines = [`HTTP ${status}`, ...[...headers].map(([name, value]) => `${name}: ${value}`), '']
    await output.bytes(Buffer.from(lines.map((line) => `${plainLine(line)}\n`).join('')))
  }
  if (body === null) return
  for await (const chunk of body) await output.bytes(chunk as Uint8Array)
}

/** What a person does about an answer that is none. */
function advise({ output }: Invocation, response: Response, url: string, options: CurlOptions, granted: Scope): void {
  const say = (line: string) => output.say(plainLine(line))
  const { status, headers } = response
  if (status < 300) return
  if (status < 400) return say(`status ${status}: it leads to ${headers.get('location') ?? 'nowhere'}, where this token is not sent`)
  const missing = scopeMissing(response)
  const step = missing === undefined ? undefined : stepUp(missing, { granted, tried: [] })
  say(`status ${status}${step?.type === 'futile' ? ': this sign-in may not do that, and a new one would not change it' : ''}`)
  if (step?.type === 'ask') say(`hint: ${commandFor('login', url, options.profile)} --scope '${formatScope(step.scope)}'`)
}

/** @throws CountersignError `usage` for what is no header, or for one that this command sets itself */
function headersIn(given: readonly string[]): Headers {
  const headers = new Headers()
  for (const text of given) {
    const [, name = '', value = ''] = /^([^\s:]+):\s*(.*)$/s.exec(text) ?? []
    if (name === '') throw new CountersignError('usage', `not a header: "${text}"`, { hint: `like 'Accept: application/json'` })
    if (['authorization', 'dpop'].includes(name.toLowerCase())) {
      throw new CountersignError('usage', `the header ${name} is what this command adds`, { hint: 'leave it out' })
    }
    try {
      headers.append(name, value)
    } catch (cause) {
      throw new CountersignError('usage', `not a header: "${text}"`, { cause })
    }
  }
  return headers
}

/** The text itself, or as with curl the file that `@` names, or with `@-` everything on stdin. */
async function bodyIn(text: string, invocation: Invocation): Promise<Uint8Array<ArrayBuffer>> {
  if (!text.startsWith('@')) return new Uint8Array(Buffer.from(text))
  if (text === '@-') return new Uint8Array(await readStdinBytes(invocation))
  try {
    return new Uint8Array(await readFile(text.slice(1)))
  } catch (cause) {
    throw new CountersignError('usage', `cannot read ${text.slice(1)}`, { cause })
  }
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return true
  } catch {
    return false
  }
}

function textOf(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What fetch throws says nothing to a person. */
async function reaching<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause
    throw new CountersignError('network_failure', `could not reach ${new URL(url).host}`, {
      hint: 'Check the address and the network: countersign doctor',
      cause,
    })
  }
}
