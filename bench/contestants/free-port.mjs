// @ts-check
/** A port that nobody listens on, for programs that cannot choose one themselves. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
