/** The two parts of @homebridge/dbus-native that are used: its own types leave them out. */
declare module '@homebridge/dbus-native/lib/handshake.js' {
  import type { Duplex } from 'node:stream'

  export default function authenticate(
    stream: Duplex,
    options: { readonly authMethods: readonly string[] },
    done: (error: Error | null, guid?: string) => void,
  ): void
}

declare module '@homebridge/dbus-native/lib/message.js' {
  interface Message {
    readonly type: number
    readonly serial: number
    readonly flags?: number
    readonly destination?: string
    readonly path?: string
    readonly interface?: string
    readonly member?: string
    readonly signature?: string
    readonly body?: readonly unknown[]
    readonly errorName?: string
    readonly replySerial?: number
  }

  /** As much of a stream as is asked for: `read` gives exactly so many bytes, or `null` as long as there are fewer. */
  interface Source {
    on(event: 'readable', listener: () => void): void
    read(length: number): Buffer | null
  }

  const message: {
    marshall(message: Message): Buffer
    unmarshalMessages(source: Source, onMessage: (message: Message) => void): void
  }
  export default message
}
