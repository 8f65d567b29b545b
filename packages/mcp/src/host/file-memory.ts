/** A memory in a file of its own, for this user alone. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Memory, readRemembered } from './remembered.ts'

/** @param about what the memory is about: the same text is the same file */
export function fileMemory(directory: string, about: string): Memory {
  const path = join(directory, `${createHash('sha256').update(about).digest('hex').slice(0, 32)}.json`)
  let written: string | undefined
  return {
    read: async () => {
      const text = await readFile(path, 'utf8').catch(() => undefined)
      return text === undefined ? undefined : readRemembered(text)
    },
    write: async (remembered) => {
      const text = JSON.stringify(remembered)
      if (text === written) return
      written = text
      const draft = `${path}.${randomUUID()}`
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await writeFile(draft, text, { mode: 0o600 })
        await rename(draft, path)
      } catch {
        // A full or read-only disk costs the next start a moment, and nothing else.
        await rm(draft, { force: true }).catch(() => undefined)
      }
    },
  }
}
