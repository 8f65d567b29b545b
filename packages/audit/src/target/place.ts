/** Where a file of a package is put. Invariants: below the folder it is given, as a regular file that nobody can execute, and never over another one. */
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AuditError } from '../error.ts'

const LONGEST_PATH = 1000
const LONGEST_NAME = 255

/**
 * A path from an archive, below the folder; the first of its names, which all of a package is packed in, is left out.
 * @throws AuditError `target_refused` for one that leads out
 */
export function pathBelow(folder: string, name: string): string {
  const names = name.split('/').filter((part) => part !== '' && part !== '.')
  const isSafe =
    !name.startsWith('/') &&
    name.length <= LONGEST_PATH &&
    names.every((part) => part !== '..' && part.length <= LONGEST_NAME && !/[\\:\p{Cc}]/u.test(part))
  if (!isSafe || names.length === 0) throw new AuditError('target_refused', 'The package holds a path that leads out of it.')
  return join(folder, ...(names.length === 1 ? names : names.slice(1)))
}

/**
 * Opens the new file at a path; undefined when there is one: of two of the same name the first counts.
 * @throws AuditError `target_refused` when a folder on the way is a file
 */
export function openNew(path: string): number | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (cause) {
    if (!(cause instanceof Error) || !/^(?:EEXIST|ENOTDIR)\b/.test(cause.message)) throw cause
    throw new AuditError('target_refused', 'The package holds a file where it holds a folder.', { cause })
  }
  return existsSync(path) ? undefined : openSync(path, 'wx', 0o600)
}
