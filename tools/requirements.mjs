// @ts-check
/**
 * `npm run requirements`: how much of the standards the tests prove, and the gate on it.
 * Exits 1 when an id of what is built is neither cited nor marked, when a cited id is unknown, or when an id is both cited and marked.
 * With --list-missing it prints the ids that are neither cited nor marked, one per line with what has to be shown.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT, judge } from '../requirements/dist/gate.js'
import { ISSUES, NOT_PROVEN } from '../requirements/dist/not-proven.js'
import { REQUIREMENTS } from '../requirements/dist/requirements.js'
import { filesUnder, packageFolders } from './files.mjs'
import { root } from './steps.mjs'

const paths = [...packageFolders().flatMap((folder) => filesUnder(`${folder}/test`, '.ts')), ...filesUnder('tests', '.ts')]
const verdict = judge(REQUIREMENTS, NOT_PROVEN, Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])))

if (process.argv.includes('--list-missing')) {
  const width = Math.max(0, ...verdict.missing.map((id) => id.length))
  for (const id of verdict.missing) {
    const row = REQUIREMENTS[/** @type {keyof typeof REQUIREMENTS} */ (id)]
    console.log(`${id.padEnd(width)}  ${row.actor.padEnd(14)}  ${row.proof}`)
  }
  process.exit()
}

/** @param {string} heading @param {readonly import('../requirements/gate.ts').Tally[]} tallies */
function table(heading, tallies) {
  const total = { name: 'all', rows: 0, cited: 0, later: 0, excluded: 0, open: 0 }
  for (const tally of tallies)
    for (const key of /** @type {const} */ (['rows', 'cited', 'later', 'excluded', 'open'])) total[key] += tally[key]
  const lines = [...tallies, total].map((tally) =>
    [tally.name, tally.rows, tally.cited, tally.later, tally.excluded, tally.open].map(String),
  )
  const rows = [[heading, 'ids', 'cited', 'later', 'excluded', 'open'], ...lines]
  const width = Math.max(...rows.map((row) => row[0]?.length ?? 0))
  for (const [name = '', ...numbers] of rows) console.log(`${name.padEnd(width)}${numbers.map((text) => text.padStart(10)).join('')}`)
  console.log('')
}

table('actor', verdict.byActor)
table('specification', verdict.bySpec)
for (const [number, title] of Object.entries(ISSUES)) {
  const waiting = [...NOT_PROVEN.values()].filter((mark) => 'later' in mark && mark.later === `issue ${number}`).length
  if (waiting > 0) console.log(`${waiting} wait for issue ${number} (${title})`)
}
for (const fault of verdict.faults) console.error(fault)
console.log(
  verdict.faults.length === 0
    ? `requirements: every id of ${BUILT.join(', ')} is cited or marked`
    : `requirements: ${verdict.faults.length} faults`,
)
process.exitCode = verdict.faults.length === 0 ? 0 : 1
