/**
 * One run of the real server with one token, and what it owes the host. After a renewal a new one takes over; the old one finishes what it
 * has begun and goes.
 */
import type { Buffer } from 'node:buffer'
import { type Message, type MessageId, notificationText, readMessages, type Request, requestText, type Response } from '../wire/message.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'

export interface Generation {
  readonly token: string
  readonly expiresAt: number | undefined
  readonly child: Child
  /** Passes a line of the host on, as it is. */
  pass(line: Uint8Array, message: Message): void
  /** A request of our own, whose answer no host sees. Resolves with `undefined` when the server ends first. */
  ask(method: string, params: Request['params']): Promise<Response | undefined>
  tell(method: string): void
  /** Whether it still owes the host an answer to this. */
  owes(id: MessageId): boolean
  /** All that it owes; not what goes on for good, such as streams of changes. */
  owed(): readonly MessageId[]
  /** Goes when all is answered. */
  retire(): void
}

export interface GenerationOptions extends Omit<ChildOptions, 'onLine'> {
  readonly token: string
  readonly expiresAt: number | undefined
  /** A line for the host. `answers` is the request that it answers, when it is the answer to one. */
  readonly onLine: (line: Buffer, message: Message | undefined, answers: Request | undefined) => void
}

export function startGeneration({ token, expiresAt, onLine, ...options }: GenerationOptions): Generation {
  const open = new Map<MessageId, Request>()
  const own = new Map<MessageId, (response: Response | undefined) => void>()
  let ids = 0
  let retired = false

  const child = startChild({
    ...options,
    onLine: (line) => {
      const [message] = readMessages(line.toString('utf8')) ?? []
      if (message?.kind !== 'response' || message.id === undefined) return onLine(line, message, undefined)
      const settle = own.get(message.id)
      if (settle !== undefined) {
        own.delete(message.id)
        return settle(message)
      }
      const answers = open.get(message.id)
      open.delete(message.id)
      onLine(line, message, answers)
      leave()
    },
  })
  void child.exited.then(() => {
    for (const settle of own.values()) settle(undefined)
    own.clear()
  })

  const owed = () => [...open.values()].filter(({ method }) => method !== 'subscriptions/listen').map(({ id }) => id)
  function leave(): void {
    if (retired && owed().length === 0) child.end()
  }
  const encode = (text: string) => new TextEncoder().encode(text)

  return {
    token,
    expiresAt,
    child,
    owed,
    pass(line, message) {
      if (message.kind === 'request') open.set(message.id, message)
      child.send(line)
    },
    ask: (method, params) =>
      new Promise((resolve) => {
        const id = `countersign-${++ids}`
        own.set(id, resolve)
        child.send(encode(requestText(id, method, params)))
      }),
    tell: (method) => child.send(encode(notificationText(method))),
    owes: (id) => open.has(id),
    retire() {
      retired = true
      leave()
    },
  }
}
