/** A report as Markdown, for the summary of a pipeline or a pull request. */
import { AXIS_TITLES, type Axis } from '../verdict/axis.ts'
import type { Report } from '../verdict/report.ts'
import { titleOf } from './titles.ts'

export function markdownOf({ target, grade, findings, notes }: Report): string {
  const bad = findings.filter(({ verdict }) => verdict === 'violates')
  const axes = Object.entries(grade.axes)
  return [
    `# Device flow of ${cell(target)}: ${grade.letter === 'ungraded' ? 'no grade' : `grade ${grade.letter}`}`,
    '',
    ...grade.reasons.map((reason) => `${reason}  `),
    ...(axes.length === 0
      ? []
      : [
          '',
          `| ${axes.map(([axis]) => AXIS_TITLES[axis as Axis]).join(' | ')} |`,
          `|${axes.map(() => '---').join('|')}|`,
          `| ${axes.map(([, score]) => score).join(' | ')} |`,
        ]),
    '',
    ...(bad.length === 0
      ? ['No defects were found.']
      : [
          '| severity | rule | where | what | fix |',
          '|---|---|---|---|---|',
          ...bad.map(
            (each) =>
              `| ${each.severity} | ${each.rule} ${cell(titleOf(each.rule))} | ${cell(each.place === undefined ? each.unit : `${each.place.file}:${each.place.line}`)} | ${cell(each.message)} | ${cell(each.fix)} |`,
          ),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${cell(note)}`)]),
    '',
  ].join('\n')
}

/** File names are a stranger's: nothing of them may become markup. */
function cell(text: string): string {
  return text.replace(/[\n\r]/g, ' ').replace(/[|<>&[\]`*_\\]/g, (character) => `\\${character}`)
}
