/** The one stylesheet, as text, and the version its address carries. */
import { parts } from './parts.ts'
import { decision } from './decision.ts'
import { devices } from './devices.ts'
import { theme } from './theme.ts'
import { document } from './document.ts'

export const styleSheet: string = [theme, document, parts, decision, devices].join('\n')

/** Changes whenever a character of the stylesheet does. Not a secret and not a proof, so FNV-1a (32 bits) is enough. */
export const styleVersion: string = fnv1a(styleSheet)

function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
