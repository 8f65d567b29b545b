/** A report as one HTML file: the grade, the axes as a picture, every finding with its evidence. No script, nothing remote. */
import { AXES, AXIS_TITLES } from '../verdict/axis.ts'
import type { Finding } from '../verdict/finding.ts'
import type { Report } from '../verdict/report.ts'
import { SEVERITIES } from '../verdict/severity.ts'
import { REPORT_STYLE } from './html-style.ts'
import { titleOf } from './titles.ts'

export function htmlOf(report: Report): string {
  const { target, grade, findings, notes, extent } = report
  const bad = findings.filter(({ verdict }) => verdict === 'violates')
  const count = (verdict: Finding['verdict']): number => findings.filter((each) => each.verdict === verdict).length
  const letter = grade.letter === 'ungraded' ? '–' : grade.letter
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Device flow report: ${escaped(target)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="grade grade-${grade.letter}" aria-label="Grade ${grade.letter}">${letter}</p>
<div>
<h1>${escaped(target)}</h1>
<p>${grade.letter === 'ungraded' ? 'No grade' : `${grade.score} of 100`}. ${count('violates')} defects, ${count('unknown')} not known, ${count('satisfies')} in order.</p>
<p class="quiet">${grade.reasons.map(escaped).join(' ')} ${extent['lines'] ?? 0} lines in ${extent['files'] ?? 0} files.</p>
</div>
</header>
${axes(report)}
${SEVERITIES.map((severity) =>
  group(
    severity,
    bad.filter((each) => each.severity === severity),
  ),
).join('')}
${list(
  'Not known',
  findings.filter(({ verdict }) => verdict === 'unknown'),
)}
${list(
  'In order',
  findings.filter(({ verdict }) => verdict === 'satisfies'),
)}
${notes.length === 0 ? '' : `<h2>Notes</h2><ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`}
</main>
</body>
</html>
`
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Bars from 0 to 100, one for each axis that was judged. */
function axes({ grade }: Report): string {
  const judged = AXES.filter((axis) => grade.axes[axis] !== undefined)
  if (judged.length === 0) return ''
  const height = judged.length * 30 + 6
  const bars = judged.map((axis, index) => {
    const score = grade.axes[axis] ?? 0
    const y = index * 30 + 6
    return `<text x="0" y="${y + 14}">${AXIS_TITLES[axis]}</text><rect class="track" x="190" y="${y}" width="400" height="18" rx="3"/><rect class="${score >= 80 ? 'good' : score >= 60 ? 'fair' : 'poor'}" x="190" y="${y}" width="${score * 4}" height="18" rx="3"/><text x="602" y="${y + 14}">${score}</text>`
  })
  return `<svg class="axes" viewBox="0 0 640 ${height}" role="img" aria-label="Scores by axis: ${judged.map((axis) => `${AXIS_TITLES[axis]} ${grade.axes[axis]}`).join(', ')}">${bars.join('')}</svg>`
}

function group(severity: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  return `<h2 class="${severity}">${severity} <span>${findings.length}</span></h2>${findings.map(card).join('')}`
}

function card(finding: Finding): string {
  const { rule, message, fix, evidence, searched, confidence, proven } = finding
  return `<article><h3>${rule} ${code(titleOf(rule))}${proven === true ? ' <b>proven</b>' : ''}</h3>
<p class="place">${escaped(placed(finding))} <span class="quiet">${confidence} confidence</span></p>
<p>${code(message)}</p>
${evidence.length < 2 ? '' : `<ol>${evidence.map((each) => `<li>${code(each.note)} ${each.place === undefined ? '' : `<span class="place">${escaped(`${each.place.file}:${each.place.line}`)}</span>`}</li>`).join('')}</ol>`}
${searched.length === 0 ? '' : `<p class="quiet">Looked for and not found: ${searched.map(code).join('; ')}.</p>`}
<p class="fix">${code(fix)}</p></article>
`
}

function list(title: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  return `<details><summary>${title} <span>${findings.length}</span></summary><ul>${findings.map((each) => `<li><b>${each.rule}</b> ${code(each.message)} <span class="place">${escaped(placed(each))}</span></li>`).join('')}</ul></details>`
}

function placed({ place, unit }: Finding): string {
  return place === undefined ? unit : `${place.file}:${place.line}`
}

/** Words between back-quotes are code. */
function code(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}
