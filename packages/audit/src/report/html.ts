/** A report as one HTML file: the grade, the sides as a picture, every finding with its evidence. No script, nothing remote. */
import type { Finding } from '../verdict/finding.ts'
import type { Ignored, Report } from '../verdict/report.ts'
import type { Mitigation } from '../verdict/mitigation.ts'
import { card } from './html-finding.ts'
import { axesPicture, gradeRing } from './html-picture.ts'
import { REPORT_STYLE } from './html-style.ts'
import { escaped, withCode } from './html-text.ts'
import { extentOf, KIND_TITLES, placed, SCORE_WORDS, sorted, standingsOf, stepsOf } from './sorted.ts'

export function htmlOf(report: Report): string {
  const { target, grade, kind, ignored, mitigations, notes } = report
  const { bad, bySeverity, unknown, good } = sorted(report)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Device flow of ${escaped(target)}: ${grade.letter === 'ungraded' ? 'no grade' : `grade ${grade.letter}`}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header class="top"><div>
${gradeRing(grade)}
<div class="summary">
<p class="kind">Device flow report <span aria-hidden="true">/</span> ${KIND_TITLES[kind]}</p>
<h1>${escaped(target)}</h1>
${grade.reasons.length === 0 ? '' : `<p>${grade.reasons.map(escaped).join(' ')}</p>\n`}<ul class="counts">
${bySeverity.map(([severity, group]) => `<li class="${severity}"><b>${group.length}</b> ${severity}</li>`).join('')}
<li class="unknown"><b>${unknown.length}</b> not known</li><li class="good"><b>${good.length}</b> in order</li>
</ul>
</div>
</div></header>
<main>
${axesPicture(grade)}
<section><h2>Defects <span class="quiet">${bad.length}</span></h2>
${bad.length === 0 ? '<p class="none">No defects were found.</p>' : bySeverity.flatMap(([, group]) => group.map(card)).join('')}</section>
${mitigationTable(mitigations)}
${folded('Not known', unknown.map(line))}
${folded('In order', good.map(line))}
${folded('Left alone', ignored.map(ignoredLine))}
${notes.length === 0 ? '' : `<section><h2>Notes</h2><ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul></section>`}
</main>
<footer><p>${extentOf(report)} ${SCORE_WORDS[kind]}</p></footer>
</body>
</html>
`
}

function folded(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  return `<details><summary><h2>${title} <span class="quiet">${items.length}</span></h2></summary><ul class="lines">${items.join('')}</ul></details>`
}

function line(finding: Finding): string {
  return `<li><b>${escaped(finding.rule)}</b> <span>${withCode(finding.message)} <span class="path">${escaped(placed(finding))}</span></span></li>`
}

function ignoredLine({ finding, by, reason }: Ignored): string {
  const why = by === 'baseline' ? 'In the baseline.' : `Reason given: ${escaped(reason ?? '')}`
  return `<li><b>${escaped(finding.rule)}</b> <span>${withCode(finding.message)} <span class="path">${escaped(placed(finding))}</span> <em>${why}</em></span></li>`
}

function mitigationTable(mitigations: readonly Mitigation[]): string {
  if (mitigations.length === 0) return ''
  const rows = mitigations.map(
    ({ section, title, standing, observed, steps }) =>
      `<tr><td>${escaped(section)}</td><th scope="row">${escaped(title)}</th><td><span class="tag ${standing === 'not applicable' ? 'quiet' : standing === 'pass' ? 'good' : 'absent'}">${escaped(standing)}</span></td><td>${escaped(observed)} <span class="quiet">${stepsOf({ steps })}</span></td></tr>`,
  )
  return `<section><h2>Mitigations of RFC 10027 (BCP 247) <span class="quiet">${standingsOf(mitigations)}</span></h2>
<div class="wide" role="region" tabindex="0" aria-label="Mitigations of RFC 10027"><table class="mitigations"><thead><tr><th scope="col">Section</th><th scope="col">Mitigation</th><th scope="col">Standing</th><th scope="col">How it was observed</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`
}
