// @ts-check
/** Something done a number of times, over as many connections as the load has: how pools are filled, unmeasured. */
import { openConnection } from './connection.mjs'
import { CONNECTIONS } from './closed-loop.mjs'

/**
 * @param {number} port
 * @param {number} times
 * @param {(connection: import('./connection.mjs').Connection, index: number) => Promise<void>} act
 * @param {number} [width]
 */
export async function overLanes(port, times, act, width = CONNECTIONS) {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(width, times) }, async () => {
      const connection = openConnection(port)
      try {
        while (next < times) await act(connection, next++)
      } finally {
        connection.close()
      }
    }),
  )
}
