/** How a host calls us. Hosts with a window often have another PATH than a terminal, so a whole path is what they are given. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { version } from '../version.ts'

/** What `--command` says; else the `countersign` that is installed; else npx with this version. */
export function ownCommand(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] {
  if (given !== undefined) return [given]
  const names = process.platform === 'win32' ? ['countersign.cmd'] : ['countersign']
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    // npx puts its own folders in front, and they are gone when it has ended.
    if (folder === '' || folder.includes('_npx') || folder.includes('node_modules')) continue
    const path = names.map((name) => join(folder, name)).find(isProgram)
    if (path !== undefined) return [path]
  }
  return ['npx', '-y', `countersign@${version()}`]
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
