/** A pool of connections of our own. */
import { Pool, type PoolConfig } from 'pg'
import type { PostgresPool } from './pool.ts'
import { sqlState } from './unavailable.ts'

export interface OwnPool extends PostgresPool {
  end(): Promise<void>
}

/** PgBouncer, about a parameter that it does not pass on. */
const PROTOCOL_VIOLATION = '08P01'

/**
 * Connects. The server is told to give up a statement when we do, unless a pooler in between takes no such parameter.
 * @throws what the driver throws
 */
export async function openPool(url: string, connections: number, waitMs: number): Promise<OwnPool> {
  const config: PoolConfig = {
    connectionString: url,
    max: connections,
    application_name: 'countersign',
    keepAlive: true,
    // Later than the store itself, whose error says more.
    connectionTimeoutMillis: waitMs + 500,
    idleTimeoutMillis: 30_000,
    // A connection that is not in use does not keep the program alive; whoever waits for an answer has a timer that does.
    allowExitOnIdle: true,
  }
  try {
    return await connected({ ...config, statement_timeout: waitMs }, waitMs)
  } catch (error) {
    if (sqlState(error) !== PROTOCOL_VIOLATION) throw error
    return connected(config, waitMs)
  }
}

async function connected(config: PoolConfig, waitMs: number): Promise<OwnPool> {
  const pool = new Pool(config)
  // A connection that breaks while nobody uses it: the pool has let go of it already.
  pool.on('error', () => undefined)
  // It takes leave of the server, which may not hear; what is left of a connection then keeps nobody waiting.
  const end = () => Promise.race([pool.end(), new Promise<void>((resolve) => setTimeout(resolve, waitMs))])
  try {
    const client = await pool.connect()
    client.release()
    return { connect: (callback) => pool.connect(callback), end }
  } catch (error) {
    await end()
    throw error
  }
}
