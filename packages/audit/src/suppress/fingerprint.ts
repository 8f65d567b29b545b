/** What a finding is recognised by in another version of the source: not its line, which moves. */
import { createHash } from 'node:crypto'
import type { Finding } from '../verdict/finding.ts'

/** The rule, the unit and the text of the line without its spaces. */
export function fingerprintOf({ rule, unit, place }: Finding, texts: ReadonlyMap<string, string>): string {
  const line = place === undefined ? '' : (texts.get(place.file)?.split('\n')[place.line - 1] ?? '')
  return createHash('sha256')
    .update([rule, unit, line.replace(/\s+/g, '')].join('\n'))
    .digest('hex')
    .slice(0, 32)
}
