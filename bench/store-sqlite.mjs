// @ts-check
/**
 * What durability costs: the store on SQLite beside the store in memory, move by move, as ratios. Runs on built code:
 *   npx tsc -b packages/store-sqlite && node bench/store-sqlite.mjs [rows]
 * `x32` and `x64`: that many moves are under way at once, as under load; they share a transaction. Rounds are interleaved; medians.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@countersign/authority'
import { sqliteStore } from '@countersign/store-sqlite'
import { waitingRow as value } from './workloads/waiting-row.mjs'

/** @typedef {import('@countersign/authority').Store} Store */

const ROWS = Number(process.argv[2] ?? 20_000)
const ROUNDS = 5
const clock = { now: () => Date.now() }
const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))

/** @param {string} text */
const digest = (text) => createHash('sha256').update(text).digest('base64url')

/** @param {number} count @param {number} width @param {(index: number) => unknown} move */
async function opsPerSecond(count, width, move) {
  const from = performance.now()
  for (let at = 0; at < count; at += width) {
    await Promise.all(Array.from({ length: Math.min(width, count - at) }, (_, index) => move(at + index)))
  }
  return (count / (performance.now() - from)) * 1000
}

/** One round on a store: fills it with rows of its own, then reads and changes them. @param {Store} store @param {number} round */
async function measure(store, round) {
  const ids = Array.from({ length: ROWS }, (_, index) => digest(`${round} ${index}`))
  /** @param {number} index */
  const id = (index) => /** @type {string} */ (ids[(index * 7919) % ROWS])
  const expiresAt = Date.now() + 3_600_000
  /** @param {number} index */
  const insert = (index) =>
    store.insert({ kind: 'device', id: /** @type {string} */ (ids[index]), lookups: [`${ids[index]}u`], value, expiresAt })
  const third = Math.floor(ROWS / 3)
  /** @type {Record<string, number>} */
  const speed = {}
  speed['insert x32'] = await opsPerSecond(third * 2, 32, insert)
  speed['insert x64'] = await opsPerSecond(ROWS - third * 2, 64, (index) => insert(third * 2 + index))
  speed['read'] = await opsPerSecond(ROWS * 2, 1, (index) => store.read('device', id(index)))
  speed['read x32'] = await opsPerSecond(ROWS * 2, 32, (index) => store.read('device', id(index)))
  speed['find x32'] = await opsPerSecond(ROWS, 32, (index) => store.find('device', `${id(index)}u`))
  /** @param {number} version */
  const swap = (version) => (/** @type {number} */ index) => store.swap({ kind: 'device', id: id(index), version, value })
  speed['swap x32'] = await opsPerSecond(ROWS, 32, swap(1))
  speed['swap x64'] = await opsPerSecond(ROWS, 64, swap(2))
  speed['swap x1'] = await opsPerSecond(Math.min(ROWS, 500), 1, swap(3))
  return speed
}

/** @type {Record<string, Store>} */
const stores = { memory: memoryStore(clock), libsql: sqliteStore({ file: join(folder, 'libsql.db'), clock, engine: 'libsql' }) }
if (process.getBuiltinModule('node:sqlite') !== undefined) {
  stores['node'] = sqliteStore({ file: join(folder, 'node.db'), clock, engine: 'node' })
}
/** @type {Record<string, Record<string, number>[]>} */
const runs = Object.fromEntries(Object.keys(stores).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, store] of Object.entries(stores)) runs[name]?.push(await measure(store, round))
}
for (const store of Object.values(stores)) await store.close()
rmSync(folder, { recursive: true })

/** @param {string} name @param {string} move */
function median(name, move) {
  const sorted = (runs[name] ?? []).map((speed) => speed[move] ?? 0).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
console.log(`Node ${process.version}, ${ROWS} rows a round, ${ROUNDS} rounds: thousand moves a second, and as a share of memory`)
const names = Object.keys(stores)
console.log(['move'.padEnd(12), ...names.map((name) => name.padStart(16))].join(''))
for (const move of Object.keys(runs['memory']?.[0] ?? {})) {
  const cells = names.map((name) => {
    const share = name === 'memory' ? '' : ` (${(median(name, move) / median('memory', move)).toFixed(3)})`
    return `${(median(name, move) / 1000).toFixed(1)}${share}`.padStart(16)
  })
  console.log(move.padEnd(12) + cells.join(''))
}
