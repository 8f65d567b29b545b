// @ts-check
/**
 * Where `countersign serve` spends its time under a workload, by its own CPU profile. Calls into native packages all bear the name of one of
 * them, whichever the profiler met first: a large share of `libsql_js::...` or of a password hash is SQLite, COMMIT with its flush included.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveOnSqlite } from '../contestants/countersign.mjs'
import { closedLoop } from '../load/closed-loop.mjs'
import { enter } from './throughput.mjs'

/**
 * `share`: of the time in which it did anything. `self`: microseconds a turn.
 * @typedef {{ readonly name: string, readonly share: number, readonly self: number }} Spent
 * @typedef {{ readonly workload: string, readonly turns: number, readonly functions: readonly Spent[], readonly files: readonly Spent[] }} Profile
 */

const WARM_UP_MILLISECONDS = 2000
/** Five samples: what lies longer between two of them is time that somebody else had. */
const LONGEST_SAMPLE_MICROSECONDS = 1000
const root = fileURLToPath(new URL('../../', import.meta.url))

/** @param {import('../workloads/workload.mjs').Workload} workload @param {string} folder @param {number} milliseconds @returns {Promise<Profile | undefined>} */
export async function profile(workload, folder, milliseconds) {
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
    return { workload: workload.name, turns, ...spentIn(JSON.parse(readFileSync(join(place, 'out', file), 'utf8')), turns) }
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
 * @returns {Pick<Profile, 'functions' | 'files'>}
 */
function spentIn({ nodes, samples, timeDeltas }, turns) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  /** @type {Map<string, number>} */
  const functions = new Map()
  /** @type {Map<string, number>} */
  const files = new Map()
  let all = 0
  samples.forEach((id, index) => {
    const frame = frames.get(id)
    const time = Math.min(timeDeltas[index] ?? 0, LONGEST_SAMPLE_MICROSECONDS)
    if (frame === undefined || frame.functionName === '(idle)') return
    all += time
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName
    const path = frame.url.replace(/^file:\/\//, '').replace(root, '')
    const file = path === '' ? 'native code, garbage collector' : path
    add(functions, path === '' ? name : `${name} ${path}:${frame.lineNumber + 1}`, time)
    add(files, file, time)
  })
  const listed = (/** @type {Map<string, number>} */ times) =>
    [...times].sort(([, a], [, b]) => b - a).map(([name, time]) => ({ name, share: time / all, self: time / turns }))
  return { functions: listed(functions), files: listed(files) }
}

/** @param {Map<string, number>} times @param {string} name @param {number} time */
function add(times, name, time) {
  times.set(name, (times.get(name) ?? 0) + time)
}
