/** Files that hold a secret. Invariant: a secret that others on this machine could have read is never used. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { CountersignError } from '@countersign/protocol'

/** In bytes. */
export const LONGEST_SECRET = 4096
/** Nobody but the owner; or, when the file belongs to somebody else who lent it to our group (a Kubernetes secret), nobody but the group. */
const NOT_OURS_TO_SHARE = { own: 0o077, lent: 0o037 } as const

/**
 * Reads a secret.
 * @param what the file, as the error names it
 * @param hint how to make one, when there is none
 * @throws CountersignError `configuration_invalid` when the file is missing, too long, or readable by others
 */
export function readPrivately(file: string, what: string, hint?: string): Buffer {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY)
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw refused(`${what} "${file}" ${missing ? 'does not exist' : 'cannot be read'}`, missing ? hint : undefined, cause)
  }
  try {
    const { mode, size, uid } = fstatSync(descriptor)
    const refusedBits = NOT_OURS_TO_SHARE[uid === process.geteuid?.() ? 'own' : 'lent']
    // Windows has no such bits; there the directory's permissions count.
    if (process.platform !== 'win32' && (mode & refusedBits) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0')
      throw refused(`${what} "${file}" can be read by others (mode ${shown})`, `chmod 600 ${file}`)
    }
    if (size > LONGEST_SECRET) throw refused(`${what} "${file}" is longer than ${LONGEST_SECRET} bytes`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads a secret that somebody else made: one line of printable ASCII, whatever it is.
 * @throws CountersignError `configuration_invalid`, also when the file holds anything else
 */
export function readPrivateLine(file: string, what: string, hint: string): string {
  const secret = readPrivately(file, what, hint)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  if (/^[\x20-\x7e]+$/.test(secret)) return secret
  throw refused(`${what} "${file}" holds no line of text`)
}

function refused(message: string, hint?: string, cause?: unknown): CountersignError {
  return new CountersignError('configuration_invalid', message, { ...(hint === undefined ? {} : { hint }), cause })
}
