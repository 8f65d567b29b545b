/**
 * Opens the file the store lives in: makes it if need be, for our eyes only, and sets what SQLite promises about it.
 * Invariant: what leaves here is in WAL mode with `synchronous = NORMAL`: a commit is whole or not there at all, and survives a power cut once
 * its log was flushed (flush.ts).
 */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import type { Engine } from './engine.ts'
import { libsqlEngine } from './engine-libsql.ts'
import { nodeEngine } from './engine-node.ts'
import { flushDirectory } from './flush.ts'
import { migrate } from './schema.ts'
import { isBusy, unavailable } from './unavailable.ts'

/** `node`: the SQLite built into Node.js 22.13 and later. `libsql`: a prebuilt native package, for Node.js 20. */
export type EngineName = 'node' | 'libsql'

/** The longest SQLite itself may wait for a lock, and with it the event loop. What takes longer is waited for outside (group-commit.ts). */
const BRIEFLY = 5
const OPENING_MS = 5000

/**
 * The engine over an open file of our schema. Makes the file (mode 0600) and its directory (mode 0700, that one only) when they are missing.
 * Blocks while another program opens the same file. Throws CountersignError `store_unavailable` with a hint.
 */
export function openFile(path: string, name?: EngineName): Engine {
  // Absolute, so that no engine takes it for a URL or for a database in memory.
  const file = resolve(path)
  try {
    makeFile(file)
    const engine = openEngine(file, name)
    try {
      prepare(engine, file)
    } catch (error) {
      engine.close()
      throw error
    }
    return engine
  } catch (error) {
    throw unavailable(file, error)
  }
}

function makeFile(file: string): void {
  const directory = dirname(file)
  if (made(() => mkdirSync(directory, { mode: 0o700 }))) flushDirectory(dirname(directory))
  // Only ever opened when it is new: closing a second handle would drop the locks this program holds on it (POSIX).
  // SQLite gives the files beside it the same mode.
  if (made(() => closeSync(openSync(file, 'wx', 0o600)))) flushDirectory(directory)
}

/** Whether it was made now; `false` when it was there. */
function made(make: () => void): boolean {
  try {
    make()
    return true
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    const hint = code === 'ENOENT' ? `make the directory above '${path}' first` : 'check the path, and that this user may write there'
    throw new CountersignError('store_unavailable', `'${path}' cannot be made (${code})`, { hint, cause: error })
  }
}

/** Without a name: the engine built into the runtime, where there is one. */
function openEngine(file: string, name: EngineName | undefined): Engine {
  const builtIn = name === 'libsql' ? undefined : nodeEngine(file)
  if (builtIn !== undefined) return builtIn
  if (name === 'node') throw new Error('this Node.js has no SQLite built in')
  return libsqlEngine(file)
}

function prepare(engine: Engine, file: string): void {
  engine.exec(`PRAGMA busy_timeout = ${OPENING_MS}`)
  // First of all, so that a file that is not ours is left as it is.
  patiently(() => migrate(engine, file))
  patiently(() => {
    const [mode] = engine.prepare('PRAGMA journal_mode = WAL').get() ?? []
    if (mode !== 'wal') throw new Error(`no write-ahead log is possible here (${mode}): the file must be on a local disk`)
  })
  engine.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
    PRAGMA busy_timeout = ${BRIEFLY};
  `)
}

/** Some locks SQLite does not wait for by itself, such as the one for changing the journal mode. */
function patiently(act: () => void): void {
  const end = performance.now() + OPENING_MS
  const never = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error
      Atomics.wait(never, 0, 0, 10)
    }
  }
}
