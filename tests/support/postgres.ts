/**
 * PostgreSQL for the tests: the server that runs on this machine, with schemas of our own, or a cluster that a test starts, kills and throws away.
 * COUNTERSIGN_TEST_POSTGRES names a database, COUNTERSIGN_TEST_POSTGRES_BIN the programs of a server; "npm test" finds both.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { watchedFolder } from './watched-folder.ts'

export interface Cluster {
  readonly url: string
  /** Starts the server again after it was killed. */
  readonly start: () => Promise<void>
  /** Ends everything of it without a warning, as a power cut does. */
  readonly kill: () => Promise<void>
  /** Everything of it stands still, and its connections stay open. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Ends it and takes everything away. */
  readonly remove: () => Promise<void>
}

const PATIENCE_MS = 30_000

/** A server of our own: for what may not be done to one that others use. @param settings as in postgresql.conf, like `fsync=off` */
export async function startCluster(...settings: readonly string[]): Promise<Cluster> {
  const programs = programFolder()
  const [port] = await freePorts(1)
  const { folder, watch, remove } = watchedFolder('countersign-postgres-')
  const user = asNobodySpecial(folder)
  const state = join(folder, 'state')
  initialise(join(programs, 'initdb'), state, user)
  const fixed = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60', 'shared_buffers=16MB']
  writeFileSync(join(state, 'postgresql.auto.conf'), [...fixed, ...settings].map((line) => `${line.replace('=', " = '")}'\n`).join(''))
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined

  async function start() {
    const started = spawn(join(programs, 'postgres'), ['-D', state], { ...user, cwd: folder, stdio: 'ignore' })
    server = started
    watch(started.pid, once(started, 'exit'))
    for (const end = Date.now() + PATIENCE_MS; !(await answers(url)); ) {
      if (started.exitCode !== null || Date.now() > end) throw new Error('this PostgreSQL does not start')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  /** To the server, which then starts no further program, and to every program it has started; each leads a group of its own. */
  function signal(name: NodeJS.Signals) {
    server?.kill(name)
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    for (const line of stdout.split('\n')) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number)
      if (pid !== undefined && parent === server?.pid) signalTo(pid, name)
    }
  }
  async function kill() {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    signal('SIGKILL')
    await gone
  }
  const cluster = {
    url,
    start,
    kill,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async remove() {
      await kill()
      remove()
    },
  }
  try {
    await start()
    return cluster
  } catch (error) {
    await cluster.remove()
    throw error
  }
}

/** The database that tests share, each in a schema of its own; a cluster for this run when no server was there. */
export async function sharedDatabase(): Promise<{ readonly url: string; readonly release: () => Promise<void> }> {
  const url = process.env['COUNTERSIGN_TEST_POSTGRES'] ?? ''
  if (url !== '') return { url, release: async () => {} }
  const cluster = await startCluster('fsync=off')
  return { url: cluster.url, release: cluster.remove }
}

/** One statement on a connection of its own; gives the rows. */
export async function query(url: string, text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** The user that such servers run as, because they refuse to run as root; the folder becomes his. */
export function asNobodySpecial(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)) as [
    number,
    number,
  ]
  if (!(uid > 0)) throw new Error('there is no user "postgres" to run a database as')
  chownSync(folder, uid, gid)
  return { uid, gid }
}

function signalTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended before.
  }
}

function initialise(initdb: string, state: string, user: { readonly uid?: number; readonly gid?: number }): void {
  const given = ['-D', state, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  const { status, stderr, error } = spawnSync(initdb, given, { ...user, cwd: '/', encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`)
}

function programFolder(): string {
  const folder = process.env['COUNTERSIGN_TEST_POSTGRES_BIN'] ?? ''
  if (folder !== '') return folder
  throw new Error(
    'no PostgreSQL: set COUNTERSIGN_TEST_POSTGRES_BIN to the folder of its programs, or run the tests with "npm test", which finds it',
  )
}

async function answers(url: string): Promise<boolean> {
  try {
    await query(url, 'SELECT 1')
    return true
  } catch {
    return false
  }
}
