// @ts-check
/**
 * `node bench/mcp.mjs`: what `countersign proxy` and `countersign wrap` cost a call, beside a direct connection and beside mcp-remote, in one
 * run, as ratios; how soon the first answer comes without a network; and what each program holds in memory.
 *   --calls N    calls in a slice, 200 unless told;  --rounds N  slices of each, interleaved, 15 unless told;  --json
 * The method: one server with one tool on this machine that asks for no sign-in, as a sign-in costs the network; the proxy is measured without
 * one, and with one that lies in its vault, as a Bearer token and bound to a key. A round is one slice of calls of each contestant, one after the
 * other, so that whatever else the machine does meets all of them; told are medians over the rounds, and what the worst round said.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { vaultName } from '@countersign/client'
import { nodeSuite } from '@countersign/node'
import { openVault } from '@countersign/node/vault'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { installPeers } from './contestants/peer.mjs'

const { values } = parseArgs({ options: { calls: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } } })
const CALLS = Number(values.calls ?? 200)
const ROUNDS = Number(values.rounds ?? 15)
const root = join(import.meta.dirname, '..')
const COUNTERSIGN = join(root, 'packages/cli/dist/main.cjs')
const REMOTE = join(root, 'bench/peers/node_modules/mcp-remote/dist/proxy.js')
const STDIO_SERVER = join(root, 'bench/servers/mcp-stdio.mjs')
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
const CALL = { name: 'echo', arguments: {} }

/** @typedef {{ call: () => Promise<void>, memory: () => number | undefined, close: () => void }} Contestant */

/** Kilobytes that a program holds. @param {number | undefined} pid */
const residentOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

/** Over stdio, as hosts do it. @param {readonly string[]} args @param {Record<string, string>} [more] @returns {Promise<Contestant & { greeted: number }>} */
async function overStdio(args, more = {}) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      MCP_REMOTE_CONFIG_DIR: folder,
      ...more,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  /** @type {Map<number, () => void>} */
  const waiting = new Map()
  let id = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line)
    if (message.error !== undefined) throw new Error(line)
    waiting.get(message.id)?.()
    waiting.delete(message.id)
  })
  /** @param {string} method @param {object} params @returns {Promise<void>} */
  const request = (method, params) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve)
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
  await request('initialize', INITIALIZE)
  const greeted = performance.now() - startedAt
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
  return { greeted, call: () => request('tools/call', CALL), memory: () => residentOf(child.pid), close: () => void child.kill() }
}

/** @param {string} url @returns {Contestant} */
function direct(url) {
  let id = 0
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  }
  return {
    call: async () => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method: 'tools/call', params: CALL })
      const text = await (await fetch(url, { method: 'POST', headers, body })).text()
      if (!text.includes('"content"')) throw new Error(text)
    },
    memory: () => undefined,
    close: () => undefined,
  }
}

/** @param {readonly number[]} numbers */
const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN

installPeers((line) => process.stderr.write(`${line}\n`))
const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-mcp-'))
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bench', version: '1' })
  server.registerTool('echo', { description: 'Echoes.' }, () => ({ content: [{ type: 'text', text: 'hello' }] }))
  return server
})
const serve = toNodeHandler(handler)
const http = createServer(
  (request, response) => void serve(/** @type {import('@modelcontextprotocol/node').NodeIncomingMessageLike} */ (request), response),
)
await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (http.address())
const url = `http://127.0.0.1:${port}/mcp`

const vault = await openVault({ env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } })
for (const tokenType of /** @type {const} */ (['Bearer', 'DPoP'])) {
  const issuer = 'https://as.example'
  await vault.write(vaultName(issuer, 'bench', url, tokenType), {
    version: 1,
    issuer,
    clientId: 'bench',
    resource: url,
    scope: ['bench'],
    accessToken: 'a token of the usual length, such as a JWT has: '.padEnd(800, 'x').replaceAll(/[^a-z]/g, '-'),
    tokenType,
    expiresAt: Date.now() + 3_600_000,
    key: await nodeSuite().generateKey('ES256'),
    endpoints: { token: `${issuer}/token` },
    generation: 1,
    obtainedAt: Date.now(),
  })
}

/** @type {Record<string, Contestant>} */
const contestants = {
  'HTTP, direct': direct(url),
  'HTTP, countersign proxy': await overStdio([COUNTERSIGN, 'proxy', url]),
  'HTTP, proxy with a token': await overStdio([COUNTERSIGN, 'proxy', url, '--profile', 'Bearer']),
  'HTTP, proxy with a key': await overStdio([COUNTERSIGN, 'proxy', url, '--profile', 'DPoP']),
  'HTTP, mcp-remote': await overStdio([REMOTE, url, '--allow-http', '--silent']),
  'stdio, direct': await overStdio([STDIO_SERVER]),
  'stdio, countersign wrap': await overStdio(
    [COUNTERSIGN, 'wrap', '--env', 'TOKEN', '--issuer', 'https://nobody.example', '--', process.execPath, STDIO_SERVER],
    { TOKEN: 'given' },
  ),
}
/** Medians of the rounds. @type {Record<string, number[]>} */
const rounds = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, { call }] of Object.entries(contestants)) {
    const times = []
    for (let at = 0; at < CALLS; at++) {
      const before = performance.now()
      await call()
      times.push(performance.now() - before)
    }
    // The first round warms up.
    if (round >= 0) rounds[name]?.push(median(times))
  }
}
const results = Object.entries(contestants).map(([name, { memory }]) => {
  const direct = rounds[name.startsWith('HTTP') ? 'HTTP, direct' : 'stdio, direct'] ?? []
  const own = rounds[name] ?? []
  const over = own.map((p50, round) => p50 - Number(direct[round]))
  const ratios = own.map((p50, round) => p50 / Number(direct[round]))
  const remote = own.filter((p50, round) => name.startsWith('HTTP') && p50 < Number(rounds['HTTP, mcp-remote']?.[round])).length
  const spread = { over: median(over), most: Math.max(...over), least: Math.min(...over) }
  return { name, p50: median(own), ...spread, ratio: median(ratios), belowRemote: remote, megabytes: (memory() ?? Number.NaN) / 1024 }
})
for (const { close } of Object.values(contestants)) close()
http.close()
http.closeAllConnections()

// Nobody listens there any more: no network, as far as the proxy can tell. The second start remembers nothing either.
/** @type {number[]} */
const greetings = []
for (let at = 0; at < 9; at++) {
  const { greeted, close } = await overStdio([COUNTERSIGN, 'proxy', url, '--no-remember'])
  greetings.push(greeted)
  close()
}
/** @type {number[]} */
const bare = []
for (let at = 0; at < 9; at++) {
  const before = performance.now()
  await new Promise((resolve) => spawn(process.execPath, ['-e', '0']).once('close', resolve))
  bare.push(performance.now() - before)
}
const greeting = { withoutNetwork: median(greetings), node: median(bare) }
rmSync(folder, { recursive: true, force: true })
if (values.json === true) console.log(JSON.stringify({ results, greeting }))
else {
  console.log(`medians of ${ROUNDS} rounds of ${CALLS} calls, in ms; "won": rounds in which it was faster than mcp-remote`)
  console.log(`${'what'.padEnd(26)} p50   over a direct call (least to most)  ratio  won    resident MB`)
  for (const { name, p50, over, least, most, ratio, belowRemote, megabytes } of results) {
    const won = name.startsWith('HTTP') ? `${belowRemote}/${ROUNDS}` : ''
    const range = `${over.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`
    console.log(`${name.padEnd(26)} ${p50.toFixed(2)}  ${range.padEnd(34)} ${ratio.toFixed(2)}   ${won.padEnd(6)} ${megabytes.toFixed(0)}`)
  }
  console.log(
    `first answer of a new proxy without a network: ${greeting.withoutNetwork.toFixed(0)} ms; an empty Node.js takes ${greeting.node.toFixed(0)} ms`,
  )
}
process.exit(0)
