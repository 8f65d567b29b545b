/** The one stylesheet, as text, and the version its address carries. */
import { decision } from './decision.ts'
import { devices } from './devices.ts'
import { document } from './document.ts'
import { parts } from './parts.ts'

/** @param palette the names that the rules use, declared */
export function styleSheetWith(palette: string): string {
  return [palette, document, parts, decision, devices].join('\n')
}

/** Changes whenever a character does. Not a secret and not a proof, so FNV-1a (32 bits) is enough. */
export function versionOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
