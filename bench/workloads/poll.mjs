// @ts-check
/**
 * Devices that wait ask again (RFC 8628 section 3.4), each no sooner than its interval allows: what is measured is authorization_pending,
 * and never slow_down. So there are as many waiting devices as a slice needs polls, and a slice that runs out of them ends early.
 */
import { overLanes } from '../load/lanes.mjs'
import { deviceKey, proof } from './proofs.mjs'
import { devices, unexpected } from './workload.mjs'

/** @typedef {import('./workload.mjs').Workload} Workload @typedef {import('./proofs.mjs').DeviceKey} DeviceKey */
/** @typedef {{ device: number, deviceCode: string, polledAt: number, key: DeviceKey | undefined, dpop: string | undefined }} Waiting */

/** RFC 8628 section 3.2: five seconds where nothing else is told. */
const INTERVAL_MILLISECONDS = 5000

/**
 * @param {string} name @param {string} title @param {string} about
 * @param {() => (() => DeviceKey) | undefined} keys how devices come to their keys; none for devices without
 * @returns {Workload}
 */
function pollWorkload(name, title, about, keys) {
  return {
    name,
    title,
    about,
    supports: (dialect) => keys() === undefined || dialect.proofUrls !== undefined,
    play: async ({ dialect, port, url }) => {
      const device = devices()
      const keyOf = keys()
      const urls = keyOf === undefined ? undefined : dialect.proofUrls?.(url)
      /** @type {Waiting[]} */
      const waiting = []
      let next = 0

      const isFree = (/** @type {Waiting | undefined} */ one) =>
        one !== undefined && performance.now() - one.polledAt >= INTERVAL_MILLISECONDS

      /** Those that may be polled now stand in a row from `next` on. */
      function free() {
        let count = 0
        while (count < waiting.length && isFree(waiting[(next + count) % waiting.length])) count++
        return count
      }

      /** @type {import('../contestants/contestant.mjs').Dialect['issue']} */
      const ask = dialect.issue
      async function add(/** @type {number} */ count) {
        /** @type {Waiting[]} */
        const added = []
        await overLanes(port, count, async (connection) => {
          const one = device()
          const key = keyOf?.()
          const answer = await connection.ask(ask(one, 'jwt', key && urls && proof(key, urls.issue)))
          const issued = dialect.readIssue(answer)
          if (issued === undefined) throw unexpected('issue', answer)
          added.push({ device: one, deviceCode: issued.deviceCode, polledAt: Number.NEGATIVE_INFINITY, key, dpop: undefined })
        })
        // In front of those that wait for longer.
        waiting.splice(next, 0, ...added.splice(0, 50_000))
        while (added.length > 0) waiting.splice(next, 0, ...added.splice(0, 50_000))
      }

      return {
        ready: async (turns) => {
          const there = free()
          if (there < turns) await add(turns - there)
          if (urls === undefined) return
          for (let count = 0; count < turns; count++) {
            const one = waiting[(next + count) % waiting.length]
            if (one?.key !== undefined) one.dpop = proof(one.key, urls.poll)
          }
        },
        turn: async (connection) => {
          const one = waiting[next]
          if (one === undefined || !isFree(one)) return false
          if (one.key !== undefined && one.dpop === undefined) return false
          next = (next + 1) % waiting.length
          one.polledAt = Number.POSITIVE_INFINITY
          const answer = await connection.ask(dialect.poll(one, 'jwt', one.dpop))
          // From the answer on: the server may have counted from any moment before.
          one.polledAt = performance.now()
          // Every proof is good once.
          one.dpop = undefined
          if (!dialect.isPending(answer)) throw unexpected('poll', answer)
          return true
        },
      }
    },
  }
}

export const poll = pollWorkload('poll', 'pending poll', 'a device that waits asks again', () => undefined)

export const pollWithProof = pollWorkload(
  'poll-dpop',
  'pending poll, DPoP',
  'the same with a DPoP proof; every device has a key of its own',
  () => deviceKey,
)

/** Keys that a server may remember between two polls. */
const FEW = 1000

export const pollWithKnownKey = pollWorkload(
  'poll-dpop-known',
  'pending poll, DPoP, known key',
  `the same where ${FEW} keys come again and again`,
  () => {
    /** @type {DeviceKey[]} */
    const made = []
    let turn = 0
    return () => (made[turn++ % FEW] ??= deviceKey())
  },
)
