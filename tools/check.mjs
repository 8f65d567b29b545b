// @ts-check
/**
 * `npm run check`: everything about the code that can be judged without running it. Prints what each step took and the total.
 * Under 20 seconds on two cores, for ever: slower is a defect.
 * `npm run check -- --update-api` rewrites the reports of the public surface first.
 */
import { build } from './build.mjs'
import { installed, run } from './steps.mjs'

/** @typedef {() => Promise<{ code: number, output: string }>} Step */

const update = process.argv.includes('--update-api')
/** @param {string} script @param {readonly string[]} [args] @returns {Step} */
const script =
  (script, args = []) =>
  () =>
    run(process.execPath, [script, ...args])

/** What needs no built code, and what does. @type {{ name: string, run: Step, built?: true }[]} */
const STEPS = [
  { name: 'tsc -b', run: () => build() },
  { name: 'format', run: () => run(installed('biome'), ['format']) },
  { name: 'lint', run: () => run(installed('oxlint'), []) },
  { name: 'unused', run: () => run(installed('knip'), ['--no-progress', '--no-config-hints', '--cache']) },
  { name: 'publint, attw', run: script('tools/check/packages.mjs'), built: true },
  { name: 'api reports', run: script('tools/check/api.mjs', update ? ['--update'] : []), built: true },
]

const started = performance.now()
/** @param {number} from */
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`

/** Runs one step and tells how it went; its output is shown when it fails. @param {typeof STEPS[number]} step */
async function judge(step) {
  const from = performance.now()
  const { code, output } = await step.run()
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(14)} ${seconds(from).padStart(7)}`)
  if (code !== 0 || (update && step.name === 'api reports')) process.stdout.write(output)
  return code === 0
}

const [first, ...others] = STEPS
const building = first === undefined ? Promise.resolve(false) : judge(first)
const results = await Promise.all([
  building,
  ...others.map(async (step) => {
    if (step.built !== true) return judge(step)
    if (await building) return judge(step)
    // Packages that do not compile have nothing to be judged.
    console.log(`not run ${step.name}`)
    return false
  }),
])
const failed = results.filter((passed) => !passed).length
console.log(`check: ${failed === 0 ? 'all steps passed' : `${failed} of ${results.length} steps failed`} in ${seconds(started)}`)
process.exitCode = failed === 0 ? 0 : 1
