/** Values of flags that the commands for MCP share. */
import { readFile } from 'node:fs/promises'
import { CountersignError, OAuthError, parseScope, type Scope } from '@countersign/protocol'

/** @throws CountersignError `usage` */
export function scopeOf(given: readonly string[] | undefined): Scope | undefined {
  if (given === undefined) return undefined
  try {
    return parseScope(given.join(' '))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('usage', error.message, { cause: error })
  }
}

/** A flag in whole seconds. @throws CountersignError `usage` */
export function milliseconds(flag: string, given: string | undefined): number | undefined {
  return given === undefined ? undefined : whole(flag, given, 86_400) * 1000
}

/** @throws CountersignError `usage` */
export function whole(flag: string, given: string, most: number): number {
  const number = Number(given)
  if (!/^\d+$/.test(given) || number > most) {
    throw new CountersignError('usage', `${flag}: not a whole number up to ${most}`, { hint: 'like 60' })
  }
  return number
}

/** @throws CountersignError `usage` when it cannot be read */
export async function readFlagFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CountersignError('usage', `${flag}: cannot read ${path}`, { hint: 'Check the path and who may read it.', cause })
  }
}

/** The secret of `--client-secret-file`. */
export async function readSecretFile(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : (await readFlagFile('--client-secret-file', path)).trim()
}

/** What went wrong and what to do, on one line. */
export function describe(error: unknown): string {
  if (error instanceof CountersignError && error.hint !== undefined) return `${error.message}. ${error.hint}`
  return error instanceof Error ? error.message : String(error)
}
