// @ts-check
/**
 * How soon `countersign login` ends when somebody gives up: from the signal to the end of the program, at each place where it waits, with the next poll a minute
 * away. Runs on built code:
 *   npm run build && node bench/abort.mjs [--rounds 20] [--json]
 * Told are the median and the longest. The exit code is 1 when a median is 100 ms or more, or when a program ended otherwise than interrupted.
 */
import { spawn as spawnPlain } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'

const MOST_MS = 100
const INTERRUPTED = 130
const MAIN = fileURLToPath(new URL('../packages/cli/dist/main.cjs', import.meta.url))
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } } })
const folder = mkdtempSync(join(tmpdir(), 'countersign-abort-'))

/** A server whose codes nobody approves: at `/asks` it wants the countersign at once, at `/silent` it never answers. @param {string} name @param {string} issuer */
function says(name, issuer) {
  const documents = {
    device_authorization: {
      device_code: 'device-code',
      user_code: 'WDJB-MJHT',
      verification_uri: `${issuer}/device`,
      expires_in: 600,
      interval: issuer.endsWith('/asks') ? 1 : 60,
    },
    token: { error: issuer.endsWith('/asks') ? 'countersign_required' : 'authorization_pending' },
  }
  return /** @type {Record<string, object>} */ (documents)[name]
}

const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const [, metadata] = /^\/\.well-known\/oauth-authorization-server(\/\w+)$/.exec(request.url ?? '') ?? []
  const [, path, name] = /^(\/\w+)\/(\w+)$/.exec(request.url ?? '') ?? []
  const issuer = `${origin}${metadata ?? path ?? ''}`
  const at = (/** @type {string} */ end) => `${issuer}/${end}`
  const body =
    metadata === undefined
      ? says(name ?? '', issuer)
      : {
          issuer,
          device_authorization_endpoint: at('device_authorization'),
          token_endpoint: at('token'),
          authorization_endpoint: at('authorize'),
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        }
  if (path === '/silent' && name === 'device_authorization') return
  const status = body === undefined ? 404 : 'error' in body ? 400 : 200
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

let homes = 0
/** @param {string} at @param {readonly string[]} flags @param {boolean} onTerminal @param {RegExp | undefined} sign `undefined`: half a second after the start @returns {Promise<number>} */
function interrupted(at, flags, onTerminal, sign) {
  const home = join(folder, String(homes++))
  const env = {
    // Where there is no browser: one that starts would be what is measured.
    PATH: '/nowhere',
    HOME: home,
    TERM: 'xterm-256color',
    COUNTERSIGN_VAULT_DIR: join(home, 'vault'),
    COUNTERSIGN_KEY_FILE: join(home, 'key'),
  }
  const args = [MAIN, 'login', `http://127.0.0.1:${port}/${at}`, '--client-id', 'cli', ...flags]
  return new Promise((resolve, reject) => {
    let told = ''
    let began = 0
    const stop = () => {
      if (began !== 0) return
      // Once it has settled down to wait.
      setTimeout(() => {
        began = performance.now()
        process.kill(pid, 'SIGINT')
      }, 50)
    }
    const heard = (/** @type {string} */ text) => {
      told += stripVTControlCharacters(text)
      if (sign?.test(told) === true) stop()
    }
    const ended = (/** @type {number | null} */ code) =>
      code === INTERRUPTED ? resolve(performance.now() - began) : reject(new Error(`${at} ended with ${code}: ${told}`))
    /** @type {number} */
    let pid
    if (onTerminal) {
      const terminal = spawn(process.execPath, args, { cols: 200, rows: 50, env })
      pid = terminal.pid
      terminal.onData(heard)
      terminal.onExit(({ exitCode }) => ended(exitCode))
    } else {
      const child = spawnPlain(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      pid = /** @type {number} */ (child.pid)
      child.stdout.setEncoding('utf8').on('data', heard)
      child.stderr.setEncoding('utf8').on('data', heard)
      child.once('exit', ended)
    }
    if (sign === undefined) setTimeout(stop, 500)
  })
}

/** What this machine takes for the same at this moment: a Node.js that does nothing but wait for the signal. @returns {Promise<number>} */
function floor() {
  return new Promise((resolve) => {
    const script = `process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1000); console.log('waiting')`
    const child = spawnPlain(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    let began = 0
    child.stdout.once('data', () => {
      setTimeout(() => {
        began = performance.now()
        child.kill('SIGINT')
      }, 50)
    })
    child.once('exit', () => resolve(performance.now() - began))
  })
}

/** @type {Record<string, () => Promise<number>>} */
const stages = {
  '(an empty Node.js)': floor,
  'between polls': () => interrupted('waits', ['--json'], false, /"event":"code"/),
  'between polls, on a terminal': () => interrupted('waits', ['--flow', 'device'], true, /Waiting/),
  'for the countersign': () => interrupted('asks', ['--flow', 'device'], true, /Type the number here: /),
  'for a browser': () => interrupted('waits', ['--flow', 'browser'], false, /open this link/),
  'for an address to be pasted': () => interrupted('waits', ['--flow', 'paste'], true, /Paste it here: /),
  'for an answer': () => interrupted('silent', ['--json'], false, undefined),
}

let passed = true
try {
  for (const [name, stage] of Object.entries(stages)) {
    const took = []
    for (let round = 0; round < Number(values.rounds); round++) took.push(await stage())
    took.sort((a, b) => a - b)
    const median = took[Math.floor(took.length / 2)] ?? 0
    const longest = took.at(-1) ?? 0
    passed &&= median < MOST_MS
    if (values.json)
      console.log(JSON.stringify({ stage: name, rounds: took.length, medianMs: Math.round(median), longestMs: Math.round(longest) }))
    else console.log(`${name}: ${median.toFixed(0)} ms (at most ${longest.toFixed(0)} ms in ${took.length} rounds)`)
  }
} finally {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
if (!values.json) console.log(passed ? 'passed' : 'MISSED')
process.exitCode = passed ? 0 : 1
