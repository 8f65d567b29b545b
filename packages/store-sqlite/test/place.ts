/** A folder of its own for a test, the engines this Node.js can run, and the other programs a test starts. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StoreUnderTest } from '@countersign/store-contract'
import type { Clock } from '@countersign/protocol'
import type { EngineName } from '../src/open-file.ts'
import { sqliteStore } from '../src/sqlite-store.ts'

const hasOwn = isBuiltin('node:sqlite')
export const ENGINES: readonly EngineName[] = hasOwn ? ['node', 'libsql'] : ['libsql']

export interface Place {
  readonly folder: string
  readonly file: string
  readonly remove: () => void
}

function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-store-'))
  return { folder, file: join(folder, 'store.db'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Runs the body with a folder that is gone afterwards. */
export async function withPlace(body: (place: Place) => Promise<void>): Promise<void> {
  const where = place()
  try {
    await body(where)
  } finally {
    where.remove()
  }
}

export function storeUnderTest(clock: Clock, engine: EngineName): StoreUnderTest {
  const { file, remove } = place()
  const open = () => sqliteStore({ file, clock, engine })
  const store = open()
  const opened = [store]
  return {
    store,
    again() {
      const another = open()
      opened.push(another)
      return another
    },
    async dispose() {
      await Promise.all(opened.map((each) => each.close()))
      remove()
    },
  }
}

/** Starts a fixture on the built package, as another program would use it. */
export function startFixture(name: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const path = fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
  return spawn(process.execPath, [path, ...args], options)
}

/** Its exit code, or the signal that ended it. */
export function ended(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
}

interface LogFacts {
  /** Transactions that are complete in the log. */
  readonly commits: number
  readonly pages: number
}

/** Reads SQLite's write-ahead log (sqlite.org/fileformat2.html, section 4): a frame that ends a transaction carries the size of the file. */
export function logOf(file: string): LogFacts {
  const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0)
  if (log.length < 32) return { commits: 0, pages: 0 }
  const pageSize = log.readUInt32BE(8)
  const salts = log.subarray(16, 24)
  let commits = 0
  let pages = 0
  for (let at = 32; at + 24 <= log.length; at += 24 + pageSize) {
    // Frames of an earlier turn of the log have other salts.
    if (!log.subarray(at + 8, at + 16).equals(salts)) break
    pages++
    if (log.readUInt32BE(at + 4) !== 0) commits++
  }
  return { commits, pages }
}
