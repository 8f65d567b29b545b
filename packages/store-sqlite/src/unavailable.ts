/** Turns what the engine throws into the one error a store may reject with, and says what to do about it. */
import { CountersignError } from '@countersign/protocol'

/** SQLite's primary result codes (sqlite.org/rescode.html) that have advice of their own. */
const BUSY = 5
const HINTS: ReadonlyMap<number, string> = new Map([
  [BUSY, 'another program holds the file locked: look for a stopped one, or for a backup that takes too long'],
  [8, 'make the file and its directory writable for the user this program runs as'],
  [10, 'look for a full or failing disk, or a limit on file sizes'],
  [11, 'restore the file from a backup, with nothing running on it'],
  [13, 'free some space on the disk; nothing that was answered is lost'],
  [14, 'check that the path is a file, and that the user this program runs as may open it and write beside it'],
  [23, 'make the file and its directory writable for the user this program runs as'],
  [26, 'name a file that Countersign made, or one that does not exist yet'],
])

/** The primary result code; 0 when the error is none of SQLite's. */
function codeOf(error: unknown): number {
  const { errcode, rawCode, message } = error as { errcode?: unknown; rawCode?: unknown; message?: unknown }
  const told = errcode ?? rawCode ?? /: (\d+)"?\)$/.exec(String(message))?.[1]
  // The rest of the number says more about where it happened, and nothing about what to do.
  return Number(told ?? 0) & 0xff
}

/** Whether another connection holds the lock, so that trying again later makes sense. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY
}

/** A CountersignError `store_unavailable` about the file, with the engine's error as its cause. */
export function unavailable(file: string, error: unknown): CountersignError {
  if (error instanceof CountersignError) return error
  const hint = HINTS.get(codeOf(error))
  const fault = error instanceof Error ? error.message : String(error)
  return new CountersignError('store_unavailable', `'${file}': ${fault}`, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
