/**
 * The file of a host, changed so that nothing is lost: what was there is kept beside it first, and the new content appears whole or not at all.
 * A link leads to the file it names, as people keep their settings elsewhere.
 */
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Host, Machine } from '@countersign/mcp/hosts'
import { CountersignError } from '@countersign/protocol'

export interface HostFile {
  readonly path: string
  /** Empty when there is no file yet. */
  readonly text: string
  readonly exists: boolean
}

/** Where the file is: named, of the project, or of this person. @throws CountersignError `usage` when the host has none for projects */
export function pathOf(
  host: Host,
  flags: { readonly file?: string; readonly project?: boolean },
  environment: Machine['environment'],
): string {
  if (flags.file !== undefined) return resolve(flags.file)
  if (flags.project !== true) return host.file({ platform: process.platform, home: environment['HOME'] ?? homedir(), environment })
  if (host.projectFile === undefined) {
    throw new CountersignError('usage', `${host.title} keeps no servers in a project`, { hint: 'leave --project out' })
  }
  return resolve(host.projectFile)
}

/** @throws CountersignError `configuration_invalid` when it is there and cannot be read */
export async function readHostFile(path: string): Promise<HostFile> {
  try {
    const real = await realpath(path)
    return { path: real, text: await readFile(real, 'utf8'), exists: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, text: '', exists: false }
    throw unusable(path, error)
  }
}

/**
 * Puts a new text in its place. Tells where the old one is kept, if there was one.
 * @throws CountersignError `configuration_invalid`; the file is then as it was
 */
export async function replaceHostFile({ path, exists }: HostFile, text: string, stamp: string): Promise<string | undefined> {
  const [backup, temporary] = [`${path}.before-countersign-${stamp}`, `${path}.countersign-${stamp}.tmp`]
  try {
    if (exists) await copyFile(path, backup, constants.COPYFILE_EXCL)
    else await mkdir(dirname(path), { recursive: true })
    const mode = exists ? (await stat(path)).mode & 0o777 : 0o600
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    return exists ? backup : undefined
  } catch (error) {
    await rm(temporary, { force: true })
    throw unusable(path, error)
  }
}

function unusable(path: string, cause: unknown): CountersignError {
  const { code = String(cause) } = cause as NodeJS.ErrnoException
  return new CountersignError('configuration_invalid', `${path} cannot be used (${code})`, {
    hint: 'check who owns it, or name another file with --file',
    cause,
  })
}
