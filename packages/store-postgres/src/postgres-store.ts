/**
 * The store on PostgreSQL: durable, shared by every server that knows the database.
 * Invariant: every error that leaves is a CountersignError `store_unavailable`, but for values that are no JSON.
 */
import type { RemoteStore } from '@countersign/authority'
import { type Clock, CountersignError } from '@countersign/protocol'
import { asker } from './ask.ts'
import { type Json, rowMoves } from './moves.ts'
import { openPool, type OwnPool } from './open-pool.ts'
import { passingMoves } from './passing.ts'
import { type Place, placeOf } from './place.ts'
import type { PostgresPool } from './pool.ts'
import { checked, migrate, SCHEMA } from './schema/migrations.ts'
import { statementsFor } from './statements.ts'
import { unavailable } from './unavailable.ts'

export interface PostgresStoreOptions {
  readonly clock: Clock
  /**
   * Where the database is: `postgres://user:password@host:5432/database?sslmode=verify-full`. `schema=`, `connections=` and `prepared=no` in it
   * say the same as the options here.
   */
  readonly url?: string
  /** Connections of your own instead, such as a `Pool` of the package `pg`; they stay open when the store is closed. */
  readonly pool?: PostgresPool
  /** In which the tables are; made when it is missing. `countersign` without it. */
  readonly schema?: string
  /** How many connections are made at most, where no `pool` is given; 10 without it. */
  readonly connections?: number
  /** `false`: never prepare statements. Without it they are, until a pooler in between turns out not to keep them. */
  readonly preparedStatements?: boolean
  /** How long a move takes at most. 5000 milliseconds without it. */
  readonly waitMs?: number
}

const CONNECTIONS = 10
const WAIT_MS = 5000
/** For making the tables, perhaps behind another server that is at it. */
const MIGRATION_MS = 60_000
/** Rows freed in one transaction: a few milliseconds. */
const SWEEP_STEP = 100

/**
 * Connects, brings the tables to this version, and gives a store whose rows survive the end of the program and of the database.
 * @throws CountersignError `store_unavailable` with a hint when the database cannot be used, `configuration_invalid` for the options
 */
export async function postgresStore(options: PostgresStoreOptions): Promise<RemoteStore> {
  const place = whereOf(options)
  const schema = checked(options.schema ?? place.schema ?? SCHEMA)
  const waitMs = options.waitMs ?? WAIT_MS
  const prepared = options.preparedStatements ?? place.preparedStatements ?? true
  let own: OwnPool | undefined
  try {
    const pool = options.pool ?? (own = await openPool(place.url, options.connections ?? place.connections ?? CONNECTIONS, waitMs))
    const ask = asker(pool, waitMs, prepared)
    await migrate((text) => ask(text, [], { within: MIGRATION_MS }), place.shown, schema)
    const sql = statementsFor(schema)
    return storeOn(place.shown, rowMoves(ask, sql, options.clock, waitMs), passingMoves(ask, sql, options.clock, waitMs), async () => {
      await own?.end()
    })
  } catch (error) {
    await own?.end()
    throw unavailable(place.shown, error)
  }
}

function whereOf({ url, pool }: PostgresStoreOptions): Place {
  if ((url === undefined) === (pool === undefined)) {
    throw new CountersignError('configuration_invalid', 'a store on PostgreSQL needs either a URL or a pool')
  }
  return url === undefined ? { url: '', shown: 'PostgreSQL' } : placeOf(url)
}

function storeOn(
  place: string,
  rows: ReturnType<typeof rowMoves>,
  passing: ReturnType<typeof passingMoves>,
  end: () => Promise<void>,
): RemoteStore {
  let underWay = 0
  let whenIdle: (() => void) | undefined
  let closing: Promise<void> | undefined

  async function move<T>(make: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new CountersignError('store_unavailable', `${place}: the store is closed`, { hint: 'open a new one' })
    underWay++
    try {
      return await make()
    } catch (error) {
      throw unavailable(place, error)
    } finally {
      if (--underWay === 0) whenIdle?.()
    }
  }
  async function close() {
    if (underWay > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
    await end()
  }

  return {
    async insert(given) {
      const row = asJson(given)
      return move(() => rows.insert(row))
    },
    read: (kind, id) => move(() => rows.read(kind, id)),
    find: (kind, lookup) => move(() => rows.find(kind, lookup)),
    list: (kind, group, limit, after) => move(() => rows.list(kind, group, limit, after)),
    async swap(given) {
      const change = asJson(given)
      return move(() => rows.swap(change))
    },
    async swapAndInsert(given, born) {
      const [change, row] = [asJson(given), asJson(born)]
      return move(() => rows.swapAndInsert(change, row))
    },
    remove: (kind, id, version) => move(() => rows.remove(kind, id, version)),
    once: (key, until) => move(() => passing.once(key, until)),
    count: (key, until, add) => move(() => passing.count(key, until, add)),
    sweep: (limit) =>
      move(async () => {
        await passing.sweep(() => closing === undefined)
        let freed = 0
        for (let step = Math.min(SWEEP_STEP, limit); step > 0; step = Math.min(SWEEP_STEP, limit - freed)) {
          const done = await rows.sweep(step)
          freed += done
          if (done < step || closing !== undefined) break
        }
        return freed
      }),
    close: () => (closing ??= close()),
  }
}

/** As it is now, whatever becomes of it while the move waits. */
function asJson<T extends { readonly value: object; readonly lookups?: readonly string[] }>(given: T): Json<T> {
  const value = JSON.stringify(given.value)
  return given.lookups === undefined ? { ...given, value } : { ...given, value, lookups: [...given.lookups] }
}
