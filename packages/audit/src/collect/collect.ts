/** The files of a target: read as text, never followed out of it, never run. */
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs'
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
 * Symbolic links are not followed: what they point at may lie anywhere. It blocks: thousands of small files are read in a fraction of the time.
 * @throws AuditError `target_unreadable`
 */
export function collect(target: string, { isPublished = false } = {}): Collected {
  const stat = orUndefined(() => lstatSync(target))
  if (stat === undefined) throw new AuditError('target_unreadable', `There is no file or folder ${target}.`)
  const texts = new Map<string, string>()
  const left: { path: string; reason: string }[] = []
  let total = 0
  const take = (path: string, name: string): void => {
    const size = orUndefined(() => lstatSync(path).size)
    if (size === undefined) return void left.push({ path: name, reason: 'not readable' })
    if (size > MOST_BYTES) return void left.push({ path: name, reason: `larger than ${MOST_BYTES} bytes` })
    if (total + size > MOST_TOTAL_BYTES) return void left.push({ path: name, reason: `more than ${MOST_TOTAL_BYTES} bytes in all` })
    const bytes = orUndefined(() => readFileSync(path))
    if (bytes === undefined) return void left.push({ path: name, reason: 'not readable' })
    if (bytes.subarray(0, 8192).includes(0)) return void left.push({ path: name, reason: 'binary' })
    total += size
    texts.set(name, bytes.toString('utf8'))
  }
  const visit = (folder: string, depth: number): void => {
    const entries = orUndefined((): Dirent[] => readdirSync(folder, { withFileTypes: true }))
    if (entries === undefined) {
      return void left.push({ path: legible(relative(target, folder).split(sep).join('/')) || '.', reason: 'not readable' })
    }
    for (const entry of entries.sort((one, two) => (one.name < two.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      const name = legible(relative(target, path).split(sep).join('/'))
      if (entry.isSymbolicLink()) left.push({ path: name, reason: 'a symbolic link' })
      else if (entry.isDirectory()) {
        if (SKIPPED.has(entry.name) || (BUILT.has(entry.name) && !isPublished)) continue
        if (depth >= MOST_DEPTH) left.push({ path: name, reason: `more than ${MOST_DEPTH} folders deep` })
        else visit(path, depth + 1)
      } else if (entry.isFile() && isTextFile(entry.name)) take(path, name)
    }
  }
  if (stat.isFile()) take(target, target.split(/[\\/]/).at(-1) ?? target)
  else if (stat.isDirectory()) visit(target, 0)
  else throw new AuditError('target_unreadable', `${target} is neither a file nor a folder.`)
  return { texts, left: left.filter(({ reason }) => reason !== 'a symbolic link' || stat.isDirectory()) }
}

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** A file, or a client, may be called anything; what a terminal obeys, or what breaks a line, is written out. */
export function legible(name: string): string {
  return name.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
