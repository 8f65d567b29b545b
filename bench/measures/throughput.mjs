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
 * @typedef {{ readonly workload: string, readonly contestant: string, readonly slices: readonly Slice[] }} Series
 * @typedef {{ readonly rounds: number, readonly milliseconds: number, readonly say: (line: string) => void, readonly folder: string }} Plan
 * @typedef {{ readonly workload: Workload, readonly contestant: Contestant, readonly running: Running, readonly play: Play }} Entry
 */

/** More than the slice before needed. */
const RESERVE = 1.3
const FIRST_GUESS = 500
/** Of a slice, before the rounds: the second step knows from the first how much it will need. */
const WARM_UP = [0.15, 0.6]
const REST_MILLISECONDS = 20

/** Several workloads that are compared with each other, all in the same rounds. @param {readonly Workload[]} workloads @param {readonly Contestant[]} contestants @param {Plan} plan @returns {Promise<Series[]>} */
export async function throughput(workloads, contestants, { rounds, milliseconds, say, folder }) {
  /** @type {{ entry: Entry, slices: Slice[], turns: number }[]} */
  const field = []
  try {
    for (const workload of workloads) {
      for (const contestant of contestants) {
        const entry = await enter(workload, contestant, folder)
        if (entry !== undefined) field.push({ entry, slices: [], turns: FIRST_GUESS })
      }
    }
    for (let round = 0; round <= rounds; round++) {
      // Nobody is always first, nor always behind the same one.
      for (const one of round % 2 === 0 ? field : [...field].reverse()) {
        for (const length of round === 0 ? WARM_UP.map((share) => share * milliseconds) : [milliseconds]) {
          await one.entry.play.ready(one.turns)
          await pause(REST_MILLISECONDS)
          const slice = await measure(one.entry, length)
          one.turns = Math.ceil((slice.rate * milliseconds * RESERVE) / 1000)
          if (round > 0) one.slices.push(slice)
        }
      }
      say(`${workloads.map(({ title }) => title).join(' | ')}: ${round === 0 ? 'warm' : `round ${round} of ${rounds}`}`)
    }
  } finally {
    for (const { entry } of field) await entry.running.stop()
  }
  return field.map(({ entry, slices }) => ({ workload: entry.workload.name, contestant: entry.contestant.name, slices }))
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
