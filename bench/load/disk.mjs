// @ts-check
/** How many times a second a small write can be brought to the disk: what a durable store is bound by, and a memory file system pretends. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const WRITES = 300
const BYTES = 4096

/** @param {string} folder */
export function syncsPerSecond(folder) {
  const file = join(folder, 'syncs')
  const handle = openSync(file, 'w')
  const page = Buffer.alloc(BYTES, 1)
  const from = performance.now()
  for (let count = 0; count < WRITES; count++) {
    writeSync(handle, page, 0, BYTES, count * BYTES)
    fdatasyncSync(handle)
  }
  const elapsed = performance.now() - from
  closeSync(handle)
  rmSync(file)
  return Math.round((WRITES / elapsed) * 1000)
}
