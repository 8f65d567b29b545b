/**
 * Hosts as they are in the field: the official SDK clients, of both versions and both eras, before a server that is a process of its own.
 * Every byte the server writes is kept, and every line of its stdout has to be a message.
 */
import { spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { Client as FormerClient } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { onTestFinished } from 'vitest'

export const HOST_KINDS = ['v1', 'v2-legacy', 'v2-modern'] as const
export type HostKind = (typeof HOST_KINDS)[number]

/** What the person sees, whatever window it is in. */
export interface Shown {
  readonly mode: 'url' | 'form'
  readonly message: string
  readonly url?: string
  readonly fields: readonly string[]
}

export interface Answer {
  readonly action: 'accept' | 'decline' | 'cancel'
  readonly content?: Record<string, string>
}

export interface HostOptions {
  readonly kind: HostKind
  /** Of those in `programs/`, or an absolute path. */
  readonly program: string
  readonly args?: readonly string[] | undefined
  readonly environment: Readonly<Record<string, string>>
  /** As the host declares it; `undefined` declares nothing. */
  readonly elicitation: { readonly url?: Record<string, never>; readonly form?: Record<string, never> } | undefined
  readonly person: (shown: Shown) => Promise<Answer>
}

export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
  readonly structured: unknown
}

export type Host = Awaited<ReturnType<typeof openHost>>

/** Starts the server and greets it. Ends with the test. */
export async function openHost({ kind, program, args, environment, elicitation, person }: HostOptions) {
  const shown: Shown[] = []
  const changes: string[] = []
  const wire = pipeTo(program, args ?? [], environment)
  const ask = async (params: { mode?: string; message: string; url?: string; requestedSchema?: { properties: object } }) => {
    const each: Shown = {
      mode: params.mode === 'url' ? 'url' : 'form',
      message: params.message,
      ...(params.url === undefined ? {} : { url: params.url }),
      fields: Object.keys(params.requestedSchema?.properties ?? {}),
    }
    shown.push(each)
    return { ...(await person(each)) }
  }
  const client = await greet(kind, elicitation, ask, wire.transport, () => changes.push('tools'))
  onTestFinished(async () => {
    await client.close()
    wire.kill()
  })
  return {
    /** Everything the person was asked. */
    shown,
    /** How often the list of tools was said to have changed. */
    changes,
    pid: wire.pid,
    kill: wire.kill,
    ended: wire.ended,
    stdout: wire.stdout,
    stderr: wire.stderr,
    close: () => client.close(),
    tools: async () => (await client.listTools()).tools.map(({ name }: { name: string }) => name),
    call: async (name: string, given: Record<string, unknown> = {}, options: object = {}): Promise<ToolAnswer> => {
      const result = (await callTool(client, name, given, options)) as {
        content: { text?: string }[]
        isError?: boolean
        structuredContent?: unknown
      }
      const text = result.content.map((part) => part.text ?? '').join('\n')
      return { text, isError: result.isError === true, structured: result.structuredContent }
    },
  }
}

type Ask = (params: never) => Promise<Answer>

async function greet(kind: HostKind, elicitation: HostOptions['elicitation'], ask: unknown, transport: unknown, changed: () => void) {
  const capabilities = elicitation === undefined ? {} : { elicitation }
  const handler = ask as Ask
  if (kind === 'v1') {
    const client = new FormerClient({ name: 'former-host', version: '1.0.0' }, { capabilities })
    if (elicitation !== undefined) client.setRequestHandler(ElicitRequestSchema, ({ params }) => handler(params as never) as never)
    client.fallbackNotificationHandler = async ({ method }) => void (method === 'notifications/tools/list_changed' && changed())
    await client.connect(transport as never)
    return client
  }
  const mode = kind === 'v2-modern' ? { pin: '2026-07-28' } : 'legacy'
  const client = new ModernClient({ name: 'host', version: '1.0.0' }, { capabilities, versionNegotiation: { mode: mode as never } })
  if (elicitation !== undefined)
    client.setRequestHandler('elicitation/create', (({ params }: { params: never }) => handler(params)) as never)
  client.fallbackNotificationHandler = async ({ method }: { method: string }) =>
    void (method === 'notifications/tools/list_changed' && changed())
  await client.connect(transport as never)
  return client
}

function callTool(
  client: Awaited<ReturnType<typeof greet>>,
  name: string,
  given: Record<string, unknown>,
  options: object,
): Promise<unknown> {
  const request = { name, arguments: given }
  return client instanceof FormerClient ? client.callTool(request, undefined, options) : client.callTool(request, options)
}

/** A transport of the SDK, which both versions take, over the pipes of a new process. */
function pipeTo(program: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const file = isAbsolute(program) ? program : fileURLToPath(new URL(`programs/${program}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env['PATH'] ?? '', ...environment } })
  const bytes = { stdout: '', stderr: '' }
  const transport = {
    onmessage: undefined as ((message: unknown) => void) | undefined,
    onclose: undefined as (() => void) | undefined,
    onerror: undefined as ((error: Error) => void) | undefined,
    start: async () => {},
    send: async (message: unknown) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    close: async () => void child.stdin.end(),
  }
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    bytes.stdout += chunk
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) transport.onmessage?.(JSON.parse(line))
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    bytes.stderr += chunk
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  void ended.then(() => transport.onclose?.())
  return {
    transport,
    pid: child.pid,
    kill: () => void child.kill('SIGKILL'),
    ended,
    stdout: () => bytes.stdout,
    stderr: () => bytes.stderr,
  }
}
