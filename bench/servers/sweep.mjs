// @ts-check
/**
 * `sweep.mjs memory|sqlite FOLDER ROWS`: fills a store with logins that have all ended, sweeps them away as the server does, and prints as JSON for
 * how long the event loop stood still meanwhile, which is what a request could have waited; and for how long it does when nothing is swept,
 * which is what the machine adds. Milliseconds.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { memoryStore } from '@countersign/authority'
import { sqliteStore } from '@countersign/store-sqlite'
import { pause } from '../load/machine.mjs'
import { quantile } from '../report/statistics.mjs'

const [, , kind, folder = '.', rows = '100000'] = process.argv
/** As many at once as the server sweeps, and how long it breathes in between (packages/server/src/sweep.ts). */
const BATCH = 200
const BREATH_MILLISECONDS = 2
const TOGETHER = 256
const LIFE_MILLISECONDS = 1000

let now = Date.now()
const clock = { now: () => now }
const store = kind === 'sqlite' ? sqliteStore({ file: join(folder, 'sweep.sqlite'), clock }) : memoryStore(clock)
const value = {
  state: 'pending',
  clientId: 'countersign-cli',
  scope: ['tools:read'],
  resources: ['https://tools.example/mcp'],
  origin: { address: '203.0.113.4', userAgent: 'bench-device/1.0' },
  createdAt: now,
  expiresAt: now + LIFE_MILLISECONDS,
}
/** @param {string} text */
const digest = (text) => createHash('sha256').update(text).digest('base64url')

for (let at = 0; at < Number(rows); at += TOGETHER) {
  await Promise.all(
    Array.from({ length: TOGETHER }, (_, index) => {
      const id = digest(`device ${at + index}`)
      const expiresAt = now + LIFE_MILLISECONDS
      return Promise.all([
        store.insert({ kind: 'device', id, lookups: [digest(`user ${at + index}`)], value, expiresAt }),
        store.once(`pace:${id}`, expiresAt),
        store.count(`open:countersign-cli:${id}`, expiresAt, 1),
      ])
    }),
  )
}
now += LIFE_MILLISECONDS * 2

const from = performance.now()
let freed = 0
const swept = await stops(async () => {
  for (let batch = BATCH; batch === BATCH; ) {
    batch = await store.sweep(BATCH)
    freed += batch
    await pause(BREATH_MILLISECONDS)
  }
})
const elapsed = performance.now() - from
const idle = await stops(async () => {
  for (const until = performance.now() + elapsed; performance.now() < until; ) await turn()
})
await store.close()
console.log(JSON.stringify({ freed, elapsed, p99: quantile(swept, 0.99), worst: swept.at(-1), worstIdle: idle.at(-1) }))

/** @returns {Promise<void>} */
function turn() {
  return new Promise((resolve) => setImmediate(resolve))
}

/** How long each turn of the loop took while this was under way, the shortest first. @param {() => Promise<void>} act */
async function stops(act) {
  /** @type {number[]} */
  const gaps = []
  let last = performance.now()
  let going = true
  const probe = () => {
    const at = performance.now()
    gaps.push(at - last)
    last = at
    if (going) setImmediate(probe)
  }
  setImmediate(probe)
  await act()
  going = false
  // A copy: the probe that still waits adds to the other one.
  return [...gaps].sort((a, b) => a - b)
}
