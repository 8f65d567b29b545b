/**
 * All the moves of one turn of the event loop share one transaction, so one flush to disk answers them all.
 * Invariant: a move's promise resolves only after the commit that holds it, and when that fails none of its moves has happened.
 * A batch runs from BEGIN to COMMIT without giving up the turn: no lock is held while other code runs, and nobody reads what is not committed.
 */
import type { Engine } from './engine.ts'
import { rollBack } from './schema.ts'
import { isBusy } from './unavailable.ts'

export interface GroupCommit {
  /** Runs the move in the next transaction. Rejects with what the engine threw. */
  write<T>(move: () => T): Promise<T>
  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void>
}

interface Waiting {
  readonly run: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly since: number
}

/** As many as the loop can bear at once; the rest goes into the next turn. */
const MOST = 512
const RETRY_MS = 5
/** A checkpoint for about so many pages, as SQLite does it by itself: twice as many stop everything for twice as long, and save a sixth. */
const PAGES = 1000

/** Told of every transaction. What `begin` throws fails the whole batch. */
export interface Batch {
  begin(): void
  keep(): void
  undo(): void
}

/** `waitMs`: how long a move may wait for a lock that another program holds. */
export function groupCommit(engine: Engine, waitMs: number, batches: Batch): GroupCommit {
  const checkpoint = engine.prepare('PRAGMA wal_checkpoint(FULL)')
  let waiting: Waiting[] = []
  let answering: (() => void)[] = []
  let scheduled = false
  const idle: (() => void)[] = []
  let moves = 0
  let movesPerCheckpoint = PAGES / 4

  function schedule(act: () => void, delay?: number) {
    scheduled = true
    if (delay === undefined) setImmediate(act)
    else setTimeout(act, delay)
  }
  function settle() {
    scheduled = false
    if (moves >= movesPerCheckpoint) schedule(writeBack)
    else if (waiting.length > 0 || answering.length > 0) schedule(commit)
    else for (const resolve of idle.splice(0)) resolve()
  }
  /**
   * A turn after the commit: whoever looked at the file earlier in that turn may think that it still knows the newest state (sqlite-store.ts),
   * and must have the chance to look again before anybody can tell it of this one.
   */
  function answer() {
    for (const resolve of answering.splice(0)) resolve()
  }

  function commit() {
    answer()
    if (waiting.length === 0) return settle()
    try {
      engine.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (isBusy(error)) return waitForLock(error)
      rollBack(engine)
      return refuse(waiting.splice(0), error)
    }
    const batch = waiting.splice(0, MOST)
    try {
      batches.begin()
      try {
        answering = batch.map((move) => {
          const result = move.run()
          return () => move.resolve(result)
        })
        engine.exec('COMMIT')
      } catch (error) {
        batches.undo()
        throw error
      }
    } catch (error) {
      answering = []
      rollBack(engine)
      return refuse(batch, error)
    }
    batches.keep()
    moves += batch.length
    settle()
  }
  function refuse(batch: readonly Waiting[], error: unknown) {
    for (const move of batch) move.reject(error)
    settle()
  }
  /** Another program writes. Waiting in SQLite would stop this one, so it is done here. */
  function waitForLock(error: unknown) {
    const now = performance.now()
    const late = waiting.filter((move) => now - move.since >= waitMs)
    waiting = waiting.filter((move) => now - move.since < waitMs)
    for (const move of late) move.reject(error)
    if (waiting.length > 0) schedule(commit, RETRY_MS)
    else settle()
  }
  /**
   * Brings the log back into the main file, in a turn of its own, after the answers have left. Not left to SQLite, which would do it beside
   * other writers: up to version 3.51.2 that can lose a commit (sqlite.org/wal.html, "the WAL-reset bug"). FULL holds the write lock.
   */
  function writeBack() {
    answer()
    try {
      const [busy, pages] = checkpoint.get() ?? []
      if (busy === 0) movesPerCheckpoint = Math.max(PAGES / 16, (moves * PAGES) / Math.max(1, Number(pages)))
    } catch {
      // The log is intact and only grows; the next checkpoint has its chance, and a disk that fails will fail a commit.
    }
    moves = 0
    settle()
  }

  return {
    write<T>(run: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run, resolve: resolve as (value: unknown) => void, reject, since: performance.now() })
        if (!scheduled) schedule(commit)
      })
    },
    drained: () => new Promise((resolve) => (scheduled ? idle.push(resolve) : resolve())),
  }
}
