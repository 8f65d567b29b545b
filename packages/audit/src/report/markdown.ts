/** A report as Markdown, for the summary of a pipeline or a pull request. */
import { AXES, AXIS_TITLES } from '../verdict/axis.ts'
import type { Finding } from '../verdict/finding.ts'
import type { Report } from '../verdict/report.ts'
import { countsOf, extentOf, placed, sorted, standingsOf } from './sorted.ts'
import { pageOf, titleOf } from './titles.ts'

export function markdownOf(report: Report): string {
  const { target, grade, ignored, mitigations, notes } = report
  const { bad } = sorted(report)
  const axes = AXES.filter((axis) => grade.axes[axis] !== undefined)
  return [
    `# Device flow of ${cell(target)}: ${grade.letter === 'ungraded' ? 'no grade' : `grade ${grade.letter}, ${grade.score} of 100`}`,
    '',
    [`${countsOf(report)}.`, ...grade.reasons, extentOf(report)].map(cell).join(' '),
    '',
    ...table(
      axes.map((axis) => AXIS_TITLES[axis]),
      axes.length === 0 ? [] : [axes.map((axis) => String(grade.axes[axis] ?? 0))],
    ),
    ...(bad.length === 0 ? ['No defects were found.', ''] : table(['severity', 'rule', 'where', 'what', 'fix'], bad.map(defect))),
    ...section(
      `Mitigations of RFC 10027 (BCP 247): ${standingsOf(mitigations)}`,
      table(
        ['section', 'mitigation', 'standing', 'how it was observed'],
        mitigations.map(({ section: number, title, standing, observed }) => [number, title, standing, observed].map(cell)),
      ),
    ),
    ...section(
      'Left alone',
      ignored.map(
        ({ finding, by, reason }) =>
          `- ${finding.rule} ${cell(placed(finding))}: ${by === 'baseline' ? 'in the baseline' : cell(reason ?? '')}`,
      ),
    ),
    ...section(
      'Notes',
      notes.map((note) => `- ${cell(note)}`),
    ),
  ].join('\n')
}

function defect(finding: Finding): readonly string[] {
  const { severity, rule, message, fix, proven } = finding
  const name = `[${rule}](${pageOf(rule)}) ${cell(titleOf(rule))}${proven === true ? ' **proven**' : ''}`
  return [severity, name, cell(placed(finding)), cell(message), cell(fix)]
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line), '']
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, '']
}

/** File names are a stranger's: nothing of them may become markup. */
function cell(text: string): string {
  return text.replace(/[\n\r]/g, ' ').replace(/[|<>&[\]`*_\\]/g, (character) => `\\${character}`)
}
