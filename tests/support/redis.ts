/**
 * Redis for a test: servers of its own on free ports of this machine, alone or as a cluster, with nothing kept on disk. A watchdog ends them
 * when nobody is left to do it. COUNTERSIGN_TEST_REDIS names the program; `npm test` finds or installs it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { type WatchedFolder, watchedFolder } from './watched-folder.ts'

const PROGRAM = process.env['COUNTERSIGN_TEST_REDIS'] || 'redis-server'
const COMMAND = PROGRAM.replace(/-server$/, '-cli')
const PATIENCE_MS = 20_000

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Sends one command and tells the reply as text, without any client of ours. */
  readonly command: (...words: readonly string[]) => Promise<string>
  /** Keys that match, in order. */
  readonly keys: (pattern?: string) => Promise<readonly string[]>
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void
  /** Ends it without a warning, as a power cut does. */
  readonly kill: () => Promise<void>
  /** Starts it again on the same port; what it had is there when it keeps a log (`appendonly`). */
  readonly restart: () => Promise<void>
}

export interface RedisServers {
  readonly servers: readonly RedisServer[]
  readonly close: () => Promise<void>
}

/** One server. @param settings as on its command line, like `--appendonly yes` */
export async function openRedis(...settings: readonly string[]): Promise<RedisServer & Pick<RedisServers, 'close'>> {
  const { servers, close } = await openServers(1, settings)
  return { ...(servers[0] as RedisServer), close }
}

/** A cluster of masters that share the slots, each with so many replicas. The masters are the first of `servers`. */
export async function openRedisCluster(masters = 3, replicas = 0, ...more: readonly string[]): Promise<RedisServers> {
  // Nodes that are gone are missed soon.
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-allow-replica-migration', 'no', ...more]
  const { servers, close } = await openServers(masters * (1 + replicas), settings)
  try {
    const [first] = servers as readonly [RedisServer]
    const ids = await Promise.all(servers.map((server) => server.command('CLUSTER', 'MYID')))
    const slots = Array.from({ length: masters + 1 }, (_, index) => Math.round((index * 16_384) / masters))
    await Promise.all(
      servers
        .slice(0, masters)
        .map((server, index) => server.command('CLUSTER', 'ADDSLOTSRANGE', `${slots[index]}`, `${Number(slots[index + 1]) - 1}`)),
    )
    await Promise.all(servers.map((server, index) => server.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)))
    // With the port of the bus: it is not the usual one.
    for (const server of servers.slice(1)) await first.command('CLUSTER', 'MEET', '127.0.0.1', `${server.port}`, await busOf(server))
    await until(async () =>
      (await Promise.all(servers.map((server) => server.command('CLUSTER', 'NODES')))).every(knowsAll(servers.length)),
    )
    await Promise.all(servers.slice(masters).map((server, index) => server.command('CLUSTER', 'REPLICATE', ids[index % masters] as string)))
    const ready = async () => {
      const told = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')))
      const followers = await Promise.all(servers.slice(masters).map((server) => server.command('INFO', 'replication')))
      return told.every((info) => info.includes('cluster_state:ok')) && followers.every((info) => info.includes('master_link_status:up'))
    }
    await until(ready)
    return { servers, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A Sentinel that watches a master and its replicas, and has one of them take over when the master is gone for half a second. */
export async function openSentinel(name: string, master: RedisServer): Promise<RedisServer & Pick<RedisServers, 'close'>> {
  const configuration = [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 2000`,
  ]
  const { servers, close } = await openServers(1, ['--sentinel'], configuration.join('\n'))
  return { ...(servers[0] as RedisServer), close }
}

/** Waits until it is so. @throws Error when that takes too long */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await condition().catch(() => false)); ) {
    if (Date.now() > end) throw new Error('this Redis takes too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const knowsAll = (count: number) => (nodes: string) =>
  nodes.split('\n').filter((line) => line.includes('connected') && !/handshake|noaddr/.test(line)).length >= count

async function busOf(server: RedisServer): Promise<string> {
  return (await server.command('CONFIG', 'GET', 'cluster-port')).split('\n')[1] ?? ''
}

async function openServers(count: number, settings: readonly string[], configuration?: string): Promise<RedisServers> {
  const { folder, remove, watch } = watchedFolder('countersign-redis-')
  const ports = await freePorts(count * 2)
  const isCluster = settings.includes('--cluster-enabled')
  const servers = Array.from({ length: count }, (_, index) => {
    const port = ports[index] as number
    const own = isCluster ? ['--cluster-port', `${ports[count + index]}`, '--cluster-config-file', `nodes-${port}.conf`] : []
    const file = join(folder, `${port}.conf`)
    if (configuration !== undefined) writeFileSync(file, configuration)
    const first = configuration === undefined ? ['--appenddirname', `log-${port}`] : [file]
    return serverAt(port, [...first, ...own, '--dir', folder, ...settings], watch)
  })
  const close = async () => {
    await Promise.all(servers.map((server) => server.kill()))
    remove()
  }
  try {
    await Promise.all(servers.map((server) => server.restart()))
  } catch (error) {
    await close()
    throw error
  }
  return { servers, close }
}

function serverAt(port: number, settings: readonly string[], watch: WatchedFolder['watch']): RedisServer {
  let child: ChildProcess | undefined
  const command = async (...words: readonly string[]) => {
    const { stdout } = await promisify(execFile)(COMMAND, ['-e', '-p', `${port}`, ...words], { maxBuffer: 2 ** 26 })
    return stdout.trimEnd()
  }
  async function restart() {
    const common = settings.includes('--sentinel') ? [] : ['--save', '', '--repl-diskless-sync-delay', '0']
    const args = [...settings, '--port', `${port}`, '--bind', '127.0.0.1', ...common]
    const started = spawn(PROGRAM, args, { stdio: 'ignore' })
    child = started
    const failed = new Promise<never>((_, reject) => {
      started.once('error', () => reject(new Error(missing())))
      started.once('exit', (code) => reject(new Error(`${PROGRAM} ended with ${code} at once`)))
    })
    failed.catch(() => undefined)
    watch(started.pid, once(started, 'exit'))
    await Promise.race([failed, until(async () => (await command('PING')) === 'PONG')])
  }
  async function kill() {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    command,
    keys: async (pattern = '*') =>
      (await command('KEYS', pattern))
        .split('\n')
        .filter((key) => key !== '')
        .sort(),
    signal: (signal) => void child?.kill(signal),
    kill,
    restart,
  }
}

const missing = () =>
  `no Redis: "${PROGRAM}" does not start. Install it (Debian, Ubuntu: apt-get install redis-server), set COUNTERSIGN_TEST_REDIS to it, or run "npm test"`
