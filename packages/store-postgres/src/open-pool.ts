/** A pool of connections of our own. */
import { Pool, type PoolConfig } from 'pg'
import type { PostgresPool } from './pool.ts'
import { sqlState } from './unavailable.ts'

export interface OwnPool extends PostgresPool {
  /** Waits for no server: only for connections that are being made, and those have their time. */
  end(): Promise<void>
}

/** What PgBouncer says about a parameter that it does not pass on; others at least name it. */
const PROTOCOL_VIOLATION = '08P01'
const refusesTimeout = (error: unknown) => sqlState(error) === PROTOCOL_VIOLATION || String(error).includes('statement_timeout')

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
    return await connected({ ...config, statement_timeout: waitMs })
  } catch (error) {
    if (!refusesTimeout(error)) throw error
    return connected(config)
  }
}

async function connected(config: PoolConfig): Promise<OwnPool> {
  const pool = new Pool(config)
  // A connection that breaks while nobody uses it: the pool has let go of it already.
  pool.on('error', () => undefined)
  try {
    const client = await pool.connect()
    client.release()
    return pool
  } catch (error) {
    await pool.end()
    throw error
  }
}
