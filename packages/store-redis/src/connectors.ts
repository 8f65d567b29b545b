/**
 * The sockets our clients use. Classes, because the driver makes them itself, for every connection: also for those it opens aside, to ask a
 * cluster for its slots. It attends to the first error of a socket only. A socket may tell of more, as TLS does when we refuse a certificate
 * and the other side complains of how we did, and an error that nobody attends to ends the program.
 */
import { connect, isIP } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls'
import { AbstractConnector, type SentinelConnectionOptions, SentinelConnector } from 'ioredis'

type Stream = Awaited<ReturnType<AbstractConnector['connect']>>

interface Address {
  readonly host: string
  readonly port: number
  readonly tls?: ConnectionOptions
  readonly disconnectTimeout: number
}

/** To the address it is given. */
export class DirectConnector extends AbstractConnector {
  readonly #options: Address

  /** The options of the client. */
  constructor(options: unknown) {
    super((options as Address).disconnectTimeout)
    this.#options = options as Address
  }

  override async connect(): Promise<Stream> {
    this.connecting = true
    // The driver may change its mind in the same turn.
    await new Promise((resolve) => process.nextTick(resolve))
    if (!this.connecting) throw new Error('Connection is closed.')
    const { host, port, tls } = this.#options
    // Server name indication is for a name, and never an address; several servers may share one.
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const stream = tls === undefined ? connect({ host, port }) : connectSecurely({ ...servername, ...tls, host, port })
    stream.once('error', (error: Error) => {
      this.firstError = error
    })
    this.stream = stream
    return prepared(stream)
  }
}

/** To the master that Sentinel knows. */
export class ThroughSentinel extends SentinelConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions)
  }

  override async connect(tell: Parameters<SentinelConnector['connect']>[0]): Promise<Stream> {
    return prepared(await super.connect(tell))
  }
}

/** No error is left to nobody, and commands of one turn leave in one write: a system call for each would be a third of what a move costs. */
function prepared(stream: Stream): Stream {
  stream.on('error', () => undefined)
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean
  stream.write = (...given: unknown[]) => {
    if (stream.writableCorked === 0) {
      stream.cork()
      process.nextTick(() => stream.uncork())
    }
    return write(...given)
  }
  return stream
}
