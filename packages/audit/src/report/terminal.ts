/** A report as lines for a terminal: defects by severity, each with its line, the reason and the fix; then what is not known; then the grade. */
import { AXES, AXIS_TITLES } from '../verdict/axis.ts'
import type { Finding } from '../verdict/finding.ts'
import type { Ignored, Report } from '../verdict/report.ts'
import type { Severity } from '../verdict/severity.ts'
import { bold, painted, type TextLook, wrapped } from './lines.ts'
import { countsOf, extentOf, placed, sorted } from './sorted.ts'
import { titleOf } from './titles.ts'

const RED = 31
const GREEN = 32
const YELLOW = 33
const GREY = 90
const COLOURS: Readonly<Record<Severity, number>> = { critical: 35, high: RED, medium: YELLOW, low: 36, info: GREY }
const GRADE_COLOURS: Readonly<Record<Report['grade']['letter'], number>> = {
  A: GREEN,
  B: GREEN,
  C: YELLOW,
  D: RED,
  F: RED,
  ungraded: GREY,
}
const INDENT = 4
const LABEL = 9

/** Lines without their ends. `all` also lists what is in order. Nothing of a file that was read is obeyed by a terminal. */
export function terminalLines(report: Report, look: TextLook, { all = false }: { readonly all?: boolean } = {}): readonly string[] {
  const { bySeverity, unknown, good } = sorted(report)
  return [
    ...bySeverity.flatMap(([severity, group]) => [
      painted(
        `${severity.toUpperCase()} ${'-'.repeat(Math.max(3, Math.min(look.width, 80) - severity.length - 1))}`,
        COLOURS[severity],
        look,
      ),
      ...group.flatMap((finding) => ['', ...findingLines(finding, look)]),
      '',
    ]),
    ...section('Not known', unknown.flatMap(oneLine(look)), look),
    ...(all ? section('In order', good.flatMap(oneLine(look)), look) : []),
    ...section('Left alone', report.ignored.flatMap(ignoredLines(look)), look),
    ...section(
      'Notes',
      report.notes.flatMap((note) => wrapped(note, look, 2)),
      look,
    ),
    ...wrapped(extentOf(report), look, 0),
    ...wrapped(`${countsOf(report)}.`, look, 0),
    ...gradeLines(report, look),
  ]
}

function section(title: string, lines: readonly string[], look: TextLook): readonly string[] {
  return lines.length === 0 ? [] : [bold(title, look), ...lines, '']
}

function findingLines(finding: Finding, look: TextLook): readonly string[] {
  const { rule, severity, confidence, message, fix, searched, proven, place, excerpt, evidence } = finding
  const isProven = proven === true ? `  ${painted('proven: in the code and on the wire', RED, look)}` : ''
  const number = String(place?.line ?? '')
  const seen = place === undefined ? evidence.filter(({ exchange }) => exchange !== undefined).slice(0, 3) : evidence.slice(1)
  return [
    `${painted(rule, COLOURS[severity], look)}  ${bold(titleOf(rule), look)}${isProven}`,
    ...wrapped(`${placed(finding)}, ${confidence} confidence`, look, INDENT),
    ...(excerpt === undefined ? [] : wrapped(`${number} | ${excerpt}`, look, INDENT).map((line) => painted(line, GREY, look))),
    ...labelled('why', message, look),
    ...seen.flatMap((each) =>
      labelled('seen', each.place === undefined ? each.note : `${each.note} (${each.place.file}:${each.place.line})`, look),
    ),
    ...(searched.length === 0 ? [] : labelled('missing', searched.join('; '), look)),
    ...labelled('fix', fix, look, GREEN),
  ]
}

/** A word in front, and what belongs to it one below the other. */
function labelled(label: string, text: string, look: TextLook, colour = GREY): readonly string[] {
  const [first = '', ...rest] = wrapped(text, look, INDENT + LABEL)
  const words = painted(label.padEnd(LABEL), colour, look)
  return [' '.repeat(INDENT) + words + first.slice(INDENT + LABEL), ...rest]
}

const oneLine = (look: TextLook) => (finding: Finding) => wrapped(`${finding.rule}  ${placed(finding)}  ${finding.message}`, look, 2)

const ignoredLines =
  (look: TextLook) =>
  ({ finding, by, reason }: Ignored) =>
    wrapped(`${finding.rule}  ${placed(finding)}  ${by === 'baseline' ? 'in the baseline' : (reason ?? '')}`, look, 2)

function gradeLines({ grade }: Report, look: TextLook): readonly string[] {
  const letter = grade.letter === 'ungraded' ? 'No grade' : `Grade ${grade.letter}, ${grade.score} of 100`
  const judged = AXES.filter((axis) => grade.axes[axis] !== undefined)
  return [
    '',
    painted(letter, GRADE_COLOURS[grade.letter], look),
    ...grade.reasons.flatMap((reason) => wrapped(reason, look, 2)),
    ...judged.map((axis) => {
      const score = grade.axes[axis] ?? 0
      const colour = score >= 80 ? GREEN : score >= 60 ? YELLOW : RED
      return `  ${AXIS_TITLES[axis].padEnd(24)}${painted(String(score).padStart(3), colour, look)}`
    }),
  ]
}
