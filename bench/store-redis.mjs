// @ts-check
/**
 * What a move costs on Redis: the store beside bare commands of ioredis with keys and JSON of the same size, as ratios. Runs on built code:
 *   npx tsc -b packages/store-redis && node bench/store-redis.mjs [moves]
 * Starts a redis-server of its own (COUNTERSIGN_TEST_REDIS names it). 64 moves are under way at once, as under load; rounds are interleaved;
 * medians. Processor time in microseconds a move: of this program, and of the server.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisStore } from '@countersign/store-redis'
import { Redis } from 'ioredis'
import { waitingRow as value } from './workloads/waiting-row.mjs'

const MOVES = Number(process.argv[2] ?? 30_000)
const ROUNDS = 5
const WIDTH = 64
const PORT = 16_399
const program = process.env['COUNTERSIGN_TEST_REDIS'] ?? 'redis-server'
const server = spawn(program, ['--port', `${PORT}`, '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' })
const clock = { now: () => Date.now() }

const text = JSON.stringify(value)
/** @param {string} of */
const digest = (of) => createHash('sha256').update(of).digest('base64url')

const bare = new Redis(PORT, '127.0.0.1')
// Until the server is there.
bare.on('error', () => undefined)
/** The least a script can do with as much. */
const scripts = /** @type {const} */ ({
  set: "redis.call('SET', KEYS[1], ARGV[1], 'PX', 900000) return 1",
  set2: "redis.call('SET', KEYS[1], ARGV[1], 'PX', 900000) redis.call('SET', KEYS[2], ARGV[2], 'PX', 900000) return 1",
  mark: "return redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000, 'NX') and 1 or 0",
})
/** @type {Record<string, string>} */
const shas = {}

/** @typedef {{ opsPerSecond: number, cpuMicros: number, serverMicros: number }} Speed */

/** Processor time of the server so far, in microseconds. */
async function serverCpu() {
  const told = await bare.info('cpu')
  return (Number(/used_cpu_sys:([\d.]+)/.exec(told)?.[1]) + Number(/used_cpu_user:([\d.]+)/.exec(told)?.[1])) * 1e6
}

/** @param {(index: number) => Promise<unknown>} move @returns {Promise<Speed>} */
async function speedOf(move) {
  const server = await serverCpu()
  const cpu = process.cpuUsage()
  const from = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      while (next < MOVES) await move(next++)
    }),
  )
  const { system, user } = process.cpuUsage(cpu)
  const opsPerSecond = (MOVES / (performance.now() - from)) * 1000
  return { opsPerSecond, cpuMicros: (system + user) / MOVES, serverMicros: ((await serverCpu()) - server) / MOVES }
}

/** Each move of the store, and the bare commands it is held against. @param {number} round @returns {Promise<[string, Speed, Speed][]>} */
async function measure(round) {
  const store = redisStore({ url: `redis://127.0.0.1:${PORT}`, clock, prefix: `r${round}` })
  await store.read('device', 'first')
  const codes = Array.from({ length: MOVES }, (_, index) => digest(`${round} ${index}`))
  const code = (/** @type {number} */ index) => /** @type {string} */ (codes[(index * 7919) % MOVES])
  const id = (/** @type {number} */ index) => code(index).slice(0, 3) + code(index)
  const key = (/** @type {number} */ index) => `{b${round}:${code(index).slice(0, 3)}}device:${id(index)}`
  const expiresAt = Date.now() + 900_000
  const call = (/** @type {keyof typeof scripts} */ name, /** @type {string[]} */ keys, /** @type {string[]} */ ...values) =>
    bare.call('EVALSHA', /** @type {string} */ (shas[name]), keys.length, ...keys, ...values)
  /** @type {[string, Speed, Speed][]} */
  const found = []
  const pair = async (
    /** @type {string} */ name,
    /** @type {(index: number) => Promise<unknown>} */ ours,
    /** @type {typeof ours} */ theirs,
  ) => {
    const bareFirst = round % 2 === 0 ? await speedOf(theirs) : undefined
    const speed = await speedOf(ours)
    found.push([name, speed, bareFirst ?? (await speedOf(theirs))])
  }
  const row = (/** @type {number} */ index) => ({ kind: 'device', id: id(index), lookups: [code(index)], value, expiresAt })
  await pair(
    'insert, lookup beside it',
    (index) => store.insert(row(index)),
    (index) => call('set2', [key(index), `${key(index)}=`], JSON.stringify(value), id(index)),
  )
  await pair(
    'insert, nothing beside it',
    (index) => store.insert({ kind: 'code', id: code(index), value, expiresAt }),
    (index) => call('set', [key(index)], JSON.stringify(value)),
  )
  await pair(
    'read',
    (index) => store.read('device', id(index)),
    async (index) => JSON.parse(String(await bare.call('GET', key(index)))),
  )
  await pair(
    'find',
    (index) => store.find('device', code(index)),
    async (index) => JSON.parse(String(await bare.call('GET', key(index)))),
  )
  await pair(
    'swap',
    (index) => store.swap({ kind: 'device', id: id(index), version: 1, value }),
    (index) => call('set', [key(index)], JSON.stringify(value)),
  )
  await pair(
    'once',
    (index) => store.once(`${id(index)}:pace`, expiresAt),
    (index) => call('mark', [`${key(index)}p`], '1'),
  )
  await pair(
    'count',
    (index) => store.count(`${id(index)}:slow`, expiresAt, 1),
    (index) => call('mark', [`${key(index)}c`], '1'),
  )
  await store.close()
  return found
}

/** What one pending device authorization takes in Redis. */
async function memory() {
  const used = async () => Number(/used_memory:(\d+)/.exec(await bare.info('memory'))?.[1])
  await bare.flushall()
  const before = await used()
  const store = redisStore({ url: `redis://127.0.0.1:${PORT}`, clock })
  const ids = Array.from({ length: 100_000 }, (_, index) => digest(`m ${index}`))
  for (let at = 0; at < ids.length; at += 500) {
    await Promise.all(
      ids
        .slice(at, at + 500)
        .map((each) =>
          store.insert({ kind: 'device', id: each.slice(0, 3) + each, lookups: [each], value, expiresAt: Date.now() + 900_000 }),
        ),
    )
  }
  await store.close()
  return ((await used()) - before) / ids.length
}

/** @param {readonly number[]} numbers */
const median = (numbers) => /** @type {number} */ ([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)])

try {
  for (let tries = 0; tries < 100; tries++) {
    if ((await bare.ping().catch(() => '')) === 'PONG') break
    await sleep(20)
  }
  for (const [name, script] of Object.entries(scripts)) shas[name] = String(await bare.script('LOAD', script))
  /** @type {[string, Speed, Speed][][]} */
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(round))
  const version = /redis_version:(\S+)/.exec(await bare.info('server'))?.[1]
  console.log(
    `Node ${process.version}, Redis ${version}, ${MOVES} moves a round, ${ROUNDS} rounds, ${WIDTH} under way; value of ${text.length} bytes`,
  )
  console.log(
    `${'move'.padEnd(28)}${'thousand/s'.padStart(12)}${'of bare'.padStart(10)}${'our us'.padStart(10)}${'of bare'.padStart(10)}${'server us'.padStart(12)}${'of bare'.padStart(10)}`,
  )
  for (const [index, [name]] of (rounds[0] ?? []).entries()) {
    const of = (/** @type {1 | 2} */ which, /** @type {keyof Speed} */ what) =>
      median(rounds.map((round) => /** @type {[string, Speed, Speed]} */ (round[index])[which][what]))
    const ratio = (/** @type {keyof Speed} */ what) =>
      median(
        rounds.map(
          (round) =>
            /** @type {[string, Speed, Speed]} */ (round[index])[1][what] / /** @type {[string, Speed, Speed]} */ (round[index])[2][what],
        ),
      )
    console.log(
      name.padEnd(28) +
        (of(1, 'opsPerSecond') / 1000).toFixed(1).padStart(12) +
        ratio('opsPerSecond').toFixed(2).padStart(10) +
        of(1, 'cpuMicros').toFixed(1).padStart(10) +
        ratio('cpuMicros').toFixed(2).padStart(10) +
        of(1, 'serverMicros').toFixed(1).padStart(12) +
        ratio('serverMicros').toFixed(2).padStart(10),
    )
  }
  console.log(`one pending device authorization: ${(await memory()).toFixed(0)} bytes in Redis, ${text.length} of them its value`)
} finally {
  bare.disconnect()
  server.kill('SIGKILL')
}
