/**
 * Files that appear whole or not at all, whenever the machine stops: written under another name, forced to the disk, then named.
 * Modes are 0600 from the first byte on.
 */
import { promises } from 'node:fs'
import { dirname } from 'node:path'
import { isSystemError } from './private-directory.ts'

/** What unfinished files end in. */
export const UNFINISHED = '.tmp'

/**
 * Puts a file in the place of the one of that name, if there is one. `nonce` must be new each time.
 * @param lasting false for what nobody misses when the machine, and not only the program, stops: nothing is then waited for
 */
export async function replaceFile(path: string, content: string, nonce: string, lasting = true): Promise<void> {
  await unfinished(path, content, nonce, lasting, (temporary) => promises.rename(temporary, path))
}

/** Makes a file unless there is one of that name; tells whether it did. */
export async function createFile(path: string, content: string, nonce: string): Promise<boolean> {
  return unfinished(path, content, nonce, true, (temporary) => linkUnlessTaken(temporary, path))
}

/** Gives a file a second name unless the name is taken; tells whether it did. Exactly one of many callers succeeds, on network drives too. */
export async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await promises.link(from, to)
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  }
}

async function unfinished<T>(
  path: string,
  content: string,
  nonce: string,
  lasting: boolean,
  finish: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = `${path}.${nonce}${UNFINISHED}`
  try {
    const file = await promises.open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      if (lasting) await file.sync()
    } finally {
      await file.close()
    }
    const finished = await finish(temporary)
    if (lasting) await syncDirectory(dirname(path))
    return finished
  } finally {
    await promises.rm(temporary, { force: true })
  }
}

/** The name is on the disk only once the directory is. */
async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open directories; its file system keeps names in order by itself.
  if (process.platform === 'win32') return
  const directory = await promises.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
