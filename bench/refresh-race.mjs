// @ts-check
/**
 * Many programs that need the same token renewed at once, one vault between them: how often the authorization server is asked, and who is
 * left without a token. Runs on built code:
 *   npm run build && node bench/refresh-race.mjs [--rounds 200] [--programs 50] [--json]
 * The server is the real one, in this program, on the memory store. Every round the token expires for everybody at the same moment; in the
 * rounds "killed", whoever came to ask the server dies (SIGKILL) at a point that changes from round to round.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keepCredential, vaultName } from '@countersign/client'
import { openVault } from '@countersign/node/vault'
import { openAuthority } from './servers/one-sign-in.mjs'

/** Where the one that refreshes is killed. */
const POINTS = /** @type {const} */ ([
  'before the request',
  'request received',
  'rotated',
  'answered',
  'before writing',
  'while writing',
  'written',
])

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    programs: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const folder = mkdtempSync(join(tmpdir(), 'countersign-race-'))
const environment = { ...process.env, COUNTERSIGN_VAULT_DIR: join(folder, 'vault'), COUNTERSIGN_KEY_FILE: join(folder, 'key') }

/** @typedef {{ posts: number, failures: string[], tokens: Set<string>, tookMs: number, recoveredMs: number | undefined }} Round */

/** What this round does at each point; `undefined` lets everybody pass. @type {{ at: (typeof POINTS)[number] | undefined, posts: number, refused: string[], killed: boolean, began: number, since: number, recoveredMs: number | undefined }} */
let round = { at: undefined, posts: 0, refused: [], killed: false, began: 0, since: 0, recoveredMs: undefined }

/** @type {Set<{ child: import('node:child_process').ChildProcess, answer: (message: any) => void }>} */
const programs = new Set()
const WORKER = fileURLToPath(new URL('servers/race-program.mjs', import.meta.url))

function startProgram() {
  const child = fork(WORKER, [], { env: environment })
  const program = { child, answer: (/** @type {any} */ _message) => {} }
  programs.add(program)
  const ready = new Promise((resolve) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.ready) return resolve(undefined)
      if (message.point === undefined) return program.answer(message)
      if (strikes(message.point)) return kill(child.pid)
      child.send({ pass: true })
      if (message.point === 'before writing' && strikes('while writing')) setTimeout(() => kill(child.pid), Math.random() * 2)
    })
  })
  child.on('exit', () => {
    programs.delete(program)
    program.answer({ dead: true })
  })
  return ready
}

/** Whether somebody has to die here, now. @param {(typeof POINTS)[number]} point */
function strikes(point) {
  return round.at === point && !round.killed
}

/** @param {number | undefined} pid */
function kill(pid) {
  round.killed = true
  round.since = performance.now()
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
}

const authority = await openAuthority(async (request, pid) => {
  round.posts++
  const came = performance.now()
  if (round.killed) round.recoveredMs ??= performance.now() - round.since
  if (strikes('request received')) kill(pid)
  const reply = await request()
  if (reply.status !== 200) round.refused.push(`${Math.round(came - round.began)} ms into the round a refresh was answered ${reply.body}`)
  if (strikes('rotated')) kill(pid)
  if (strikes('answered')) setImmediate(() => kill(pid))
  return reply
})
const vault = await openVault({ env: environment })
const name = vaultName(authority.issuer, 'countersign-cli', authority.resource, 'default')
await keepCredential(vault, name, await authority.signIn())

/** @param {(typeof POINTS)[number] | undefined} at @returns {Promise<Round>} */
async function play(at) {
  await Promise.all(Array.from({ length: Number(values.programs) - programs.size }, startProgram))
  const stored = await vault.read(name)
  if (stored === undefined) {
    // A round that lost the sign-in has failed already; the next one begins with another.
    await keepCredential(vault, name, await authority.signIn())
    return play(at)
  }
  await vault.write(name, { ...stored, expiresAt: Date.now() - 1, generation: stored.generation + 1 })
  round = { at, posts: 0, refused: [], killed: false, began: performance.now(), since: 0, recoveredMs: undefined }
  const began = Date.now() + 30
  const answers = await Promise.all(
    [...programs].map(
      (program) =>
        new Promise((/** @type {(answer: any) => void} */ resolve) => {
          program.answer = resolve
          program.child.send({ name, at: began, checkpoints: at !== undefined })
        }),
    ),
  )
  const tookMs = Date.now() - began
  return {
    posts: round.posts,
    failures: [
      ...round.refused,
      ...answers.filter(({ error }) => error !== undefined).map(({ error }) => `${at ?? 'nobody killed'}: ${error}`),
    ],
    tokens: new Set(answers.filter(({ token }) => token !== undefined).map(({ token }) => String(token))),
    tookMs,
    recoveredMs: round.recoveredMs,
  }
}

/** @param {readonly number[]} numbers @param {number} share */
const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0

/** @param {string} title @param {readonly Round[]} played @param {number} most */
function summary(title, played, most) {
  const times = played.map(({ tookMs }) => tookMs)
  const recovered = played.map(({ recoveredMs }) => recoveredMs).filter((each) => each !== undefined)
  return {
    title,
    rounds: played.length,
    programs: Number(values.programs),
    posts: { least: Math.min(...played.map(({ posts }) => posts)), most: Math.max(...played.map(({ posts }) => posts)) },
    failures: played.flatMap(({ failures }) => failures),
    differing: played.filter(({ tokens }) => tokens.size !== 1).length,
    ms: { median: quantile(times, 0.5), p99: quantile(times, 0.99) },
    ...(recovered.length === 0
      ? {}
      : { killToNextRequestMs: { median: Math.round(quantile(recovered, 0.5)), most: Math.round(Math.max(...recovered)) } }),
    passed: played.every(({ posts, failures, tokens }) => posts >= 1 && posts <= most && failures.length === 0 && tokens.size === 1),
  }
}

/** @type {Round[]} */
const plain = []
/** @type {Round[]} */
const killed = []
try {
  for (let index = 0; index < rounds; index++) plain.push(await play(undefined))
  for (let index = 0; index < rounds; index++) killed.push(await play(POINTS[index % POINTS.length]))
  const results = [summary('nobody dies', plain, 1), summary('killed', killed, 2)]
  for (const result of results) {
    if (values.json) console.log(JSON.stringify(result))
    else {
      const { title, posts, failures, ms, killToNextRequestMs: again, passed } = result
      const recovery = again === undefined ? '' : `, killed to next request ${again.median} ms (at most ${again.most})`
      console.log(
        `${title}: ${result.rounds} rounds of ${result.programs}: ${posts.least} to ${posts.most} requests, ${failures.length} failures, round ${ms.median} ms (p99 ${ms.p99})${recovery}: ${passed ? 'passed' : 'FAILED'}`,
      )
      for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`)
    }
  }
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
} finally {
  for (const { child } of programs) child.kill('SIGKILL')
  await authority.close()
  rmSync(folder, { recursive: true, force: true })
}
