/** What an audit or a probe comes back with: everything that the printed forms (terminal, JSON, SARIF, HTML) are made from. */
import type { Finding } from './finding.ts'
import type { Grade } from './grade.ts'

/** Raised when a field changes its meaning or goes away; new fields alone do not raise it. */
export const REPORT_VERSION = 1

export interface Report {
  readonly version: typeof REPORT_VERSION
  readonly kind: 'audit' | 'probe' | 'merged'
  /** What was judged, as it was named. */
  readonly target: string
  readonly findings: readonly Finding[]
  readonly grade: Grade
  /** What the reader has to know about how far the look went: files that could not be read whole, checks that did not run. */
  readonly notes: readonly string[]
  /** How much was looked at. */
  readonly extent: Readonly<Record<string, number>>
}

/**
 * One report of both: a rule that is violated in code and on the wire is proven, in both findings.
 * The grade has to be given again by the caller, who knows which caps hold.
 */
export function provenFindings(source: readonly Finding[], live: readonly Finding[]): Finding[] {
  const violated = (findings: readonly Finding[]) =>
    new Set(findings.filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule))
  const [inCode, onWire] = [violated(source), violated(live)]
  return [...source, ...live].map((finding) =>
    finding.verdict === 'violates' && inCode.has(finding.rule) && onWire.has(finding.rule) ? { ...finding, proven: true } : finding,
  )
}
