/** What an audit or a probe comes back with: everything that the printed forms (terminal, JSON, SARIF, HTML) are made from. */
import type { Finding } from './finding.ts'
import type { Grade } from './grade.ts'
import type { Mitigation } from './mitigation.ts'

/** Raised when a field changes its meaning or goes away; new fields alone do not raise it. `schema/report-1.json` describes it. */
export const REPORT_VERSION = 1

/** A defect that is not told again, because somebody decided so. */
export interface Ignored {
  readonly finding: Finding
  readonly by: 'comment' | 'baseline'
  /** What the comment gives as its reason; a baseline gives none. */
  readonly reason?: string
}

export interface Report {
  readonly version: typeof REPORT_VERSION
  readonly kind: 'audit' | 'probe' | 'client' | 'merged'
  /** What was judged, as it was named. */
  readonly target: string
  readonly findings: readonly Finding[]
  /** Defects that are there and that count for nothing: not for the grade, not for an exit code. */
  readonly ignored: readonly Ignored[]
  /** What RFC 10027 (BCP 247) lists, when a probe looked for it. */
  readonly mitigations: readonly Mitigation[]
  readonly grade: Grade
  /** What the reader has to know about how far the look went: files that could not be read whole, checks that did not run. */
  readonly notes: readonly string[]
  /** How much was looked at. */
  readonly extent: Readonly<Record<string, number>>
}
