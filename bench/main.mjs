// @ts-check
/**
 * `npm run bench`: Countersign beside its peers and beside what is physically possible, in one run, as ratios.
 *   -- --quick            short slices: minutes instead of an hour, and noisier
 *   -- --json             the results as JSON on standard output; what is under way is told on standard error
 *   -- --check            exits with 1 when a target is missed
 *   -- --only issue,poll  some workloads or measures; --with serve,bare  some contestants; --rounds N, --seconds N
 * The method is written down in bench/README.md.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { field } from './contestants/field.mjs'
import { installPeers } from './contestants/peer.mjs'
import { serveOnSqlite } from './contestants/countersign.mjs'
import { syncsPerSecond } from './load/disk.mjs'
import { describeMachine, takeLoadCore } from './load/machine.mjs'
import { growth } from './measures/growth.mjs'
import { starts } from './measures/start.mjs'
import { RATE, steady } from './measures/steady.mjs'
import { sweep } from './measures/sweep.mjs'
import { throughput } from './measures/throughput.mjs'
import { growthTable, startTable, steadyTable, sweepTable, targetTable, throughputTable } from './report/tables.mjs'
import { judgeGrowth, judgeStarts, judgeSteady, judgeSweeps, judgeThroughput } from './report/targets.mjs'
import { groups } from './workloads/groups.mjs'

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    with: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string' },
  },
})
const { quick, json } = given
const rounds = Number(given.rounds)
const milliseconds = Number(given.seconds ?? (quick ? 0.6 : 3)) * 1000
const sizes = quick ? [1000, 20_000] : [1000, 100_000, 1_000_000]
const bursts = quick ? 4 : 20
const sweptRows = quick ? 20_000 : 200_000
const wanted = given.only?.split(',')
const isWanted = (/** @type {string} */ name) => wanted === undefined || wanted.includes(name)

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
const print = (/** @type {readonly string[]} */ lines) => {
  if (!json) console.log(`\n${lines.join('\n')}`)
}

installPeers(say)
const invited = field.filter(({ name }) => given.with?.split(',').includes(name) ?? true)
const absent = invited.flatMap(({ title, missing }) => (missing() === undefined ? [] : [`${title}: ${missing()}`]))
const contestants = invited.filter(({ missing }) => missing() === undefined)
const titles = new Map(contestants.map(({ name, title }) => [name, title]))

// Not in the directory for temporary files, which may be in memory: then nothing would be durable.
const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(130))

takeLoadCore()
const machine = { ...describeMachine(), syncsPerSecond: syncsPerSecond(folder) }
const apart = machine.pinned ? 'server on one, load on the other' : 'server and load not kept apart'
print([
  `Countersign beside its peers. Node ${machine.node}, ${machine.platform}, ${machine.processor}, ${machine.cores} cores (${apart}), ${machine.syncsPerSecond} syncs to disk a second.`,
  `${rounds} rounds of ${milliseconds / 1000} s, interleaved; medians, and medians of the ratios within each round. cpu: of the server, microseconds a turn. busy: its share of a core.`,
  ...absent,
])

const plan = { rounds, milliseconds, say, folder }
/** @type {import('./measures/throughput.mjs').Series[]} */
const series = []
/** @type {import('./report/targets.mjs').Judgement[]} */
const judgements = []
/** @type {Record<string, unknown>} */
const measures = {}

for (const group of groups) {
  const chosen = group.filter(({ name }) => isWanted(name))
  if (chosen.length === 0) continue
  const measured = await throughput(chosen, contestants, plan)
  series.push(...measured)
  for (const workload of chosen) print(throughputTable(workload, measured, titles))
}
judgements.push(...judgeThroughput(series))

if (isWanted('steady')) {
  const measured = await steady(
    contestants.filter(({ name }) => name !== 'better-auth' && name !== 'glewlwyd'),
    plan,
  )
  measures['steady'] = measured
  judgements.push(...judgeSteady(measured))
  print(steadyTable(measured, RATE, titles))
}
if (isWanted('start')) {
  // Glewlwyd's start here includes what an administrator does once.
  const measured = await starts(
    contestants.filter(({ name }) => name !== 'glewlwyd'),
    { ...plan, rounds: Math.max(rounds, 5) },
  )
  measures['start'] = measured
  judgements.push(...judgeStarts(measured))
  print(startTable(measured, titles))
}
const ours = contestants.find(({ name }) => name === 'serve')
if (isWanted('growth') && ours !== undefined) {
  const measured = await growth(serveOnSqlite({ pace: { interval: 1 } }), sizes, { ...plan, bursts })
  measures['growth'] = measured
  judgements.push(...judgeGrowth('serve', measured))
  print(growthTable(ours.title, measured))
}
if (isWanted('sweep') && ours !== undefined) {
  const measured = [await sweep('sqlite', sweptRows, plan), await sweep('memory', sweptRows, plan)]
  measures['sweep'] = measured
  judgements.push(...judgeSweeps(measured))
  print(sweepTable(measured))
}

print(targetTable(judgements))
if (json) console.log(JSON.stringify({ machine, rounds, milliseconds, absent, series, measures, targets: judgements }))
if (series.some(({ failed }) => failed !== undefined)) process.exitCode = 1
if (given.check && judgements.some(({ met }) => !met)) process.exitCode = 1
