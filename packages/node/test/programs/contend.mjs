// Adds one to a number in a file, under a lock, in two steps that others could come between. Asked to, it dies with the lock in hand.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileLocks } from '@countersign/node/vault'

const [lock, counter, end] = process.argv.slice(2)
const takeLock = fileLocks({
  clock: { now: () => Date.now() },
  sleep: (milliseconds) => wait(milliseconds),
  entropy: { random: (count) => randomBytes(count) },
})
const giveBack = await takeLock(lock)
const number = Number(await readFile(counter, 'utf8'))
await wait(1)
await writeFile(counter, String(number + 1))
if (end === 'die') process.kill(process.pid, 'SIGKILL')
await giveBack()
