/** A relay before a server that can lose what either side says, lead elsewhere, and count how often one waited for the other. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpRelay {
  readonly port: number
  /** From now on: the server hears everything, and its next words end the connection instead of getting through. Resolves when that happened. */
  readonly loseNextAnswer: () => Promise<void>
  /** From now on: after so many bytes more nothing of what the server says gets through, and the connection ends. Resolves when that happened. */
  readonly cutAnswerAfter: (bytes: number) => Promise<void>
  /** From now on: after so many bytes more the server hears nothing, and the connection ends. Resolves when that happened. */
  readonly cutRequestAfter: (bytes: number) => Promise<void>
  /** How often something was asked since an answer came: the round trips so far. */
  readonly roundTrips: () => number
  /** Ends every connection; new ones lead there. */
  readonly leadTo: (port: number) => void
  /** New connections lead there; those that are open stay as they are. */
  readonly leadNewTo: (port: number) => void
  /** Nothing gets through any more on the connections that are open, and they stay open; new ones are as ever. */
  readonly silence: () => void
  /** From now on nothing gets through in either direction, and connections stay open; until `close`. */
  readonly hold: () => void
  readonly close: () => Promise<void>
}

export async function openTcpRelay(to: number): Promise<TcpRelay> {
  const open = new Set<Socket>()
  let lose: { left: number; readonly done: () => void } | undefined
  const silenced = new WeakSet<Socket>()
  let held = false
  let port = to
  let cut: { left: number; readonly done: () => void } | undefined
  let answered = true
  let trips = 0
  const endAll = () => {
    for (const socket of open) socket.destroy()
  }
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', end).on('close', () => {
        open.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      if (answered) trips++
      answered = false
      if (held || silenced.has(client)) return
      if (cut === undefined || cut.left > chunk.length) {
        if (cut !== undefined) cut.left -= chunk.length
        upstream.write(chunk)
        return
      }
      upstream.end(chunk.subarray(0, cut.left), end)
      cut.done()
      cut = undefined
    })
    upstream.on('data', (chunk) => {
      answered = true
      if (held || silenced.has(upstream)) return
      if (lose === undefined || lose.left > chunk.length) {
        if (lose !== undefined) lose.left -= chunk.length
        client.write(chunk)
        return
      }
      if (lose.left === 0) end()
      else client.end(chunk.subarray(0, lose.left), end)
      lose.done()
      lose = undefined
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutAnswerAfter = (bytes: number) => new Promise<void>((resolve) => (lose = { left: bytes, done: resolve }))
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () => cutAnswerAfter(0),
    cutAnswerAfter,
    cutRequestAfter: (bytes) => new Promise((resolve) => (cut = { left: bytes, done: resolve })),
    roundTrips: () => trips,
    leadTo: (next) => {
      port = next
      endAll()
    },
    leadNewTo: (next) => {
      port = next
    },
    silence: () => {
      for (const socket of open) silenced.add(socket)
    },
    hold: () => {
      held = true
    },
    async close() {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}
