/**
 * What a host has said that a new run of the server has to know as well: the handshake of the legacy era, log levels, subscriptions, and
 * the streams of the modern era.
 */
import { Buffer } from 'node:buffer'
import { identityOfDiscover, identityOfInitialize, type ServerIdentity } from '../host/server-identity.ts'
import { type HostIdentity, legacyIdentity, modernIdentity, withEnvelope } from '../wire/era.ts'
import type { JsonObject, Message, MessageId, Request, Response } from '../wire/message.ts'
import type { Generation } from './generation.ts'

export interface Conversation {
  /** Notes a message of the host. */
  note(message: Message, line: Uint8Array): void
  host(): HostIdentity
  /** Tells a new run all of it; resolves with who the server is, when it says so. */
  replay(generation: Generation): Promise<ServerIdentity | undefined>
  /** Whether an acknowledgement is the second one, of a stream that was opened again for a new run. */
  isRepeated(id: MessageId): boolean
}

export function conversation(): Conversation {
  let initialize: Request | undefined
  let initialized = false
  let lastHost: HostIdentity | undefined
  let level: Request | undefined
  const subscribed = new Map<string, Request>()
  const streams = new Map<MessageId, { readonly request: Request; readonly line: Buffer }>()
  const repeated = new Set<MessageId>()

  return {
    note(message, line) {
      if (message.kind === 'notification') {
        const { requestId } = message.params
        if (message.method === 'notifications/initialized') initialized = true
        if (message.method === 'notifications/cancelled') streams.delete(requestId as MessageId)
      }
      if (message.kind !== 'request') return
      const { id, method, params } = message
      lastHost = modernIdentity(params) ?? lastHost
      if (method === 'initialize') initialize = message
      else if (method === 'logging/setLevel') level = message
      else if (method === 'resources/subscribe') subscribed.set(String(params['uri']), message)
      else if (method === 'resources/unsubscribe') subscribed.delete(String(params['uri']))
      else if (method === 'subscriptions/listen') streams.set(id, { request: message, line: Buffer.from(line) })
    },
    host: () => (initialize === undefined ? (lastHost ?? legacyIdentity({})) : legacyIdentity(initialize.params)),
    async replay(generation) {
      if (initialize !== undefined) {
        const answer = await generation.ask('initialize', initialize.params)
        if (initialized) generation.tell('notifications/initialized')
        if (level !== undefined) void generation.ask(level.method, level.params)
        for (const { method, params } of subscribed.values()) void generation.ask(method, params)
        return identityIn(answer, (result) => identityOfInitialize(result, undefined))
      }
      for (const [id, { request, line }] of streams) {
        repeated.add(id)
        generation.pass(line, request)
      }
      if (lastHost === undefined) return undefined
      return identityIn(await generation.ask('server/discover', withEnvelope({}, lastHost)), identityOfDiscover)
    },
    isRepeated: (id) => repeated.delete(id),
  }
}

function identityIn(answer: Response | undefined, read: (result: JsonObject) => ServerIdentity | undefined): ServerIdentity | undefined {
  return answer !== undefined && 'result' in answer.outcome ? read(answer.outcome.result) : undefined
}
