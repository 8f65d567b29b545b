/** A folder for programs that a test starts: a watchdog takes away both when nobody is left to do it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WATCHDOG = fileURLToPath(new URL('watchdog.mjs', import.meta.url))

export interface WatchedFolder {
  readonly folder: string
  /** Has the watchdog end this program, unless it has ended. */
  readonly watch: (pid: number | undefined, ended: Promise<unknown>) => void
  /** To be called when every program has ended. */
  readonly remove: () => void
}

export function watchedFolder(prefix: string): WatchedFolder {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const watchdog = spawn(process.execPath, [WATCHDOG, folder], { stdio: ['pipe', 'ignore', 'ignore'], env: {}, detached: true })
  watchdog.stdin.on('error', () => undefined)
  return {
    folder,
    watch(pid, ended) {
      if (pid === undefined) return
      watchdog.stdin.write(`began ${pid}\n`)
      void ended.finally(() => watchdog.stdin.write(`ended ${pid}\n`)).catch(() => undefined)
    },
    remove() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      watchdog.stdin.end('done\n')
    },
  }
}
