/** `node dist/main.js`: starts the application with its authority, signs a device in to it, and exits with 1 when anything went wrong. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openLogin, walk } from '@countersign-example/own-login'
import { memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'

const server = createServer().listen(0, '127.0.0.1')
try {
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = openLogin()
  // Yours is one that outlives the program, and a key from where you keep secrets.
  const store = memoryStore(systemClock())
  const masterKey = nodeSuite().random(32)
  // A second between two polls, so that nobody has to wait here; leave it out.
  const settings = { pace: { interval: 1, longest: 60, tolerance: 0.5 } }
  const app = await createApp({ origin, login, store, masterKey, settings })
  const listener = getRequestListener(app.fetch)
  server.on('request', (request, response) => void listener(request, response))
  await walk({ origin, clientId: 'tv-app' }, login, (line) => console.log(line))
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  server.closeAllConnections()
  server.close()
}
