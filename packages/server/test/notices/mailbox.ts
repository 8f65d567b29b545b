/** A mail server for one test, on a free port of this machine, that keeps what it is given. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly from: string | undefined
  readonly to: readonly string[]
  /** Header and body as they came. */
  readonly raw: string
  /** Who was signed in, and whether nobody else could read along. */
  readonly user: string | undefined
  readonly secure: boolean
}

export interface Mailbox {
  readonly port: number
  readonly received: readonly Received[]
  /** Every connection that was made, also one that brought nothing. */
  readonly connections: () => number
  /** Waits until there are so many. */
  arrived(count: number): Promise<readonly Received[]>
  close(): Promise<void>
}

/** Without options: no TLS, no passwords, everything is taken. */
export async function openMailbox(options: SMTPServerOptions = {}, port = 0): Promise<Mailbox> {
  const received: Received[] = []
  let connections = 0
  let look: () => void = () => undefined
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_, done) => {
      connections += 1
      done()
    },
    onData: (stream, { envelope, secure, user }, done) => {
      const keep = async () => {
        const raw = await text(stream)
        const from = envelope.mailFrom === false ? undefined : envelope.mailFrom.address
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, user: user as string | undefined, secure })
        done()
        look()
      }
      void keep()
    },
    ...options,
  })
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  onTestFinished(close)
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    arrived: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (received.length >= count) resolve(received)
        }
        look()
      }),
    close,
  }
}

/** The value of a header, unfolded. */
export function headerOf({ raw }: Received, name: string): string | undefined {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  return head
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
    ?.slice(name.length + 2)
}

/** The body as it is read. */
export function bodyOf(received: Received): string {
  const body = received.raw.slice(received.raw.indexOf('\r\n\r\n') + 4)
  const encoding = headerOf(received, 'content-transfer-encoding')
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return body
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
