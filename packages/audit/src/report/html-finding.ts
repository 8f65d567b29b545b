/** One defect as a card: what, where, the line, why, the evidence, what would have cleared it, and the fix. */
import type { Evidence, Finding } from '../verdict/finding.ts'
import { escaped, withCode } from './html-text.ts'
import { placed } from './sorted.ts'
import { pageOf, titleOf } from './titles.ts'

export function card(finding: Finding): string {
  const { rule, severity, confidence, message, fix, proven } = finding
  const tags = [
    `<span class="tag ${severity}">${severity}</span>`,
    ...(proven === true ? ['<span class="tag proven">proven in code and on the wire</span>'] : []),
  ]
  return `<article class="${severity}">
<header><h3>${withCode(titleOf(rule))}</h3><p class="tags">${tags.join(' ')}</p></header>
<p class="where"><a href="${pageOf(encodeURIComponent(rule))}">${escaped(rule)}</a> <span class="path">${escaped(placed(finding))}</span> <span class="quiet">${confidence} confidence</span></p>
${line(finding)}<p>${withCode(message)}</p>
${evidenceOf(finding)}${searchedFor(finding)}<p class="fix"><b>Fix</b> ${withCode(fix)}</p>
</article>
`
}

function line({ place, excerpt }: Finding): string {
  if (place === undefined || excerpt === undefined) return ''
  return `<pre><span class="number">${place.line}</span>${escaped(excerpt)}</pre>\n`
}

/** The first piece of evidence of source code is the place itself, which stands above. */
function evidenceOf({ evidence, place }: Finding): string {
  const more = place === undefined ? evidence : evidence.slice(1)
  return more.length === 0 ? '' : `<p class="label">Evidence</p><ol>${more.map(item).join('')}</ol>\n`
}

function item({ note, place, exchange }: Evidence): string {
  if (exchange !== undefined)
    return `<li><span class="path">${escaped(note)}</span> <span class="quiet">step ${escaped(exchange)}</span></li>`
  return `<li>${withCode(note)}${place === undefined ? '' : ` <span class="path">${escaped(`${place.file}:${place.line}`)}</span>`}</li>`
}

function searchedFor({ searched }: Finding): string {
  return searched.length === 0
    ? ''
    : `<p class="label">Looked for and not found</p><ul>${searched.map((each) => `<li>${withCode(each)}</li>`).join('')}</ul>\n`
}
