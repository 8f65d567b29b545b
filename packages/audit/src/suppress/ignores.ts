/** `countersign-ignore DF-C01: reason`, on the line or on the one above. Without a reason it counts for nothing. */
import type { Finding } from '../verdict/finding.ts'
import type { Ignored } from '../verdict/report.ts'

const IGNORE = /countersign-ignore\s+((?:DF-[CS]\d\d[\s,]*)+)(?::\s*(\S.*?))?\s*(?:\*\/|-->)?$/

const IGNORE_FILE = /^[ \t]*(?:\/\/|#|\/\*+|<!--)[ \t]*countersign-ignore-file(?::[ \t]*(\S[^\n]*?))?\s*(?:\*\/|-->)?$/m

export interface LeftAlone {
  readonly texts: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/** Takes away the files that say at their beginning `countersign-ignore-file: reason`; each is named in a note. */
export function withoutIgnored(texts: ReadonlyMap<string, string>): LeftAlone {
  const kept = new Map<string, string>()
  const notes: string[] = []
  for (const [path, text] of texts) {
    const head = text.slice(0, 2000)
    const match = head.includes('countersign-ignore-file') ? IGNORE_FILE.exec(head) : null
    if (match?.[1] !== undefined) {
      notes.push(`${path} is left alone: ${match[1]}`)
      continue
    }
    if (match !== null) notes.push(`${path} is to be left alone without a reason, so it is read.`)
    kept.set(path, text)
  }
  return { texts: kept, notes }
}

export interface Sifted {
  readonly findings: Finding[]
  readonly ignored: Ignored[]
  readonly notes: string[]
}

export function applyIgnores(findings: readonly Finding[], texts: ReadonlyMap<string, string>): Sifted {
  const sifted: Sifted = { findings: [], ignored: [], notes: [] }
  for (const finding of findings) {
    const comment = commentOn(finding, texts)
    if (comment?.reason !== undefined) {
      sifted.ignored.push({ finding, by: 'comment', reason: comment.reason })
      continue
    }
    if (comment !== undefined) {
      const { place, rule } = finding
      sifted.notes.push(`${place?.file}:${place?.line}: ${rule} is ignored without a reason, so it is told.`)
    }
    sifted.findings.push(finding)
  }
  return sifted
}

function commentOn({ place, verdict, rule }: Finding, texts: ReadonlyMap<string, string>): { readonly reason?: string } | undefined {
  if (place === undefined || verdict !== 'violates') return undefined
  const lines = texts.get(place.file)?.split('\n') ?? []
  for (const line of [lines[place.line - 1], lines[place.line - 2]]) {
    const match = IGNORE.exec(line ?? '')
    if (match?.[1]?.includes(rule) === true) return match[2] === undefined ? {} : { reason: match[2] }
  }
  return undefined
}
