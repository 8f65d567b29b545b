/**
 * Brings what was committed to the disk, without stopping the program meanwhile: with `synchronous = NORMAL` a commit is in the write-ahead log
 * and not yet safe from a power cut, and one flush of that file makes it so (sqlite.org/wal.html, section "Performance Considerations").
 * SQLite itself would do the same inside of COMMIT, and the event loop would wait for the disk.
 */
import { close, closeSync, fdatasync, fsyncSync, open, openSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Flush {
  /** Resolves when everything that was committed before the call survives a power cut. Rejects when the disk did not confirm it. */
  run(): Promise<void>
  close(): Promise<void>
}

/** Of the log beside this file, which has to be there: as long as a connection is open, no other program removes it. */
export function flushOf(file: string): Flush {
  let opened: Promise<number> | undefined
  const log = () => (opened ??= openLogOf(file))
  return {
    run: async () => {
      const handle = await log()
      return new Promise((resolve, reject) => fdatasync(handle, (error) => (error === null ? resolve() : reject(error))))
    },
    close: async () => {
      const handle = await opened?.catch(() => undefined)
      if (handle !== undefined) await new Promise<void>((resolve) => close(handle, () => resolve()))
    },
  }
}

/** SQLite's locks are on the other files: a second handle on this one drops none of them when it is closed (POSIX). */
function openLogOf(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(`${file}-wal`, 'r+', (error, handle) => {
      if (error !== null) return reject(error)
      // The log has a name since it was opened, and SQLite would flush that only with the first checkpoint.
      flushDirectory(dirname(file))
      resolve(handle)
    })
  })
}

/** A new name in a directory survives a power cut only once the directory is on disk. */
export function flushDirectory(directory: string): void {
  try {
    const handle = openSync(directory, 'r')
    fsyncSync(handle)
    closeSync(handle)
  } catch {
    // Windows cannot, and keeps names by itself.
  }
}
