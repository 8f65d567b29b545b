/** The files of a target: read as text, never followed out of it, never run. */
import type { Dirent } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { AuditError } from '../error.ts'
import { isTextFile } from './text-files.ts'

export interface Collected {
  /** Text by path relative to the target, with forward slashes, sorted. */
  readonly texts: ReadonlyMap<string, string>
  /** Paths that were left out, with the reason. */
  readonly left: readonly { readonly path: string; readonly reason: string }[]
}

/** A file above this many bytes is generated, or not source code. */
const MOST_BYTES = 2_000_000
/** All files together: what does not fit is named in the report. */
const MOST_TOTAL_BYTES = 400_000_000
const MOST_DEPTH = 40
const SKIPPED = new Set(['.git', '.hg', '.svn', 'node_modules', 'vendor', 'third_party', '.venv', 'venv', 'site-packages', '__pycache__'])
/** What a repository is built into: nobody's source there, and all there is in a package that was published. */
const BUILT = new Set(['dist', 'build', '.next', 'target'])

/**
 * Reads the source files below a folder, or the one file that is named.
 * Symbolic links are not followed: what they point at may lie anywhere.
 * @throws AuditError `target_unreadable`
 */
export async function collect(target: string, { isPublished = false } = {}): Promise<Collected> {
  const stat = await lstat(target).catch(() => undefined)
  if (stat === undefined) throw new AuditError('target_unreadable', `There is no file or folder ${target}.`)
  const texts = new Map<string, string>()
  const left: { path: string; reason: string }[] = []
  let total = 0
  const take = async (path: string, name: string): Promise<void> => {
    const { size } = await lstat(path)
    if (size > MOST_BYTES) return void left.push({ path: name, reason: `larger than ${MOST_BYTES} bytes` })
    if (total + size > MOST_TOTAL_BYTES) return void left.push({ path: name, reason: `more than ${MOST_TOTAL_BYTES} bytes in all` })
    const bytes = await readFile(path).catch(() => undefined)
    if (bytes === undefined) return void left.push({ path: name, reason: 'not readable' })
    if (bytes.subarray(0, 8192).includes(0)) return void left.push({ path: name, reason: 'binary' })
    total += size
    texts.set(name, bytes.toString('utf8'))
  }
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => {
      left.push({ path: legible(relative(target, folder).split(sep).join('/')) || '.', reason: 'not readable' })
      return []
    })
    for (const entry of entries.sort((one, two) => (one.name < two.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      const name = legible(relative(target, path).split(sep).join('/'))
      if (entry.isSymbolicLink()) left.push({ path: name, reason: 'a symbolic link' })
      else if (entry.isDirectory()) {
        if (SKIPPED.has(entry.name) || (BUILT.has(entry.name) && !isPublished)) continue
        if (depth >= MOST_DEPTH) left.push({ path: name, reason: `more than ${MOST_DEPTH} folders deep` })
        else await visit(path, depth + 1)
      } else if (entry.isFile() && isTextFile(entry.name)) await take(path, name)
    }
  }
  if (stat.isFile()) await take(target, target.split(/[\\/]/).at(-1) ?? target)
  else if (stat.isDirectory()) await visit(target, 0)
  else throw new AuditError('target_unreadable', `${target} is neither a file nor a folder.`)
  return { texts, left: left.filter(({ reason }) => reason !== 'a symbolic link' || stat.isDirectory()) }
}

/** A file may be called anything; what a terminal obeys, or what breaks a line, is written out. */
function legible(name: string): string {
  return name.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
