/**
 * The store on Redis, Valkey or a Redis Cluster, shared by every server that knows its address.
 * Invariant: every change is made by one script on the row itself. What leads to the row from elsewhere is believed only while it agrees
 * with the row, so it can neither lead astray nor bring back what is gone.
 */
import { randomBytes } from 'node:crypto'
import type { NewRow, RemoteStore, Row } from '@countersign/authority'
import { type Clock, CountersignError } from '@countersign/protocol'
import type { RedisClient } from './client.ts'
import { connectionOver } from './connection.ts'
import { crowdAt } from './crowd.ts'
import { type Grown, type GroupPorts, list, remember, sweepGroups } from './groups.ts'
import { placed, release } from './hints.ts'
import { insert, type Insertion, type InsertPorts } from './insert.ts'
import { marksOver } from './marks.ts'
import { keysUnder } from './names.ts'
import type { NodeAddress } from './address.ts'
import { openClient, type OpenedClient } from './open-client.ts'
import { readsOver } from './reads.ts'
import { hintIn, hintsIn, rowIn, sumIn } from './row-text.ts'
import { REMOVE } from './scripts.ts'
import { swapsOver } from './swap.ts'
import type { TogetherPorts } from './together.ts'

/** One of `url`, `nodes` and `client`. */
export interface RedisStoreOptions {
  readonly clock: Clock
  /**
   * `redis://user:password@host:6379/0`, `rediss://` with TLS, `redis+cluster://host:6379,host:6379` or `rediss+cluster://` for a cluster,
   * `redis+sentinel://host:26379,host:26379/NAME` for the master that Sentinel calls so.
   */
  readonly url?: string
  /** Some nodes of a cluster; the others are found. */
  readonly nodes?: readonly NodeAddress[]
  /** Made by the caller, and closed by the caller. It must not send a command twice: see `CLIENT_OPTIONS` and `CLUSTER_OPTIONS`. */
  readonly client?: RedisClient
  /** What every key begins with, inside its hash tag; `cs` without it. */
  readonly prefix?: string
  /** How long a command waits for its answer, also for the connection; 2000 milliseconds without it. */
  readonly waitMs?: number
  /** Whether keys may lie on several servers; without it as the client says. Needed before a proxy that hides a cluster. */
  readonly cluster?: boolean
}

/**
 * A store whose rows live in Redis. It connects by itself, and again whenever the connection is lost.
 * Throws CountersignError `configuration_invalid` when the options cannot be; from then on moves reject with `store_unavailable`.
 */
export function redisStore({ clock, prefix = 'cs', waitMs = 2000, ...options }: RedisStoreOptions): RemoteStore {
  if (!/^[\w.-]*$/.test(prefix)) {
    throw new CountersignError('configuration_invalid', 'the prefix has characters that cannot be in a hash tag', {
      hint: 'use letters, digits, ".", "_" and "-"',
    })
  }
  return storeOn(openClient(options, waitMs), clock, prefix, waitMs, options.cluster)
}

function storeOn(
  { client, place, close }: OpenedClient,
  clock: Clock,
  prefix: string,
  waitMs: number,
  cluster = client.isCluster === true,
): RemoteStore {
  const connection = connectionOver(client, place, waitMs)
  const keys = keysUnder(prefix)
  const now = () => clock.now()
  const crowd = crowdAt(place)
  const ports: InsertPorts & GroupPorts = { connection, keys, spread: cluster, now, nonce: nonces(), waitMs }
  const sharing: TogetherPorts = { crowd, turn: connection.turn, spread: cluster }
  const reads = readsOver(connection, sharing)
  const marks = marksOver(connection, sharing, now)
  const swap = swapsOver(ports, sharing)
  const grown: Grown = new Map()
  let closing: Promise<void> | undefined

  /** A move that takes commands of its own, and may take several. */
  function move<T>(body: () => Promise<T>): Promise<T> {
    return crowd.refused() ?? counted(body)
  }
  async function counted<T>(body: () => Promise<T>): Promise<T> {
    crowd.enter()
    try {
      return await body()
    } finally {
      crowd.leave(1)
    }
  }
  async function end(): Promise<void> {
    await crowd.close()
    close()
  }
  function livingRow(id: string, text: unknown, nonce?: string): Row | undefined {
    if (typeof text !== 'string') return undefined
    const kept = rowIn(text, id)
    return now() < kept.end && (nonce === undefined || kept.nonce === nonce) ? kept.row : undefined
  }
  /** As it is now, whatever becomes of it while the move waits. What is no JSON fails here, before anything was sent. */
  function insertionOf({ kind, id, group, expiresAt, ...row }: NewRow): Insertion {
    const value = JSON.stringify(row.value)
    const lookups = [...(row.lookups ?? [])]
    if (group !== undefined) remember(grown, keys.group(kind, group), kind)
    return { kind, id, value, lookups, expiresAt, ...(group === undefined ? {} : { group }) }
  }
  async function find(kind: string, lookup: string) {
    const hint = await reads.read(keys.lookup(kind, lookup), (text) => (typeof text === 'string' ? hintIn(text) : undefined))
    if (hint === undefined) return undefined
    return reads.read(keys.row(kind, hint.id), (text) => livingRow(hint.id, text, hint.nonce))
  }

  return {
    async insert(row) {
      const insertion = insertionOf(row)
      return move(() => insert(ports, insertion))
    },
    read: (kind, id) => crowd.refused() ?? reads.share(keys.row(kind, id), (text) => livingRow(id, text)),
    find: (kind, lookup) => move(() => find(kind, lookup)),
    list: (kind, group, limit, after) => move(() => list(ports, kind, group, limit, after)),
    swap: (change) => move(() => swap(change)),
    // Two moves, the swap first: in a cluster the rows may lie on two servers, and no script reaches both.
    async swapAndInsert(change, row) {
      const insertion = insertionOf(row)
      return move(async () => {
        if (!(await swap(change))) return false
        await insert(ports, insertion)
        return true
      })
    },
    remove: (kind, id, version) =>
      move(async () => {
        const reply = await connection.run(REMOVE, [keys.row(kind, id)], version, now())
        const hints = typeof reply === 'string' ? hintsIn(reply) : undefined
        if (hints !== undefined) await release(ports, placed(ports, kind, id, hints), { nonce: hints.nonce, id })
        return typeof reply === 'string'
      }),
    once: (key, until) => crowd.refused() ?? marks.once(keys.once(key), until),
    count(key, until, add) {
      const refused = crowd.refused()
      if (refused !== undefined) return refused
      if (add !== 0) return marks.count(keys.counter(key), until, add)
      return reads.share(keys.counter(key), (text) => sumIn(text, now()))
    },
    sweep: (limit) => move(() => sweepGroups(ports, grown, limit)),
    close: () => (closing ??= end()),
  }
}

/** Texts that are given once, among all programs. */
function nonces(): () => string {
  const own = randomBytes(6).toString('base64url')
  let given = 0
  return () => own + (given++).toString(36)
}
