/** A wrap before a real program, with a token in its vault that an authorization server on a real port renews; time runs fifty times as fast. */
import { Buffer } from 'node:buffer'
import { vaultName } from '@countersign/client'
import { nodeSuite } from '@countersign/node'
import { expect, onTestFinished } from 'vitest'
import { volatileMemory } from '../../src/host/remembered.ts'
import { issuer } from '../../src/providers/provider.ts'
import { startWrap, type WrapEvent } from '../../src/wrap/wrap.ts'
import type { Place } from './faulty-place.ts'

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: { readonly content?: readonly { readonly text: string }[]; readonly tools?: readonly { readonly name: string }[] }
  readonly error?: { readonly message: string }
}

/** @param life of the first token, in seconds of the fast clock */
export async function openWrapped(place: Place, command: readonly string[], { life = 3600, environment = {}, authTools = false } = {}) {
  const { runtime, stores } = place.parts
  const now = runtime.clock.now()
  const { access_token: accessToken, refresh_token: refreshToken } = place.grant('read')
  await stores.vault.write(vaultName(place.issuer, 'app', undefined, 'default'), {
    version: 1,
    issuer: place.issuer,
    clientId: 'app',
    scope: ['read'],
    accessToken,
    tokenType: 'Bearer',
    refreshToken,
    expiresAt: now + life * 1000,
    obtainedAt: now,
    key: await nodeSuite().generateKey('ES256'),
    endpoints: { token: `${place.issuer}/token` },
    generation: 1,
  })
  let bytes = Buffer.alloc(0)
  let read = 0
  const messages: Message[] = []
  const events: WrapEvent[] = []
  const waiting = new Map<unknown, (message: Message) => void>()
  const [program = '', ...args] = command
  const wrap = await startWrap(
    runtime,
    async () => stores,
    issuer(place.issuer, { clientId: 'app' }),
    (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let at = bytes.indexOf(10, read); at !== -1; at = bytes.indexOf(10, read)) {
        hear(bytes.subarray(read, at).toString())
        read = at + 1
      }
    },
    {
      command: [program, ...args],
      variable: 'TOKEN',
      authTools,
      environment: { PATH: process.env['PATH'], ...environment },
      memory: volatileMemory(),
      onEvent: (event) => void events.push(event),
    },
  )
  onTestFinished(() => {
    wrap.close()
    wrap.signal('SIGKILL')
  })

  function hear(line: string): void {
    let message: Message
    try {
      message = JSON.parse(line) as Message
    } catch {
      return
    }
    messages.push(message)
    if (message.method === undefined) waiting.get(message.id)?.(message)
  }

  const send = (text: string) => wrap.receive(Buffer.from(`${text}\n`))
  let ids = 0
  const request = (method: string, params: object = {}) =>
    new Promise<Message>((resolve) => {
      const id = ++ids
      waiting.set(id, resolve)
      send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'host', version: '1' } })
  send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
  return {
    wrap,
    send,
    request,
    messages,
    bytes: () => bytes,
    exited: wrap.exited,
    starts: () => events.filter(({ type }) => type === 'started').length,
    /** The text of a result, or the words of an error. */
    call: async (name: string, given: object = {}, meta = {}): Promise<string> => {
      const { result, error } = await request('tools/call', { name, arguments: given, ...meta })
      return error?.message ?? (result?.content ?? []).map(({ text }) => text).join('\n')
    },
    /** Answers to one request that the host got. */
    answersTo: (id: number | string) => messages.filter((message) => message.id === id && message.method === undefined),
    expectRenewed: () =>
      expect.poll(() => events.filter((event) => event.type === 'started' && event.again).length, { timeout: 20_000 }).toBe(1),
  }
}
