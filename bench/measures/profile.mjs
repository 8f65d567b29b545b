// @ts-check
/** Where `countersign serve` spends its time under a workload, by its own CPU profile. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveOnSqlite } from '../contestants/countersign.mjs'
import { closedLoop } from '../load/closed-loop.mjs'
import { enter } from './throughput.mjs'

/**
 * `share`: of the time in which it did anything. `self`: microseconds a turn.
 * @typedef {{ readonly name: string, readonly place: string, readonly share: number, readonly self: number }} Spent
 * @typedef {{ readonly workload: string, readonly turns: number, readonly spent: readonly Spent[] }} Profile
 */

const TURNS_MILLISECONDS = 3000
const WARM_UP_MILLISECONDS = 2000
const root = fileURLToPath(new URL('../../', import.meta.url))

/** @param {import('../workloads/workload.mjs').Workload} workload @param {string} folder @param {number} [milliseconds] @returns {Promise<Profile | undefined>} */
export async function profile(workload, folder, milliseconds = TURNS_MILLISECONDS) {
  const place = mkdtempSync(join(folder, `profile-${workload.name}-`))
  mkdirSync(join(place, 'out'))
  // Started and ended by signals, so that neither the start nor the filling of pools is in the profile.
  const contestant = serveOnSqlite({}, ['--import', fileURLToPath(new URL('./profiled.mjs', import.meta.url))])
  process.env['BENCH_PROFILE'] = join(place, 'out')
  const entry = await enter(workload, contestant, place)
  delete process.env['BENCH_PROFILE']
  if (entry === undefined) return undefined
  const { play, running } = entry
  try {
    await play.ready(2000)
    const { turns: first, elapsed } = await closedLoop(running.port, WARM_UP_MILLISECONDS, play.turn)
    await play.ready(Math.ceil((first / elapsed) * milliseconds * 1.5))
    await signalled(running.pids[0] ?? 0, place, 'started')
    const { turns } = await closedLoop(running.port, milliseconds, play.turn)
    await signalled(running.pids[0] ?? 0, place, 'stopped')
    const file = readdirSync(join(place, 'out')).find((name) => name.endsWith('.cpuprofile')) ?? ''
    return { workload: workload.name, turns, spent: spentIn(JSON.parse(readFileSync(join(place, 'out', file), 'utf8')), turns) }
  } finally {
    await running.stop()
  }
}

/** @param {number} pid @param {string} place @param {string} mark */
async function signalled(pid, place, mark) {
  process.kill(pid, 'SIGUSR2')
  while (!existsSync(join(place, 'out', mark))) await new Promise((resolve) => setTimeout(resolve, 20))
}

/**
 * @param {{ nodes: { id: number, callFrame: { functionName: string, url: string, lineNumber: number } }[], samples: number[], timeDeltas: number[] }} recorded
 * @param {number} turns
 * @returns {Spent[]}
 */
function spentIn({ nodes, samples, timeDeltas }, turns) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  /** @type {Map<string, { name: string, place: string, time: number }>} */
  const byFunction = new Map()
  let all = 0
  samples.forEach((id, index) => {
    const frame = frames.get(id)
    const time = timeDeltas[index] ?? 0
    if (frame === undefined || frame.functionName === '(idle)') return
    all += time
    const path = frame.url
      .replace(/^file:\/\//, '')
      .replace(root, '')
      .replace(/^node_modules\/@countersign/, 'packages')
    const place = frame.url === '' ? '' : `${path}:${frame.lineNumber + 1}`
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName
    const one = byFunction.get(`${name} ${place}`) ?? { name, place, time: 0 }
    one.time += time
    byFunction.set(`${name} ${place}`, one)
  })
  return [...byFunction.values()]
    .sort((a, b) => b.time - a.time)
    .map(({ name, place, time }) => ({ name, place, share: time / all, self: time / turns }))
}
