/** A report as lines for a terminal: defects by severity, each with its line and its fix; then what is not known; then the grade. */
import { AXIS_TITLES, type Axis } from '../verdict/axis.ts'
import type { Finding } from '../verdict/finding.ts'
import type { Report } from '../verdict/report.ts'
import { SEVERITIES } from '../verdict/severity.ts'
import { titleOf } from './titles.ts'

/** Lines without colour. `all` also lists what is in order. */
export function terminalLines(report: Report, { all = false }: { readonly all?: boolean } = {}): string[] {
  const { findings, notes, extent } = report
  const bad = findings.filter(({ verdict }) => verdict === 'violates')
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown')
  const good = findings.filter(({ verdict }) => verdict === 'satisfies')
  const looked = `Looked at ${extent['lines'] ?? 0} lines in ${extent['files'] ?? 0} files; ${extent['parsed'] ?? 0} of them have to do with a device flow.`
  return [
    ...SEVERITIES.flatMap((severity) => bad.filter((each) => each.severity === severity).flatMap(findingLines)),
    ...(unknown.length === 0 ? [] : ['Not known', ...unknown.map((each) => `  ${each.rule}  ${placed(each)}  ${each.message}`), '']),
    ...(all && good.length > 0 ? ['In order', ...good.map((each) => `  ${each.rule}  ${placed(each)}  ${each.message}`), ''] : []),
    ...(notes.length === 0 ? [] : ['Notes', ...notes.map((note) => `  ${note}`), '']),
    looked,
    `${bad.length} ${bad.length === 1 ? 'defect' : 'defects'}, ${unknown.length} not known, ${good.length} in order.`,
    ...gradeLines(report),
  ]
}

function placed({ place, unit }: Finding): string {
  return place === undefined ? unit : `${place.file}:${place.line}`
}

function findingLines(finding: Finding): string[] {
  const { rule, severity, confidence, message, fix, searched, proven } = finding
  return [
    `${severity.toUpperCase().padEnd(8)} ${rule}  ${titleOf(rule)}${proven === true ? '  (proven on the wire)' : ''}`,
    `  at   ${placed(finding)}  (${confidence} confidence)`,
    `  why  ${message}`,
    ...(searched.length === 0 ? [] : [`  not found: ${searched.join('; ')}`]),
    `  fix  ${fix}`,
    '',
  ]
}

function gradeLines({ grade }: Report): string[] {
  const axes = Object.entries(grade.axes).map(([axis, score]) => `${AXIS_TITLES[axis as Axis]} ${score}`)
  if (grade.letter === 'ungraded') return [`No grade. ${grade.reasons.join(' ')}`]
  return [
    `Grade ${grade.letter} (${grade.score} of 100)${grade.reasons.length === 0 ? '' : `. ${grade.reasons.join(' ')}`}`,
    `  ${axes.join(', ')}`,
  ]
}
