// @ts-check
/**
 * Outlives whoever started it by a moment: when its stdin ends, it ends the programs that began and have not ended, and removes the folder.
 * A test run that is called off, or killed, leaves nothing behind that way. Told `done`, it has nothing to do any more.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [folder = ''] = process.argv.slice(2)
/** @type {Set<number>} */
const running = new Set()
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => undefined)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'done') process.exit()
  const [word, pid] = line.split(' ')
  if (word === 'began') running.add(Number(pid))
  else running.delete(Number(pid))
}
for (const pid of running) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended before.
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
