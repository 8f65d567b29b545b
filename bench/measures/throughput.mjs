// @ts-check
/**
 * How much contestants bear, and what it costs: slices in turn, round by round, so that whatever else the machine does hits all alike.
 * Ratios are taken within a round, between neighbours, and the median of those is told.
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { closedLoop } from '../load/closed-loop.mjs'
import { cpuOf, pause } from '../load/machine.mjs'

/**
 * @typedef {import('../contestants/contestant.mjs').Contestant} Contestant
 * @typedef {import('../contestants/contestant.mjs').Running} Running
 * @typedef {import('../workloads/workload.mjs').Workload} Workload
 * @typedef {import('../workloads/workload.mjs').Play} Play
 *
 * One slice. `rate`: turns a second. `cpu`: microseconds of the server a turn. `busy`, `loadBusy`: the share of a core that server and load had.
 * Latencies in milliseconds.
 * @typedef {{
 *   readonly rate: number, readonly cpu: number | undefined, readonly busy: number | undefined, readonly loadBusy: number,
 *   readonly p50: number, readonly p99: number,
 * }} Slice
 * `failed`: why it was not measured to the end; it has no slices then.
 * @typedef {{ readonly workload: string, readonly contestant: string, readonly slices: readonly Slice[], readonly failed?: string }} Series
 * @typedef {{ readonly rounds: number, readonly milliseconds: number, readonly say: (line: string) => void, readonly folder: string }} Plan
 * @typedef {{ readonly workload: Workload, readonly contestant: Contestant, readonly running: Running, readonly play: Play }} Entry
 */

/** More than the slice before needed. */
const RESERVE = 1.3
const FIRST_GUESS = 500
/**
 * Before the rounds a server runs until it has had so much of its core for each kind of request, so that its code is compiled; a busy machine takes longer,
 * up to a limit.
 */
const WARM_UP = { cpuMilliseconds: 1500, first: 150, step: 500, mostMilliseconds: 30_000 }
const REST_MILLISECONDS = 20

/**
 * Several workloads that are compared with each other, all in the same rounds. Who fails is out, and the others go on.
 * @param {readonly Workload[]} workloads @param {readonly Contestant[]} contestants @param {Plan} plan
 * @returns {Promise<Series[]>}
 */
export async function throughput(workloads, contestants, { rounds, milliseconds, say, folder }) {
  /** @type {{ entry: Entry, slices: Slice[], turns: number, failed?: string }[]} */
  const field = []
  /** @type {Series[]} */
  const absent = []
  try {
    for (const workload of workloads) {
      for (const contestant of contestants) {
        try {
          const entry = await enter(workload, contestant, folder)
          if (entry !== undefined) field.push({ entry, slices: [], turns: FIRST_GUESS })
        } catch (error) {
          absent.push({ workload: workload.name, contestant: contestant.name, slices: [], failed: String(error) })
          say(`${workload.title}: ${contestant.title} could not start: ${String(error)}`)
        }
      }
    }
    for (let round = 0; round <= rounds; round++) {
      // Nobody is always first, nor always behind the same one.
      for (const one of round % 2 === 0 ? field : [...field].reverse()) {
        if (one.failed !== undefined) continue
        try {
          if (round === 0) await warmUp(one, milliseconds)
          else one.slices.push(await playSlice(one, milliseconds, milliseconds))
        } catch (error) {
          one.failed = String(error)
          say(`${one.entry.workload.title}: ${one.entry.contestant.title} failed: ${one.failed}`)
        }
      }
      say(`${workloads.map(({ title }) => title).join(' | ')}: ${round === 0 ? 'warm' : `round ${round} of ${rounds}`}`)
    }
  } finally {
    for (const { entry } of field) await entry.running.stop()
  }
  const measured = field.map(({ entry, slices, failed }) => ({
    workload: entry.workload.name,
    contestant: entry.contestant.name,
    ...(failed === undefined ? { slices } : { slices: [], failed }),
  }))
  return [...measured, ...absent]
}

/** @param {{ entry: Entry, turns: number }} one @param {number} milliseconds of the slices to come */
async function warmUp(one, milliseconds) {
  const { requests = 1 } = one.entry.workload
  const from = performance.now()
  let used = 0
  // The first steps are short: how many turns a slice needs is not known yet.
  for (
    let step = WARM_UP.first;
    used < requests * WARM_UP.cpuMilliseconds && performance.now() - from < requests * WARM_UP.mostMilliseconds;
    step = WARM_UP.step
  ) {
    const { busy } = await playSlice(one, step, Math.min(milliseconds, WARM_UP.step))
    used += (busy ?? 1) * step
  }
  one.turns = Math.ceil((one.turns * milliseconds) / Math.min(milliseconds, WARM_UP.step))
}

/** @param {{ entry: Entry, turns: number }} one @param {number} length @param {number} nextLength milliseconds */
async function playSlice(one, length, nextLength) {
  await one.entry.play.ready(one.turns)
  await pause(REST_MILLISECONDS)
  const slice = await measure(one.entry, length)
  one.turns = Math.ceil((slice.rate * nextLength * RESERVE) / 1000)
  return slice
}

/** The contestant started and readied for the workload; `undefined` when it does not take part. @param {Workload} workload @param {Contestant} contestant @param {string} folder @returns {Promise<Entry | undefined>} */
export async function enter(workload, contestant, folder) {
  if (contestant.only?.includes(workload.name) === false) return undefined
  const running = await contestant.start(join(mkdtempSync(join(folder, `${contestant.name}-`)), 'kept'))
  try {
    if (workload.supports(running.dialect)) return { workload, contestant, running, play: await workload.play(running) }
  } catch (error) {
    await running.stop()
    throw error
  }
  await running.stop()
  return undefined
}

/** @param {Entry} entry @param {number} milliseconds @returns {Promise<Slice>} */
async function measure({ running: { port, pids }, play }, milliseconds) {
  const before = cpuOf(pids)
  const loadBefore = process.cpuUsage()
  const { turns, elapsed, p50, p99 } = await closedLoop(port, milliseconds, play.turn)
  const load = process.cpuUsage(loadBefore)
  const after = cpuOf(pids)
  const used = before === undefined || after === undefined ? undefined : after - before
  return {
    rate: (turns / elapsed) * 1000,
    cpu: used === undefined ? undefined : used / turns,
    busy: used === undefined ? undefined : used / 1000 / elapsed,
    loadBusy: (load.user + load.system) / 1000 / elapsed,
    p50,
    p99,
  }
}
