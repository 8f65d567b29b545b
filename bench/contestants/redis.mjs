// @ts-check
/** A Redis of the benchmark's own, on the servers' core; nobody's Redis is touched, and what it uses counts as its server's. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { onServerCore } from '../load/machine.mjs'
import { freePort } from './free-port.mjs'
import { endWithUs } from './program.mjs'

const PROGRAMS = ['redis-server', 'valkey-server']

/** The first of them that is installed. */
function program() {
  return PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0)
}

export const missingRedis = () => (program() === undefined ? 'redis-server is not installed' : undefined)

/** Starts an empty one in memory, as both contestants that use Redis get it. @param {string} folder */
export async function startRedis(folder) {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, '--daemonize', 'no']
  const [file, ...args] = onServerCore([program() ?? '', ...options])
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  endWithUs(child)
  await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      if (/ready to accept connections/i.test(text)) resolve(undefined)
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`Redis ended with ${code}`)))
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: /** @type {number} */ (child.pid),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/**
 * A server that has a Redis of its own: both cost, and both end.
 * @param {import('./contestant.mjs').Running} server
 * @param {Awaited<ReturnType<typeof startRedis>>} redis
 * @returns {import('./contestant.mjs').Running}
 */
export function besideRedis(server, redis) {
  return {
    ...server,
    pids: [...server.pids, redis.pid],
    stop: async () => {
      await server.stop()
      await redis.stop()
    },
  }
}
