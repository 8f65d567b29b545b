// @ts-check
/**
 * `node tools/rule-pages.mjs`: writes docs/rules, a page for each rule of the auditor, from the rule itself and from the units of its tests:
 * what stands there as the bad example is what the tests prove to be found.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RULES } from '../packages/audit/dist/index.js'
import { root } from './steps.mjs'

const fixtures = join(root, 'packages/audit/test/fixtures')
/** @type {Record<string, Record<string, { find: string, replace: string }[]>>} */
const mutations = JSON.parse(readFileSync(join(fixtures, 'mutations.json'), 'utf8'))
const LANGUAGES = /** @type {const} */ ([
  ['typescript', 'ts', 'TypeScript'],
  ['python', 'py', 'Python'],
  ['go', 'go', 'Go'],
  ['settings', 'yml', 'Settings'],
])

/** A piece of a text with two lines around it, without its indentation. @param {string} text @param {string} piece */
function linesAround(text, piece) {
  const at = text.indexOf(piece)
  if (at < 0 || piece === '') return ''
  const first = text.slice(0, at).split('\n').length - 1
  const last = first + piece.trimEnd().split('\n').length
  const lines = text.split('\n').slice(Math.max(0, first - 2), last + 2)
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)?.[0].length ?? 0))
  return lines
    .map((line) => line.slice(indent).replace(/\t/g, '    '))
    .join('\n')
    .trim()
}

/** @param {typeof RULES[number]} rule */
function page(rule) {
  const examples = LANGUAGES.flatMap(([language, ending, name]) => {
    const good = readFileSync(join(fixtures, `${language === 'settings' ? 'clients' : rule.side}.${ending}.txt`), 'utf8')
    const pairs = mutations[rule.id]?.[language] ?? []
    const bad = pairs.reduce((text, { find, replace }) => text.replaceAll(find, () => replace), good)
    const [first] = [...pairs].sort((one, other) => other.find.length - one.find.length)
    if (first === undefined) return []
    const wrong = first.replace.trim() === '' ? '' : linesAround(bad, first.replace)
    return [
      `### ${name}`,
      '',
      wrong === '' ? 'Bad: the following is missing.' : `Bad:\n\n\`\`\`${ending}\n${wrong}\n\`\`\``,
      '',
      `Good:\n\n\`\`\`${ending}\n${linesAround(good, first.find)}\n\`\`\``,
      '',
    ]
  })
  return [
    `# ${rule.id}: ${rule.title}`,
    '',
    '| severity | confidence | side | sources |',
    '|---|---|---|---|',
    `| ${rule.severity} | ${rule.confidence} | ${rule.side} | ${rule.sources.join(', ')} |`,
    '',
    `**Fix.** ${rule.fix}`,
    '',
    ...examples,
    `To leave one place alone, say why on the line above: \`countersign-ignore ${rule.id}: the reason\`.`,
    '',
  ].join('\n')
}

for (const rule of RULES) writeFileSync(join(root, 'docs/rules', `${rule.id}.md`), page(rule))
writeFileSync(
  join(root, 'docs/rules/README.md'),
  [
    '# The rules of `countersign audit`',
    '',
    'Written by `node tools/rule-pages.mjs` from the rules and from the units that test them.',
    '',
    '| rule | defect | severity |',
    '|---|---|---|',
    ...RULES.map(({ id, title, severity }) => `| [${id}](${id}.md) | ${title} | ${severity} |`),
    '',
    'Some things that are often said are not rules here. `verification_uri_complete` does not protect from phishing: an attacker sends their own complete',
    'URI (RFC 8628 section 5.4), so DF-C17 is about comfort and DF-C18 and DF-S14 are about safety. RFC 8628 names no lifetime: 15 and 5 minutes are policy.',
    '`slow_down` adds five seconds for good; exponential waits are for a network that fails. A poll that comes too early is answered with status 400, not 429.',
    'DPoP does not stop phishing of device codes: whoever starts the flow holds the key.',
    '',
  ].join('\n'),
)
console.log(`${RULES.length} pages`)
