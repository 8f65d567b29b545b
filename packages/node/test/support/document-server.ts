/** A real https server on this machine that answers in any way, and counts who came. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { certificateFor } from './certificate.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** For the host `app.example`. Ends with its test. */
export async function startDocumentServer(answer: Answer) {
  const { key, cert } = certificateFor('app.example')
  const sockets = new Set<Duplex>()
  const requests: IncomingMessage[] = []
  let connections = 0
  const server = createServer({ key, cert }, (request, response) => {
    requests.push(request)
    answer(request, response)
  })
  // A client that refuses the certificate is no fault of this server.
  server.on('tlsClientError', () => undefined)
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, ca: cert, url: `https://app.example:${port}/client.json`, requests, connections: () => connections }
}
