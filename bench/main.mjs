// @ts-check
/**
 * `npm run bench`: Countersign beside its peers and beside what is physically possible, in one run, as ratios.
 *   -- --quick            short slices: some minutes instead of an hour, and noisier
 *   -- --json             the results as JSON on standard output; what is under way is told on standard error
 *   -- --check            exits with 1 when a target is missed
 *   -- --profile          instead of all that: where `countersign serve` spends its time under each workload
 *   -- --only issue,poll  some workloads or measures; --with serve,bare  some contestants; --rounds N; --seconds N
 * The method is written down in bench/README.md.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { field } from './contestants/field.mjs'
import { serveOnSqlite } from './contestants/countersign.mjs'
import { installPeers } from './contestants/peer.mjs'
import { syncsPerSecond } from './load/disk.mjs'
import { describeMachine, takeLoadCore } from './load/machine.mjs'
import { growth } from './measures/growth.mjs'
import { profile } from './measures/profile.mjs'
import { starts } from './measures/start.mjs'
import { RATE, steady } from './measures/steady.mjs'
import { sweep } from './measures/sweep.mjs'
import { throughput } from './measures/throughput.mjs'
import { growthTable, profileTable, startTable, steadyTable, sweepTable, targetTable, throughputTable } from './report/tables.mjs'
import { judgeGrowth, judgeStarts, judgeSteady, judgeSweeps, judgeThroughput } from './report/targets.mjs'
import { groups } from './workloads/groups.mjs'

const options = readOptions()
const { quick, json, rounds, milliseconds, isWanted } = options
const extent = quick
  ? { sizes: [1000, 20_000], bursts: 4, sweptRows: 20_000 }
  : { sizes: [1000, 100_000, 1_000_000], bursts: 20, sweptRows: 200_000 }

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
const print = (/** @type {readonly string[]} */ lines) => {
  if (!json) console.log(`\n${lines.join('\n')}`)
}

installPeers(say)
const invited = field.filter(({ name }) => options.invites(name))
const absent = invited.flatMap(({ title, missing }) => (missing() === undefined ? [] : [`${title}: ${missing()}`]))
const contestants = invited.filter(({ missing }) => missing() === undefined)
const titles = new Map(contestants.map(({ name, title }) => [name, title]))
const but = (/** @type {string[]} */ ...names) => contestants.filter(({ name }) => !names.includes(name))

const folder = makeFolder()
// One for each server that runs.
process.setMaxListeners(0)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const machine = { ...describeMachine(), syncsPerSecond: syncsPerSecond(folder) }
takeLoadCore()
const apart = machine.pinned ? 'server on one, load on the other' : 'server and load not kept apart'
print([
  `Countersign beside its peers. Node ${machine.node}, ${machine.platform}, ${machine.processor}, ${machine.cores} cores (${apart}), ${machine.syncsPerSecond} syncs to disk a second.`,
  `${rounds} rounds of ${milliseconds / 1000} s, interleaved; medians, and medians of the ratios within each round. cpu: of the server, microseconds a turn. busy: its share of a core.`,
  ...absent,
])

/** @type {Record<string, unknown>} */
const results = { machine, rounds, milliseconds, absent }
if (options.profile) await tellProfiles()
else process.exitCode = await compare()
if (json) console.log(JSON.stringify(results))

async function tellProfiles() {
  const profiles = []
  for (const workload of groups.flat().filter(({ name }) => isWanted(name))) {
    const measured = await profile(workload, folder, milliseconds)
    if (measured === undefined) continue
    profiles.push(measured)
    print(profileTable(measured))
  }
  results['profiles'] = profiles
}

/** Everything in turn. Tells the exit code. */
async function compare() {
  const plan = { rounds, milliseconds, say, folder }
  /** @type {import('./measures/throughput.mjs').Series[]} */
  const series = []
  for (const group of groups) {
    const chosen = group.filter(({ name }) => isWanted(name))
    if (chosen.length === 0) continue
    const measured = await throughput(chosen, contestants, plan)
    series.push(...measured)
    for (const workload of chosen) print(throughputTable(workload, measured, titles))
  }
  results['series'] = series
  const judgements = judgeThroughput(series)

  if (isWanted('steady')) {
    // Both bear less than this load.
    const measured = await steady(but('better-auth', 'glewlwyd'), plan)
    results['steady'] = measured
    judgements.push(...judgeSteady(measured))
    print(steadyTable(measured, RATE, titles))
  }
  if (isWanted('start')) {
    // Glewlwyd's start includes here what its administrator does once.
    const measured = await starts(but('glewlwyd'), plan)
    results['start'] = measured
    judgements.push(...judgeStarts(measured))
    print(startTable(measured, titles))
  }
  const ours = contestants.find(({ name }) => name === 'serve')
  if (isWanted('growth') && ours !== undefined) {
    const measured = await growth(serveOnSqlite({ pace: { interval: 1 } }), extent.sizes, { ...plan, bursts: extent.bursts })
    results['growth'] = measured
    judgements.push(...judgeGrowth(ours.name, measured))
    print(growthTable(ours.title, measured))
  }
  if (isWanted('sweep') && ours !== undefined) {
    const measured = [await sweep('sqlite', extent.sweptRows, plan), await sweep('memory', extent.sweptRows, plan)]
    results['sweep'] = measured
    judgements.push(...judgeSweeps(measured))
    print(sweepTable(measured))
  }

  results['targets'] = judgements
  print(targetTable(judgements))
  const hasFailed = series.some(({ failed }) => failed !== undefined)
  return hasFailed || (options.check && judgements.some(({ met }) => !met)) ? 1 : 0
}

function readOptions() {
  const flag = { type: /** @type {const} */ ('boolean'), default: false }
  const text = { type: /** @type {const} */ ('string') }
  const { values } = parseArgs({
    options: { quick: flag, json: flag, check: flag, profile: flag, only: text, with: text, rounds: text, seconds: text },
  })
  const [only, invited] = [values.only?.split(','), values.with?.split(',')]
  return {
    quick: values.quick,
    json: values.json,
    check: values.check,
    profile: values.profile,
    rounds: Number(values.rounds ?? 5),
    milliseconds: Number(values.seconds ?? (values.quick ? 0.6 : 3)) * 1000,
    isWanted: (/** @type {string} */ name) => only === undefined || only.includes(name),
    invites: (/** @type {string} */ name) => invited === undefined || invited.includes(name),
  }
}

/** Not in the directory for temporary files, which may be in memory: then nothing would be durable. */
function makeFolder() {
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, 'bench-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
