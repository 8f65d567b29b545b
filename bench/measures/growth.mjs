// @ts-check
/**
 * What a poll costs when few or many logins wait, and how much memory each takes. All sizes are polled alike: a thousand codes at a time as fast
 * as the server answers, then a pause, because no code may be polled again within half a second (the interval is set to one second here).
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { CONNECTIONS } from '../load/closed-loop.mjs'
import { openConnection } from '../load/connection.mjs'
import { overLanes } from '../load/lanes.mjs'
import { cpuOf, memoryOf, pause } from '../load/machine.mjs'
import { unexpected } from '../workloads/workload.mjs'

/**
 * `bytes`: memory above the idle server, for each login that waits. `cpu`: microseconds a poll. `rate`: polls a second within the bursts.
 * @typedef {{ readonly size: number, readonly bytes: number | undefined, readonly rounds: readonly { readonly cpu: number | undefined, readonly rate: number }[] }} GrowthSeries
 */

const BURST = 1000
/** Half of the interval, and a little more. */
const REST_MILLISECONDS = 600
const SETTLE_MILLISECONDS = 3000

/**
 * @param {import('./throughput.mjs').Contestant} contestant with an interval of one second
 * @param {readonly number[]} sizes
 * @param {import('./throughput.mjs').Plan & { readonly bursts: number }} plan
 * @returns {Promise<GrowthSeries[]>}
 */
export async function growth(contestant, sizes, { rounds, bursts, say, folder }) {
  /** @type {(Awaited<ReturnType<typeof grow>> & { rounds: { cpu: number | undefined, rate: number }[] })[]} */
  const field = []
  try {
    for (const size of sizes) {
      field.push({ ...(await grow(contestant, size, folder)), rounds: [] })
      say(`growth: ${size} logins wait`)
    }
    for (let round = 0; round <= rounds; round++) {
      for (const one of round % 2 === 0 ? field : [...field].reverse()) {
        const measured = await pollInBursts(one, bursts)
        if (round > 0) one.rounds.push(measured)
      }
      say(`growth: ${round === 0 ? 'warm' : `round ${round} of ${rounds}`}`)
    }
  } finally {
    for (const { running } of field) await running.stop()
  }
  return field.map(({ codes, bytes, rounds: measured }) => ({ size: codes.length, bytes, rounds: measured }))
}

/** A server with so many logins that wait. @param {import('./throughput.mjs').Contestant} contestant @param {number} size @param {string} folder */
async function grow(contestant, size, folder) {
  const running = await contestant.start(join(mkdtempSync(join(folder, `growth-${size}-`)), 'kept'))
  const { dialect, pids, port } = running
  await pause(SETTLE_MILLISECONDS)
  const idle = memoryOf(pids)
  /** @type {string[]} */
  const codes = []
  await overLanes(port, size, async (connection, device) => {
    const answer = await connection.ask(dialect.issue(device, 'jwt'))
    const issued = dialect.readIssue(answer)
    if (issued === undefined) throw unexpected('issue', answer)
    codes[device] = issued.deviceCode
  })
  await pause(SETTLE_MILLISECONDS)
  const full = memoryOf(pids)
  return { running, codes, bytes: idle === undefined || full === undefined ? undefined : (full - idle) / size }
}

/** @param {Pick<Awaited<ReturnType<typeof grow>>, 'running' | 'codes'>} of @param {number} bursts */
async function pollInBursts({ running: { dialect, pids, port }, codes }, bursts) {
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(port))
  const before = cpuOf(pids)
  let elapsed = 0
  for (let burst = 0; burst < bursts; burst++) {
    const started = performance.now()
    // A thousand different ones, from everywhere.
    const first = Math.floor(Math.random() * codes.length)
    const stride = Math.max(1, Math.floor(codes.length / BURST))
    let next = 0
    await Promise.all(
      connections.map(async (connection) => {
        while (next < BURST) {
          const device = (first + next++ * stride) % codes.length
          const answer = await connection.ask(dialect.poll({ device, deviceCode: codes[device] ?? '' }, 'jwt'))
          if (!dialect.isPending(answer)) throw unexpected('poll', answer)
        }
      }),
    )
    elapsed += performance.now() - started
    await pause(REST_MILLISECONDS)
  }
  const after = cpuOf(pids)
  for (const connection of connections) connection.close()
  return {
    cpu: before === undefined || after === undefined ? undefined : (after - before) / (bursts * BURST),
    rate: ((bursts * BURST) / elapsed) * 1000,
  }
}
