// @ts-check
/** How long a sweep holds up everybody else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { serverFile } from '../contestants/floors.mjs'
import { endWithUs } from '../contestants/program.mjs'
import { onServerCore } from '../load/machine.mjs'

/**
 * Milliseconds. `worstIdle`: the longest stop while nothing was swept.
 * @typedef {{ readonly store: string, readonly freed: number, readonly elapsed: number, readonly p99: number, readonly worst: number, readonly worstIdle: number }} SweepResult
 */

/** @param {'memory' | 'sqlite'} store @param {number} rows @param {Pick<import('./throughput.mjs').Plan, 'folder' | 'say'>} plan @returns {Promise<SweepResult>} */
export async function sweep(store, rows, { folder, say }) {
  const place = mkdtempSync(join(folder, `sweep-${store}-`))
  const [file, ...args] = onServerCore([process.execPath, serverFile('sweep'), store, place, String(rows)])
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  endWithUs(child)
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    said += text
  })
  await once(child, 'close')
  say(`sweep: ${store}`)
  return { store, ...JSON.parse(said) }
}
