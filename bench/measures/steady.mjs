// @ts-check
/** How long a poll takes when the server is not at its limit: 4,000 polls a second, which is 20,000 devices that wait. */
import { pause } from '../load/machine.mjs'
import { openLoop } from '../load/open-loop.mjs'
import { poll } from '../workloads/poll.mjs'
import { enter } from './throughput.mjs'

/** @typedef {{ readonly contestant: string, readonly slices: readonly { readonly p50: number, readonly p99: number, readonly worst: number }[] }} SteadySeries */

export const RATE = 4000

/** @param {readonly import('./throughput.mjs').Contestant[]} contestants @param {import('./throughput.mjs').Plan} plan @returns {Promise<SteadySeries[]>} */
export async function steady(contestants, { rounds, milliseconds, say, folder }) {
  const turns = Math.ceil((RATE * milliseconds) / 1000)
  /** @type {{ entry: import('./throughput.mjs').Entry, slices: { p50: number, p99: number, worst: number }[] }[]} */
  const field = []
  try {
    for (const contestant of contestants) {
      const entry = await enter(poll, contestant, folder)
      if (entry !== undefined) field.push({ entry, slices: [] })
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { entry, slices } of round % 2 === 0 ? field : [...field].reverse()) {
        await entry.play.ready(turns + 1)
        await pause(100)
        const { p50, p99, worst } = await openLoop(entry.running.port, { rate: RATE, milliseconds }, entry.play.turn)
        if (round > 0) slices.push({ p50, p99, worst })
      }
      say(`${RATE} polls a second: ${round === 0 ? 'warm' : `round ${round} of ${rounds}`}`)
    }
  } finally {
    for (const { entry } of field) await entry.running.stop()
  }
  return field.map(({ entry, slices }) => ({ contestant: entry.contestant.name, slices }))
}
