// @ts-check
/**
 * A steady load: each request is due at a moment of its own, whatever became of those before, and its latency counts from that moment.
 * So a server that stops for a while is charged for everything that came meanwhile.
 */
import { quantile } from '../report/statistics.mjs'
import { CONNECTIONS } from './closed-loop.mjs'
import { openConnection } from './connection.mjs'

/**
 * Latencies in milliseconds.
 * @param {number} port
 * @param {{ readonly rate: number, readonly milliseconds: number }} load
 * @param {import('./closed-loop.mjs').Turn} turn
 * @returns {Promise<{ readonly turns: number, readonly p50: number, readonly p99: number, readonly worst: number }>}
 */
export async function openLoop(port, { rate, milliseconds }, turn) {
  const total = Math.floor((rate * milliseconds) / 1000)
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(port))
  const idle = connections.map((connection, lane) => ({ connection, lane }))
  /** @type {number[]} */
  const took = []
  const started = performance.now() + 5
  let sent = 0

  /** One after the other on this connection, as long as something is due. @param {typeof idle[number]} at */
  async function work(at) {
    while (sent < total) {
      const due = started + (sent * 1000) / rate
      if (performance.now() < due) break
      sent++
      await turn(at.connection, at.lane)
      took.push(performance.now() - due)
    }
    idle.push(at)
  }

  /** @type {Promise<void>[]} */
  const under = []
  /** @type {unknown[]} */
  const failures = []
  await /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      // No timer is as fine as this load: what is due is looked up in every turn of the loop.
      const look = () => {
        while (idle.length > 0 && sent < total && performance.now() >= started + (sent * 1000) / rate) {
          const at = idle.pop()
          if (at !== undefined) under.push(work(at).catch((error) => void failures.push(error)))
        }
        if (failures.length > 0) reject(failures[0])
        else if (sent < total) setImmediate(look)
        else resolve()
      }
      look()
    })
  )
  await Promise.all(under)
  if (failures.length > 0) throw failures[0]
  for (const connection of connections) connection.close()
  took.sort((a, b) => a - b)
  return { turns: took.length, p50: quantile(took, 0.5), p99: quantile(took, 0.99), worst: took.at(-1) ?? Number.NaN }
}
