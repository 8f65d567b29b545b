/**
 * Asks the database: one statement, one transaction, on any connection. Invariants: whoever asks has an answer or an error within the time he
 * gave; a connection whose answer was not waited for is closed, never used again; a statement is repeated only when it certainly did nothing, or
 * changes nothing anyway.
 */
import type { PostgresClient, PostgresPool, PostgresResult } from './pool.ts'
import type { Statement } from './statements.ts'
import { Late, lostConnection, noAnswer, noConnection, sqlState } from './unavailable.ts'

export interface AskOptions {
  /** The statement changes nothing, so it may be asked again when the answer was lost. */
  readonly reads?: boolean
  /** Milliseconds this may take, instead of the usual time. */
  readonly within?: number
}
export interface Ask {
  (statement: Statement | string, values?: readonly unknown[], options?: AskOptions): Promise<PostgresResult>
}

/** Rolled back by the server because of what others did at the same time: serialization failure, deadlock. */
const ROLLED_BACK = new Set(['40001', '40P01'])
/** The connection is not the one on which the statement was prepared: a pooler handed out another. */
const NOT_PREPARED = new Set(['26000', '42P05'])
const ATTEMPTS = 8
/** Columns as the server sent them. */
const TEXT = { getTypeParser: () => (text: string) => text }

/** `prepared`: whether to prepare statements, as long as no pooler gets in the way. */
export function asker(pool: PostgresPool, waitMs: number, prepared: boolean): Ask {
  let named = prepared
  /** Every connection that was ever used here, and whether it broke. */
  const broken = new WeakMap<PostgresClient, boolean>()

  function connect(): Promise<PostgresClient> {
    return new Promise((resolve, reject) => {
      pool.connect((error, client) => {
        if (client === undefined) return reject(error ?? new Error('the pool gave no connection'))
        if (!broken.has(client)) {
          broken.set(client, false)
          // Told to the query under way as well; unheard, it would end the program.
          client.on('error', () => void broken.set(client, true))
        }
        resolve(client)
      })
    })
  }
  /** A connection that works, as far as anybody can tell. */
  async function connection({ late, within }: Lateness): Promise<PostgresClient> {
    for (;;) {
      const connecting = connect()
      const client = await Promise.race([connecting, late]).catch((error: unknown) => {
        if (!(error instanceof Late)) throw error
        connecting.then((unwanted) => unwanted.release()).catch(() => undefined)
        throw noConnection(within)
      })
      if (broken.get(client) !== true) return client
      // It broke while nobody used it, as when the server was started again: nothing was asked on it yet.
      client.release(true)
    }
  }
  async function attempt(statement: Statement | string, values: readonly unknown[], lateness: Lateness): Promise<PostgresResult> {
    const client = await connection(lateness)
    try {
      const text = typeof statement === 'string' ? statement : statement.text
      const name = named && typeof statement !== 'string' ? { name: statement.name } : {}
      const result = await Promise.race([
        client.query({ ...name, text, values: [...values], rowMode: 'array', types: TEXT }),
        lateness.late,
      ])
      client.release()
      return result
    } catch (error) {
      client.release(lostConnection(error))
      throw error
    }
  }
  /** Whether asking once more is safe, and may help. */
  function again(error: unknown, reads: boolean, attempts: number): boolean {
    const state = sqlState(error) ?? ''
    if (NOT_PREPARED.has(state) && attempts < ATTEMPTS) {
      named = false
      return true
    }
    if (ROLLED_BACK.has(state)) return attempts < ATTEMPTS
    return reads && attempts === 1 && lostConnection(error) && !(error instanceof Late)
  }

  return async (statement, values = [], { reads = false, within = waitMs } = {}) => {
    const lateness = latenessAfter(within)
    try {
      for (let attempts = 1; ; attempts++) {
        try {
          return await attempt(statement, values, lateness)
        } catch (error) {
          if (!again(error, reads, attempts)) throw error
          await Promise.race([pause(attempts), lateness.late])
        }
      }
    } finally {
      lateness.end()
    }
  }
}

interface Lateness {
  /** Milliseconds. */
  readonly within: number
  /** Rejects when the time is over. */
  readonly late: Promise<never>
  readonly end: () => void
}

function latenessAfter(within: number): Lateness {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(within)), within)
  })
  // When nobody waits any more.
  late.catch(() => undefined)
  return { within, late, end: () => clearTimeout(timer) }
}

/** A little longer each time, and never for two at the same length: who collided once should not do so again. */
function pause(attempts: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(100, 4 * 2 ** attempts)))
}
