/** Where what servers list is remembered: a cache, which may be deleted at any time (XDG Base Directory Specification). */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export function memoryDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['COUNTERSIGN_CACHE_DIR']
  if (given !== undefined && given !== '') return given
  const windows = environment['LOCALAPPDATA']
  if (process.platform === 'win32' && windows !== undefined && windows !== '') return join(windows, 'Countersign', 'mcp')
  const cache = environment['XDG_CACHE_HOME'] ?? ''
  // A relative path there is invalid and to be ignored (ibid.).
  return join(isAbsolute(cache) ? cache : join(environment['HOME'] ?? homedir(), '.cache'), 'countersign', 'mcp')
}
