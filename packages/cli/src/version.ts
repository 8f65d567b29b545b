/** The version of this package, as its manifest says. */
import { readFileSync } from 'node:fs'

export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
