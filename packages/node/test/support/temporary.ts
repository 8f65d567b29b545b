/** Directories that end with their test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
