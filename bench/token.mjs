// @ts-check
/**
 * What `countersign token` costs a script: the whole program, from its start to its end, on a vault that is warm and has its key in a file.
 * Beside it, in turns of the same run, an empty Node.js and `mcp-remote --help`. Runs on built code:
 *   npm run build && node bench/token.mjs [--rounds 40] [--json]
 * Told are medians, and the median of the ratios of each turn. The exit code is 1 when `token` takes more than twice an empty Node.js, or
 * when mcp-remote takes less than five times as long as `token`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keepCredential, vaultName } from '@countersign/client'
import { nodeSuite } from '@countersign/node'
import { openVault } from '@countersign/node/vault'

const MOST_OF_NODE = 2
const LEAST_OF_MCP_REMOTE = 5

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' }, json: { type: 'boolean', default: false } } })
const folder = mkdtempSync(join(tmpdir(), 'countersign-token-'))
// Certificates from a file are read by every start of Node.js 20, and take as long as all the rest (bench/README.md).
const { NODE_EXTRA_CA_CERTS: _certificates, ...plain } = process.env
const env = { ...plain, COUNTERSIGN_VAULT_DIR: join(folder, 'vault'), COUNTERSIGN_KEY_FILE: join(folder, 'key') }
const issuer = 'https://auth.example.com'
const resource = 'https://notes.example.com/mcp'

/** What an access token of ours weighs, and an hour to use it. */
async function warmVault() {
  const vault = await openVault({ env })
  await keepCredential(vault, vaultName(issuer, 'countersign-cli', resource, 'default'), {
    version: 1,
    issuer,
    clientId: 'countersign-cli',
    resource,
    scope: ['notes:read'],
    accessToken: 'x'.repeat(700),
    tokenType: 'DPoP',
    expiresAt: Date.now() + 3_600_000,
    refreshToken: 'y'.repeat(60),
    key: await nodeSuite().generateKey('ES256'),
    endpoints: { token: `${issuer}/token` },
    generation: 1,
    obtainedAt: Date.now(),
  })
}

const MAIN = fileURLToPath(new URL('../packages/cli/dist/main.cjs', import.meta.url))
const MCP_REMOTE = join(dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')), 'dist/proxy.js')
const programs = {
  node: ['-e', '0'],
  token: [MAIN, 'token', resource],
  'mcp-remote': [MCP_REMOTE, '--help'],
}

/** @param {readonly string[]} args @param {string} name */
function timed(name, args) {
  const began = performance.now()
  const { status, stdout } = spawnSync(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const took = performance.now() - began
  if (name === 'token' && (status !== 0 || stdout.length !== 701)) throw new Error('countersign token did not print the token')
  return took
}

/** @param {readonly number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

try {
  await warmVault()
  const names = /** @type {(keyof typeof programs)[]} */ (Object.keys(programs))
  for (const name of names) timed(name, programs[name])
  /** @type {Record<keyof typeof programs, number>[]} */
  const turns = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = round % 2 === 0 ? names : [...names].reverse()
    turns.push(/** @type {any} */ (Object.fromEntries(order.map((name) => [name, timed(name, programs[name])]))))
  }
  const ms = Object.fromEntries(names.map((name) => [name, Math.round(median(turns.map((turn) => turn[name])) * 10) / 10]))
  const ofNode = median(turns.map(({ node, token }) => token / node))
  const ofMcpRemote = median(turns.map((turn) => turn['mcp-remote'] / turn.token))
  const passed = ofNode <= MOST_OF_NODE && ofMcpRemote >= LEAST_OF_MCP_REMOTE
  if (values.json) console.log(JSON.stringify({ node: process.version, rounds: turns.length, ms, ofNode, ofMcpRemote, passed }))
  else {
    console.log(
      `Node.js ${process.version}, ${turns.length} turns, whole programs, medians: ${names.map((name) => `${name} ${ms[name]} ms`).join(', ')}`,
    )
    const least = names.map((name) => `${name} ${Math.min(...turns.map((turn) => turn[name])).toFixed(1)} ms`)
    console.log(`the fastest of each: ${least.join(', ')}`)
    console.log(
      `token is ${ofNode.toFixed(2)} x an empty Node.js (at most ${MOST_OF_NODE}); mcp-remote --help is ${ofMcpRemote.toFixed(1)} x token (at least ${LEAST_OF_MCP_REMOTE})`,
    )
    console.log(passed ? 'passed' : 'MISSED')
  }
  process.exitCode = passed ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
