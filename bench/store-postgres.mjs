// @ts-check
/**
 * What a move costs on PostgreSQL: the store beside one prepared `UPDATE ... RETURNING` of a row by its key through pg, as ratios. Runs on built code:
 *   npx tsc -b packages/store-postgres && node bench/store-postgres.mjs [postgres://user@host/database] [seconds]
 * In a schema of its own, which is dropped. So many moves are under way at once as `width` says, on ten connections either way; rounds are
 * interleaved; medians. `cpu`: of this program, and of the server's connections (on Linux, when the server runs here), microseconds a move.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { postgresStore } from '@countersign/store-postgres'
import pg from 'pg'
import { waitingRow as value } from './workloads/waiting-row.mjs'

const [url = 'postgres://127.0.0.1:5432/test', seconds = '2'] = process.argv.slice(2)
const ROUNDS = 5
const WIDTHS = [1, 8, 64]
const ROWS = 20_000
const CONNECTIONS = 10
const schema = `bench_${randomBytes(4).toString('hex')}`
const clock = { now: () => Date.now() }

const text = JSON.stringify(value)
const until = Date.now() + 3_600_000
/** @param {string} of */
const digest = (of) => createHash('sha256').update(of).digest('base64url')
const any = () => Math.floor(Math.random() * ROWS)
let fresh = 0

const control = new pg.Client({ connectionString: url })
await control.connect()
const store = await postgresStore({ url, schema, clock, connections: CONNECTIONS })
const bare = new pg.Pool({ connectionString: url, max: CONNECTIONS, application_name: 'countersign' })
await control.query(
  `CREATE TABLE ${schema}.bare (id text PRIMARY KEY, version bigint NOT NULL, value text NOT NULL) WITH (fillfactor = 85)`,
)
const ids = Array.from({ length: ROWS }, (_, index) => digest(`row ${index}`))
const versions = ids.map(() => 1)
for (let at = 0; at < ROWS; at += 500) {
  const some = ids.slice(at, at + 500)
  await control.query(`INSERT INTO ${schema}.bare SELECT id, 1, $2 FROM unnest($1::text[]) AS id`, [some, text])
  await Promise.all(some.map((id) => store.insert({ kind: 'device', id, lookups: [`${id}u`], value, expiresAt: until })))
}
await control.query(`VACUUM ANALYZE ${schema}.bare, ${schema}.record, ${schema}.lookup`)

const update = `UPDATE ${schema}.bare SET version = version + 1, value = $2 WHERE id = $1 RETURNING version`
const select = `SELECT version, value FROM ${schema}.bare WHERE id = $1`
/** @type {Record<string, () => Promise<unknown>>} */
const MOVES = {
  'bare update': () => bare.query({ name: 'bare_update', text: update, values: [ids[any()], text] }),
  'bare select': () => bare.query({ name: 'bare_select', text: select, values: [ids[any()]] }),
  swap: () => {
    const index = any()
    const version = versions[index] ?? 0
    versions[index] = version + 1
    return store.swap({ kind: 'device', id: ids[index] ?? '', version, value })
  },
  'insert, no lookup': () => store.insert({ kind: 'code', id: digest(`${fresh++}`), value, expiresAt: until }),
  'insert, one lookup': () =>
    store.insert({ kind: 'device', id: digest(`${fresh}`), lookups: [`${digest(`${fresh++}`)}u`], value, expiresAt: until }),
  'insert into a group': () =>
    store.insert({ kind: 'grant', id: digest(`${fresh++}`), group: `subject ${any()}`, value, expiresAt: until }),
  read: () => store.read('device', ids[any()] ?? ''),
  find: () => store.find('device', `${ids[any()]}u`),
  once: () => store.once(`pace:${ids[any()]}`, Date.now() + 1000),
  count: () => store.count(`slow:${ids[any()]}`, until, 1),
  'count, reading': () => store.count(`slow:${ids[any()]}`, until, 0),
}

/** Processor time of each connection of this run, in microseconds; none where it cannot be told. @returns {Promise<Map<number, number>>} */
async function serverCpu() {
  const { rows } = await control.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'countersign'")
  const found = new Map()
  for (const { pid } of rows) {
    try {
      // Clock ticks of a hundredth of a second (proc(5)).
      const [user, system] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ').slice(11, 13).map(Number)
      found.set(pid, ((user ?? 0) + (system ?? 0)) * 10_000)
    } catch {
      // No Linux, or a server elsewhere.
    }
  }
  return found
}

/** What was used since; a connection that ended meanwhile was idle. @param {ReadonlyMap<number, number>} before */
async function serverCpuSince(before) {
  const now = await serverCpu()
  return now.size === 0 ? Number.NaN : [...now].reduce((sum, [pid, used]) => sum + used - (before.get(pid) ?? 0), 0)
}

/** @typedef {{ speed: number, client: number, server: number }} Cost */
/** @param {() => Promise<unknown>} move @param {number} width @returns {Promise<Cost>} */
async function measure(move, width) {
  const [here, there] = [process.cpuUsage(), await serverCpu()]
  const from = performance.now()
  const end = from + Number(seconds) * 1000
  let moves = 0
  const lane = async () => {
    for (; performance.now() < end; moves++) await move()
  }
  await Promise.all(Array.from({ length: width }, lane))
  const took = performance.now() - from
  const { user, system } = process.cpuUsage(here)
  return { speed: (moves / took) * 1000, client: (user + system) / moves, server: (await serverCpuSince(there)) / moves }
}

/** @param {readonly number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const { rows } = await control.query("SELECT split_part(version(), ' ', 2) AS version, current_setting('synchronous_commit') AS commits")
console.log(
  `Node ${process.version}, PostgreSQL ${rows[0].version}, synchronous_commit ${rows[0].commits}, ${ROUNDS} rounds of ${seconds} s`,
)
for (const width of WIDTHS) {
  /** @type {Record<string, Cost[]>} */
  const runs = {}
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, move] of Object.entries(MOVES)) (runs[name] ??= []).push(await measure(move, width))
  }
  const base = runs['bare update'] ?? []
  console.log(`\n${`width ${width}`.padEnd(22)}     moves/s   x bare   cpu here   x bare   cpu there   x bare`)
  for (const [name, costs] of Object.entries(runs)) {
    const cells = /** @type {const} */ (['speed', 'client', 'server']).flatMap((what) => {
      const ratio = median(costs.map((cost, round) => cost[what] / (base[round]?.[what] ?? Number.NaN)))
      return [
        median(costs.map((cost) => cost[what]))
          .toFixed(what === 'speed' ? 0 : 1)
          .padStart(12),
        ratio.toFixed(2).padStart(9),
      ]
    })
    console.log(name.padEnd(22) + cells.join(''))
  }
}
await store.close()
await bare.end()
await control.query(`DROP SCHEMA ${schema} CASCADE`)
await control.end()
