/**
 * The store on one SQLite file: embedded, durable, shared by every program that opens the file.
 * Invariant: rows are only ever written by the group commit, and every error that leaves is a CountersignError `store_unavailable`.
 */
import { memoryStore, type NewRow, type Store, type Swap } from '@countersign/authority'
import { type Awaitable, type Clock, CountersignError } from '@countersign/protocol'
import { resolve } from 'node:path'
import type { Engine } from './engine.ts'
import { type Flush, flushOf } from './flush.ts'
import { groupCommit } from './group-commit.ts'
import { openLog } from './log.ts'
import { type Moves, sqlMoves } from './moves.ts'
import { type EngineName, openFile } from './open-file.ts'
import { isBusy, unavailable } from './unavailable.ts'

export interface SqliteStoreOptions {
  /** Where the store lives. Made when it is missing, with mode 0600; so is its directory, with mode 0700. On a local disk. */
  readonly file: string
  readonly clock: Clock
  /** Without it: the SQLite built into Node.js, or libSQL where there is none. */
  readonly engine?: EngineName
  /** How long a move waits, without blocking, for another program that holds the file locked. 5000 milliseconds without it. */
  readonly waitMs?: number
}

/** Rows freed in one transaction, and rows looked at in one turn: a millisecond or two. */
const SWEEP_STEP = 64
const SWEEP_LOOK = 8192

/**
 * Opens or makes the file and gives a store whose rows survive the end of the program and of the power.
 * `once` and `count` live in the memory of this program: pacing and limits look back over minutes, are asked for at every poll, and lose
 * nothing worth a write to disk; another program on the same file counts for itself.
 * Throws CountersignError `store_unavailable` with a hint when the file cannot be used.
 */
export function sqliteStore({ file, clock, engine, waitMs }: SqliteStoreOptions): Store {
  return storeOn(openFile(file, engine), file, clock, waitMs)
}

/** The store on an engine that `openFile` gave. */
export function storeOn(engine: Engine, file: string, clock: Clock, waitMs = 5000, flush: Flush = flushOf(resolve(file))): Store {
  const moves = sqlMoves(openLog(engine), clock)
  const writes = groupCommit(engine, waitMs, moves, () => flush.run())
  const passing = memoryStore(clock)
  let closing: Promise<void> | undefined
  let upToDate = false
  try {
    moves.catchUp()
  } catch (error) {
    engine.close()
    throw unavailable(file, error)
  }

  function refuseClosed() {
    if (closing !== undefined) throw new CountersignError('store_unavailable', `'${file}': the store is closed`, { hint: 'open a new one' })
  }
  /** What is in the file may not be on the disk: who answers by it may tell what a power cut takes back. */
  function refuseBroken() {
    const cause = writes.fault()
    if (cause === undefined) return
    throw new CountersignError('store_unavailable', `'${file}': the disk did not confirm what was written: ${cause.message}`, {
      hint: 'look for a full or failing disk, then start again',
      cause,
    })
  }
  /** `prepared` gives the move: what is no JSON fails before anything was touched. One promise for the caller, and one for the group commit. */
  async function write<T>(prepared: () => (moves: Moves) => T, rows?: number): Promise<T> {
    refuseClosed()
    const move = prepared()
    try {
      return await writes.write(() => move(moves), rows)
    } catch (error) {
      refuseBroken()
      throw unavailable(file, error)
    }
  }
  /** What another program has committed is asked for once in a turn of the event loop, by the first who reads in it. */
  function look() {
    if (upToDate) return
    moves.catchUp()
    upToDate = true
    setImmediate(() => {
      upToDate = false
    })
  }
  function readNow<T>(move: (moves: Moves) => T): T {
    refuseClosed()
    refuseBroken()
    for (;;) {
      look()
      const answer = move(moves)
      // Another program may have committed since the look: an answer from before that is none where a row was missed.
      if (!moves.outrun || !moves.catchUp()) return answer
    }
  }
  /** Readers meet a lock only while another program repairs the log of one that was killed; otherwise they are answered at once. */
  function read<T>(move: (moves: Moves) => T): Awaitable<T> {
    try {
      return readNow(move)
    } catch (error) {
      return isBusy(error) ? readLater(move, error) : Promise.reject(unavailable(file, error))
    }
  }
  async function readLater<T>(move: (moves: Moves) => T, lock: unknown): Promise<T> {
    for (const end = performance.now() + waitMs; performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      try {
        return readNow(move)
      } catch (error) {
        if (!isBusy(error)) throw unavailable(file, error)
      }
    }
    throw unavailable(file, lock)
  }
  async function close() {
    await writes.drained()
    try {
      // So that the main file alone holds everything, whenever the engine gets to letting go of it.
      engine.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
    } catch {
      // Another program is at it, or the disk is full: the log stays beside the file and is read at the next start.
    }
    await flush.close()
    engine.close()
    await passing.close()
  }

  return {
    insert: (given) =>
      write(() => {
        const row = rowToInsert(given)
        return (at) => at.insert(row)
      }),
    read: (kind, id) => read((at) => at.read(kind, id)),
    find: (kind, lookup) => read((at) => at.find(kind, lookup)),
    list: (kind, group, limit, after) => read((at) => at.list(kind, group, limit, after)),
    swap: (given) =>
      write(() => {
        const change = changeToMake(given)
        return (at) => at.swap(change)
      }),
    swapAndInsert: (given, born) =>
      write(() => {
        const [change, row] = [changeToMake(given), rowToInsert(born)]
        return (at) => {
          if (!at.swap(change)) return false
          at.insert(row)
          return true
        }
      }, 2),
    remove: (kind, id, version) => write(() => (at) => at.remove(kind, id, version)),
    once: (key, until) => passing.once(key, until),
    count: (key, until, add) => passing.count(key, until, add),
    async sweep(limit) {
      await passing.sweep(limit)
      let freed = 0
      for (let left = moves.round; left > 0 && freed < limit && closing === undefined; left -= SWEEP_LOOK) {
        for (;;) {
          const expired = moves.expired(Math.min(SWEEP_LOOK, left), Math.min(SWEEP_STEP, limit - freed))
          if (expired.length === 0) break
          freed += await write(() => (at) => at.clear(expired), expired.length)
        }
        await new Promise(setImmediate)
      }
      return freed
    },
    close: () => (closing ??= close()),
  }
}

// Named one by one: a spread of rows of many shapes looks every member up.
function rowToInsert({ kind, id, value, lookups = [], group, expiresAt }: NewRow) {
  return { kind, id, value: JSON.stringify(value), lookups: [...lookups], group, expiresAt }
}

function changeToMake({ kind, id, version, value, expiresAt }: Swap) {
  return { kind, id, version, value: JSON.stringify(value), expiresAt }
}
