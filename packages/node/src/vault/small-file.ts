/**
 * Reading the small files of a vault. Synchronously: each takes some microseconds, where a trip to the thread pool and back takes longer than
 * all the work of `countersign token` on a vault that is warm (bench/token.mjs).
 */
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { isSystemError } from './private-directory.ts'

export interface SmallFile {
  /** `undefined`: longer than the limit, and not read. */
  readonly content: Buffer | undefined
}

/**
 * The file; `undefined` when there is none.
 * @param judge looks at what was opened, before anything is read; throws what stands against it
 * @throws what the system says
 */
export function readSmallFile(
  path: string,
  longest: number,
  judge: (found: Stats, file: number) => void = () => {},
): SmallFile | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    const found = fstatSync(file)
    judge(found, file)
    return { content: found.size > longest ? undefined : readFileSync(file) }
  } finally {
    closeSync(file)
  }
}

/** Takes away what others may do with an open file. Windows keeps no modes of this kind. */
export function makePrivate({ mode }: Stats, file: number): void {
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) fchmodSync(file, 0o600)
}
