/** A directory for one test, gone when the test is over. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new private directory. */
export function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-server-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Writes a file into the directory and gives its path; objects become JSON. */
export function put(directory: string, name: string, content: string | Uint8Array | object, mode = 0o600): string {
  const file = join(directory, name)
  const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content)
  writeFileSync(file, bytes, { mode })
  return file
}

/** The message and hint of what is thrown. */
export function faultOf(body: () => unknown): { code: unknown; message: string; hint: unknown } {
  try {
    body()
  } catch (error) {
    const { code, message, hint } = error as Error & { code: unknown; hint: unknown }
    return { code, message, hint }
  }
  throw new Error('nothing was thrown')
}
