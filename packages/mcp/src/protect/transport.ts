/** The SDK's transport as far as it matters here, and standing in the middle of one. Versions 1 and 2 have the same. */
import type { Message } from './messages.ts'

export interface SdkTransport {
  start(): Promise<void>
  send(message: unknown, options?: unknown): Promise<void>
  close(): Promise<void>
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: never, extra?: never) => void) | undefined
  sessionId?: string | undefined
  setProtocolVersion?: ((version: string) => void) | undefined
}

/** The two sides of a connection, for whoever stands between them. */
export interface Between {
  /** To the host. */
  readonly send: (message: Message, options?: unknown) => Promise<void>
  /** To the server; `extra` is what came with the message. */
  readonly deliver: (message: Message, extra: unknown) => void
}

export interface Bystander {
  /** From the host. */
  readonly incoming: (message: Message, extra: unknown) => void
  /** From the server. */
  readonly outgoing: (message: Message, options: unknown) => Promise<void>
  readonly closed: () => void
}

type Listener = (message: unknown, extra: unknown) => void

/** A transport for the server, with somebody in the middle; whatever is not about messages goes straight through. */
export function standBetween(transport: SdkTransport, place: (between: Between) => Bystander): SdkTransport {
  const outer: SdkTransport = {
    start: async () => {
      const { onmessage, onclose, onerror } = transport
      transport.onmessage = ((message: Message, extra: unknown) => {
        ;(onmessage as Listener | undefined)?.(message, extra)
        bystander.incoming(message, extra)
      }) as NonNullable<SdkTransport['onmessage']>
      transport.onclose = () => {
        onclose?.()
        bystander.closed()
        outer.onclose?.()
      }
      transport.onerror = (error) => {
        onerror?.(error)
        outer.onerror?.(error)
      }
      await transport.start()
    },
    send: (message, options) => bystander.outgoing(message as Message, options),
    close: () => transport.close(),
    get sessionId() {
      return transport.sessionId
    },
    setProtocolVersion: (version) => transport.setProtocolVersion?.(version),
  }
  const bystander = place({
    send: (message, options) => transport.send(message, options),
    deliver: (message, extra) => (outer.onmessage as Listener | undefined)?.(message, extra),
  })
  return outer
}
