/** PgBouncer in transaction mode before a PostgreSQL. COUNTERSIGN_TEST_PGBOUNCER names the program; "npm test" finds it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { asNobodySpecial, query } from './postgres.ts'
import { watchedFolder } from './watched-folder.ts'

export interface PgBouncer {
  /** The same database, through the pooler. */
  readonly url: string
  readonly close: () => Promise<void>
}

const PATIENCE_MS = 30_000
/** Fewer than a store has connections, so that every transaction finds itself on another one. */
const SERVERS = 3

/** @param settings as in pgbouncer.ini, like `max_prepared_statements=0` */
export async function startPgBouncer(to: string, ...settings: readonly string[]): Promise<PgBouncer> {
  const program = process.env['COUNTERSIGN_TEST_PGBOUNCER'] ?? ''
  if (program === '') {
    throw new Error('no PgBouncer: set COUNTERSIGN_TEST_PGBOUNCER to it, or run the tests with "npm test", which finds it')
  }
  const { folder, watch, remove } = watchedFolder('countersign-pgbouncer-')
  const [port] = await freePorts(1)
  const { hostname, port: toPort, username, pathname } = new URL(to)
  const database = pathname.slice(1)
  const configuration = join(folder, 'pgbouncer.ini')
  writeFileSync(join(folder, 'users.txt'), `"${username}" ""\n`, { mode: 0o644 })
  const lines = [
    '[databases]',
    `${database} = host=${hostname} port=${toPort || 5432} dbname=${database}`,
    '[pgbouncer]',
    `listen_port = ${port}`,
    'listen_addr = 127.0.0.1',
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users.txt')}`,
    'pool_mode = transaction',
    `default_pool_size = ${SERVERS}`,
    'max_client_conn = 200',
    ...settings,
  ]
  writeFileSync(configuration, `${lines.join('\n')}\n`, { mode: 0o644 })
  const child = spawn(program, ['--quiet', configuration], { ...asNobodySpecial(folder), stdio: 'ignore' })
  watch(child.pid, once(child, 'exit'))
  const url = `postgres://${username}@127.0.0.1:${port}/${database}`
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    remove()
  }
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      await query(url, 'SELECT 1')
      return { url, close }
    } catch (cause) {
      if (child.exitCode !== null || Date.now() > end) {
        await close()
        throw new Error('this PgBouncer does not start', { cause })
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
