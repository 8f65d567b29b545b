/** `node dist/main.js`: starts the application with its authority, signs a device in to it, and exits with 1 when anything went wrong. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLogin, walk } from '@countersign-example/own-login'
import { nodeSuite, systemClock } from '@countersign/node'
import { sqliteStore } from '@countersign/store-sqlite'
import { createApp } from './app.ts'

const folder = await mkdtemp(join(tmpdir(), 'beside-express-'))
const store = sqliteStore({ file: join(folder, 'authority.db'), clock: systemClock() })
const server = createServer().listen(0, '127.0.0.1')
try {
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = openLogin()
  // Yours comes from where you keep secrets, and stays the same.
  const masterKey = nodeSuite().random(32)
  // A second between two polls, so that nobody has to wait here; leave it out.
  const settings = { pace: { interval: 1, longest: 60, tolerance: 0.5 } }
  server.on('request', await createApp({ origin, login, store, masterKey, settings }))
  await walk({ origin, clientId: 'tv-app' }, login, (line) => console.log(line))
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  server.closeAllConnections()
  server.close()
  await store.close()
  await rm(folder, { recursive: true })
}
