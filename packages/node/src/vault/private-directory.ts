/**
 * A directory that is this person's alone.
 * Invariant: nothing is kept in, or believed from, a directory that somebody else could have put files into.
 */
import { promises, statSync } from 'node:fs'
import { CountersignError } from '@countersign/protocol'

const OTHERS_WRITE = 0o022
const OTHERS = 0o077

/**
 * Makes the directory (mode 0700), or makes an existing one of one's own private.
 * @throws CountersignError `vault_unavailable` when it is another user's, when others can write to it, or when it cannot be made
 */
export async function makePrivateDirectory(path: string, user: number | undefined = process.getuid?.()): Promise<void> {
  const found = await reaching(path, async () => {
    const present = statSync(path, { throwIfNoEntry: false })
    if (present?.isDirectory() === true) return present
    await promises.mkdir(path, { recursive: true, mode: 0o700 })
    return statSync(path)
  })
  // Windows keeps no owners and modes of this kind.
  if (user === undefined) return
  if (found.uid !== user) {
    throw unavailable(`directory '${path}' belongs to another user`, `Run this as its owner, or choose another directory.`)
  }
  if ((found.mode & OTHERS_WRITE) !== 0) {
    throw unavailable(`others can write to directory '${path}'`, `Look at what is in it, then: chmod 700 '${path}'`)
  }
  if ((found.mode & OTHERS) !== 0) await reaching(path, () => promises.chmod(path, 0o700))
}

/** Runs work on a file; what the operating system refuses becomes an error that names the path. */
export async function reaching<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    throw unavailable(`cannot use '${path}': ${cause.code}`, 'Check that it exists, that it is yours and that there is room.', cause)
  }
}

/** `vault_unavailable` with the next step. */
export function unavailable(message: string, hint: string, cause?: unknown): CountersignError {
  return new CountersignError('vault_unavailable', message, { hint, cause })
}

/** Whether the operating system refused with this code; without a code, whether it refused at all. */
export function isSystemError(error: unknown, code?: string): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && (code === undefined || error.code === code)
}
