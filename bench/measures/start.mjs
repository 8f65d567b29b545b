// @ts-check
/** How long from starting a program to its first right answer, and how much memory it holds when nobody asks. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { openConnection } from '../load/connection.mjs'
import { memoryOf, pause } from '../load/machine.mjs'
import { unexpected } from '../workloads/workload.mjs'

/** `ready` in milliseconds, `memory` in bytes. @typedef {{ readonly contestant: string, readonly starts: readonly { readonly ready: number, readonly memory: number | undefined }[] }} StartSeries */

const SETTLE_MILLISECONDS = 1000

/** @param {readonly import('./throughput.mjs').Contestant[]} contestants @param {import('./throughput.mjs').Plan} plan @returns {Promise<StartSeries[]>} */
export async function starts(contestants, { rounds, say, folder }) {
  const field = contestants.map((contestant) => ({
    contestant,
    starts: /** @type {{ ready: number, memory: number | undefined }[]} */ ([]),
  }))
  // Round 0 makes directories and fills the caches of the file system.
  for (let round = 0; round <= rounds; round++) {
    for (const { contestant, starts: measured } of field) {
      const { port, pids, dialect, spawnedAt, stop } = await contestant.start(
        join(mkdtempSync(join(folder, `${contestant.name}-`)), 'kept'),
      )
      const connection = openConnection(port)
      const answer = await connection.ask(dialect.issue(0, 'jwt'))
      const ready = performance.now() - spawnedAt
      if (dialect.readIssue(answer) === undefined) throw unexpected('issue', answer)
      connection.close()
      await pause(SETTLE_MILLISECONDS)
      if (round > 0) measured.push({ ready, memory: memoryOf(pids) })
      await stop()
    }
    say(`starting: ${round === 0 ? 'warm' : `round ${round} of ${rounds}`}`)
  }
  return field.map(({ contestant, starts: measured }) => ({ contestant: contestant.name, starts: measured }))
}
