/** One report of source code and wire. */
import type { Finding } from './finding.ts'
import { type Grade, gradeOf, worseOf } from './grade.ts'
import type { Report } from './report.ts'

/** A rule that is violated in code and on the wire is proven, in both findings; the grade is no better than that of the probe alone. */
export function mergedReport(source: Report, live: Report): Report {
  const findings = provenFindings(source.findings, live.findings)
  return {
    ...source,
    kind: 'merged',
    findings,
    ignored: [...source.ignored, ...live.ignored],
    mitigations: live.mitigations,
    grade: noBetterThan(live.grade, gradeOf(findings)),
    notes: [...source.notes, ...live.notes],
    extent: { ...source.extent, ...live.extent },
  }
}

function provenFindings(source: readonly Finding[], live: readonly Finding[]): Finding[] {
  const violated = (findings: readonly Finding[]) =>
    new Set(findings.filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule))
  const [inCode, onWire] = [violated(source), violated(live)]
  return [...source, ...live].map((finding) =>
    finding.verdict === 'violates' && inCode.has(finding.rule) && onWire.has(finding.rule) ? { ...finding, proven: true } : finding,
  )
}

/** What a server was seen to do can cap its grade beyond what the findings cost. */
function noBetterThan(probed: Grade, grade: Grade): Grade {
  if (probed.letter === 'ungraded' || grade.letter === 'ungraded') return grade
  const letter = worseOf(probed.letter, grade.letter)
  return letter === grade.letter ? grade : { ...grade, letter, reasons: [...grade.reasons, `The probe alone gives ${letter}.`] }
}
