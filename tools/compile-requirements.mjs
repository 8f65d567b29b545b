// @ts-check
/**
 * Writes requirements/rows/*.ts from a JSON list of requirements, so that a row is typed and its id is a name the compiler knows.
 *
 *   node tools/compile-requirements.mjs <list.json>
 *
 * The list holds objects { id, spec, section, level, actor, requirement, testIdea }. Ids are for ever: a row may be reworded, never renamed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installed, root, run } from './steps.mjs'

/**
 * @typedef {{ id: string, spec: string, section: string, level: string, actor: string, requirement: string, testIdea: string }} Row
 */

/** Which file a specification's rows live in; the first match wins, and a row without a match is an error. @type {[string, RegExp][]} */
const FILES = [
  ['device-grant', /^RFC 8628$/],
  ['oauth', /^RFC (6749|6750|7636|9207)$|^OAuth 2\.1/],
  ['proof-of-possession', /^RFC 9449$|dpop/],
  ['best-practice', /^RFC 9700|^derived$/],
  ['cross-device', /^RFC 10027/],
  ['tokens', /^RFC (7009|7662|8707|9068)$/],
  ['metadata', /^RFC (8414|9728)$/],
  ['registration', /^RFC (7591|7592|7523)|^CIMD/],
  ['mcp', /^MCP /],
  ['mcp-proposals', /^SEP-/],
  ['seed-notes', /^seed note /],
]

/** Our own founding notes are named by number: their file names mean nothing to a reader. @param {string} spec */
const specOf = (spec) => spec.replace(/^seed:(\d{3})_.*$/, 'seed note $1').replace(/ \(.*\)$/, '')

/** @param {string} text */
const quote = (text) =>
  text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** @param {string} file @param {readonly Row[]} rows */
function source(file, rows) {
  const specs = [...new Set(rows.map((row) => specOf(row.spec)))]
  const name = file.replace(/-(.)/g, (_, letter) => String(letter).toUpperCase())
  return [
    '/**',
    ` * ${specs.join(', ')}.`,
    ' * Compiled from the RFCs and specifications named in each row, in our own words; the cited section is the authority.',
    ' * Written by tools/compile-requirements.mjs.',
    ' */',
    "import type { Row } from '../row.ts'",
    '',
    `export const ${name} = {`,
    ...rows.flatMap((row) => [
      `  ${quote(row.id)}: {`,
      `    spec: ${quote(specOf(row.spec))},`,
      `    section: ${quote(row.section)},`,
      `    level: ${quote(row.level)},`,
      `    actor: ${quote(row.actor)},`,
      `    requirement: ${quote(row.requirement)},`,
      `    proof: ${quote(row.testIdea)},`,
      '  },',
    ]),
    '} as const satisfies Record<string, Row>',
    '',
  ].join('\n')
}

const input = process.argv[2]
if (input === undefined) {
  console.error('usage: node tools/compile-requirements.mjs <list.json>')
  process.exit(2)
}
/** @type {Row[]} */
const rows = JSON.parse(readFileSync(input, 'utf8'))
const repeated = rows.filter((row, index) => rows.findIndex(({ id }) => id === row.id) !== index)
const homeless = rows.filter((row) => !FILES.some(([, pattern]) => pattern.test(specOf(row.spec))))
if (repeated.length + homeless.length > 0) {
  for (const { id } of repeated) console.error(`${id}: the id occurs twice`)
  for (const { id, spec } of homeless) console.error(`${id}: no file is named for "${spec}"`)
  process.exit(1)
}
const folder = join(root, 'requirements/rows')
mkdirSync(folder, { recursive: true })
for (const [file] of FILES) {
  const here = rows.filter((row) => FILES.find(([, pattern]) => pattern.test(specOf(row.spec)))?.[0] === file)
  writeFileSync(join(folder, `${file}.ts`), source(file, here))
}
const formatted = await run(installed('biome'), ['format', '--write', folder])
if (formatted.code !== 0) console.error(formatted.output)
console.log(`${rows.length} requirements in ${FILES.length} files`)
process.exitCode = formatted.code
