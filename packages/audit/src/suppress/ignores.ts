/** `countersign-ignore DF-C01: reason`, on the line or on the one above. Without a reason it counts for nothing. */
import type { Finding } from '../verdict/finding.ts'

const IGNORE = /countersign-ignore\s+((?:DF-[CS]\d\d[\s,]*)+)(?::\s*(\S.*?))?\s*(?:\*\/|-->)?$/

export interface Ignored {
  readonly findings: Finding[]
  readonly notes: string[]
}

export function applyIgnores(findings: readonly Finding[], texts: ReadonlyMap<string, string>): Ignored {
  const notes: string[] = []
  const left = findings.filter((finding) => {
    const { place, verdict, rule } = finding
    if (place === undefined || verdict !== 'violates') return true
    const lines = texts.get(place.file)?.split('\n') ?? []
    for (const line of [lines[place.line - 1], lines[place.line - 2]]) {
      const match = IGNORE.exec(line ?? '')
      if (match?.[1]?.includes(rule) !== true) continue
      if (match[2] === undefined) {
        notes.push(`${place.file}:${place.line}: ${rule} is ignored without a reason, so it is told.`)
        return true
      }
      notes.push(`${place.file}:${place.line}: ${rule} is ignored: ${match[2]}`)
      return false
    }
    return true
  })
  return { findings: left, notes }
}
