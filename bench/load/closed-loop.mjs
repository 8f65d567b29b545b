// @ts-check
/** As much as a server can bear: each connection asks again as soon as it has its answer, for so long. */
import { openConnection } from './connection.mjs'
import { quantile } from '../report/statistics.mjs'

export const CONNECTIONS = 32

/**
 * One thing done on a connection from its first request to its last answer; `false` when there is nothing left to do.
 * @typedef {(connection: import('./connection.mjs').Connection, lane: number) => Promise<boolean>} Turn
 * Times in milliseconds.
 * @typedef {{ readonly turns: number, readonly elapsed: number, readonly p50: number, readonly p99: number }} Loop
 */

/** @param {number} port @param {number} milliseconds @param {Turn} turn @returns {Promise<Loop>} */
export async function closedLoop(port, milliseconds, turn) {
  /** @type {number[]} */
  const took = []
  const started = performance.now()
  const end = started + milliseconds
  let last = started
  const rest = stayAwake()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, lane) => {
      const connection = openConnection(port)
      try {
        for (let from = performance.now(); from < end; ) {
          if (!(await turn(connection, lane))) return
          last = performance.now()
          took.push(last - from)
          from = last
        }
      } finally {
        connection.close()
      }
    }),
  )
  rest()
  took.sort((a, b) => a - b)
  return { turns: took.length, elapsed: last - started, p50: quantile(took, 0.5), p99: quantile(took, 0.99) }
}

/**
 * Keeps this program from sleeping until it is told to rest. Waking a program on another core is work that the kernel charges to the one who
 * sent the answer: on a virtual machine more than the answer itself, and only to servers that are slower than the load.
 */
function stayAwake() {
  let isAwake = true
  const spin = () => void (isAwake && setImmediate(spin))
  spin()
  return () => {
    isAwake = false
  }
}
