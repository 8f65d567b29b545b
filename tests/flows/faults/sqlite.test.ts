import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'vitest'
import { expectAll } from './expect-all.ts'
import { betweenClientsAndServers, clockStepped, killed, unavailable } from './node-faults.ts'
import { type Fault, ordeal, PATIENCE_MS } from './ordeal.ts'

/** No file may grow beyond here, in the middle of a page: what is longer already can only be read. */
const FULL = 65_536 + 100

/** As when the disk is full: the last write that begins below the limit gets through in part, all others fail. */
const diskFull: Fault = {
  name: 'the disk is full',
  async inflict({ nodes: [node] }, record) {
    const limit = (most: string) => promisify(execFile)('prlimit', ['--pid', `${node?.pid()}`, `--fsize=${most}:unlimited`])
    await limit(`${FULL}`)
    await unavailable(record)
    await limit('unlimited')
  },
}

const restarted: Fault = {
  name: 'the server is told to end, and started',
  async inflict({ nodes: [node] }) {
    await node?.stop()
    await node?.start()
  },
}

test(
  'one server on a file: whatever breaks, nothing that was acknowledged is lost, and nobody gets what is not his',
  async () => {
    const outcomes = await ordeal({
      count: 1,
      faults: [betweenClientsAndServers, killed, diskFull, killed, clockStepped, restarted],
      peace: async ({ nodes, configure }) => {
        configure('Southgate')
        for (const node of nodes) await node.reload()
      },
    })
    expectAll(outcomes)
  },
  PATIENCE_MS,
)
