/**
 * All the moves that come while the disk is busy share one transaction, so one flush answers them all.
 * Invariant: a move's promise resolves only after the flush of the commit that holds it. When the commit fails none of its moves has happened;
 * when the flush fails nobody knows what the disk has, and nothing more is written.
 * A batch runs from BEGIN to COMMIT without giving up the turn: no lock is held while other code runs, and nobody reads what is not committed.
 */
import type { Engine } from './engine.ts'
import { rollBack } from './schema.ts'
import { isBusy } from './unavailable.ts'

export interface GroupCommit {
  /** Runs the move in the next transaction. Rejects with what the engine threw, or the disk. `rows`: how many it writes, one without it. */
  write<T>(move: () => T, rows?: number): Promise<T>
  /** Why nothing is written any more, once the disk has not confirmed what it was given. */
  fault(): Error | undefined
  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void>
}

interface Waiting {
  readonly run: () => unknown
  readonly rows: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly since: number
}

/** As many as the loop can bear at once; the rest goes into the next turn. */
const MOST = 512
const RETRY_MS = 5
/** After a shorter flush nobody is waited for, and never for longer than the second. */
const SLOW_FLUSH_MS = 0.5
const LONGEST_GATHER_MS = 5
/** A checkpoint for about so many pages: twice as many, as SQLite does it by itself, stop everything for twice as long, and save nothing. */
const PAGES = 500

/** Told of every transaction. What `begin` and `write` throw fails the whole batch. */
export interface Batch {
  begin(): void
  /** The last before COMMIT. */
  write(): void
  keep(): void
  undo(): void
}

/**
 * `waitMs`: how long a move may wait for a lock that another program holds. `flush`: resolves when all that was committed is on the disk.
 */
export function groupCommit(engine: Engine, waitMs: number, batches: Batch, flush: () => Promise<void>): GroupCommit {
  const checkpoint = engine.prepare('PRAGMA wal_checkpoint(FULL)')
  let waiting: Waiting[] = []
  let scheduled = false
  const idle: (() => void)[] = []
  let broken: Error | undefined
  let rows = 0
  let rowsPerCheckpoint = PAGES / 4
  let gathering: { readonly moves: number; readonly timer: NodeJS.Timeout } | undefined

  function schedule(act: () => void, delay?: number) {
    scheduled = true
    if (delay === undefined) setImmediate(act)
    else setTimeout(act, delay)
  }
  function settle() {
    scheduled = false
    gathering = undefined
    if (rows >= rowsPerCheckpoint) schedule(writeBack)
    else if (waiting.length > 0) schedule(commit)
    else for (const resolve of idle.splice(0)) resolve()
  }
  /**
   * Who was answered often makes the next move at once. Those who wait already let them come, or two groups would take turns at the disk,
   * with twice as many flushes: until as many are there as there can be, and about as long as the flush took that has just ended.
   */
  function gather(answered: number, tookMs: number) {
    if (waiting.length === 0 || rows >= rowsPerCheckpoint || tookMs < SLOW_FLUSH_MS) return settle()
    // Twice, because the time counts from before the answers are written.
    gathering = { moves: waiting.length + answered, timer: setTimeout(settle, Math.min(2 * tookMs, LONGEST_GATHER_MS)) }
  }
  function commit() {
    if (broken !== undefined) return refuse(waiting.splice(0), broken)
    try {
      engine.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (isBusy(error)) return waitForLock(error)
      rollBack(engine)
      return refuse(waiting.splice(0), error)
    }
    const batch = waiting.splice(0, MOST)
    let answers: (() => void)[]
    try {
      batches.begin()
      try {
        answers = batch.map((move) => {
          const result = move.run()
          return () => move.resolve(result)
        })
        batches.write()
        engine.exec('COMMIT')
      } catch (error) {
        batches.undo()
        throw error
      }
    } catch (error) {
      rollBack(engine)
      return refuse(batch, error)
    }
    batches.keep()
    for (const move of batch) rows += move.rows
    // In a later turn than the commit: whoever looked at the file earlier in this one may think that it still knows the newest state
    // (sqlite-store.ts), and has the chance to look again before anybody can tell it of this one.
    const begun = performance.now()
    flush().then(
      () => {
        for (const answer of answers) answer()
        gather(batch.length, performance.now() - begun)
      },
      (error: Error) => {
        broken = error
        refuse(batch, error)
      },
    )
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
    try {
      const [busy, pages] = checkpoint.get() ?? []
      if (busy === 0) rowsPerCheckpoint = Math.max(PAGES / 16, (rows * PAGES) / Math.max(1, Number(pages)))
    } catch {
      // The log is intact and only grows; the next checkpoint has its chance, and a disk that fails will fail a commit.
    }
    rows = 0
    settle()
  }

  return {
    write<T>(run: () => T, rows = 1): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run, rows, resolve: resolve as (value: unknown) => void, reject, since: performance.now() })
        if (!scheduled) schedule(commit)
        else if (waiting.length === gathering?.moves) {
          clearTimeout(gathering.timer)
          settle()
        }
      })
    },
    fault: () => broken,
    drained: () => new Promise((resolve) => (scheduled ? idle.push(resolve) : resolve())),
  }
}
