// @ts-check
/**
 * A host and a person for the conformance suite: starts `countersign proxy` for the address that the suite gives, opens every link that the
 * proxy prints, and uses the tools it then finds. Told by the environment: MCP_CONFORMANCE_PROTOCOL_VERSION decides the era,
 * MCP_CONFORMANCE_CONTEXT has what a person would have configured, COUNTERSIGN_TEST_PROXY is the program to run in place of the proxy.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const { env, argv } = process
const url = argv.at(-1) ?? ''
const scenario = env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const modern = env['MCP_CONFORMANCE_PROTOCOL_VERSION'] === '2026-07-28'
const context = JSON.parse(env['MCP_CONFORMANCE_CONTEXT'] ?? '{}')
const folder = mkdtempSync(join(tmpdir(), 'countersign-proxy-host-'))
const SIGN_IN = 'countersign_sign_in'

/** The suite shows it when a scenario fails. @param {unknown[]} words */
const tell = (...words) => void process.stderr.write(`${words.join(' ')}\n`)

/** What a person would have put into the configuration of the host. @returns {string[]} */
function flags() {
  const given = ['--callback-port', '0']
  if (scenario === 'auth/basic-cimd') given.push('--client-metadata-url', 'https://conformance-test.local/client-metadata.json')
  if (typeof context.client_id === 'string') given.push('--client-id', context.client_id)
  if (typeof context.client_secret === 'string') {
    const file = join(folder, 'secret')
    writeFileSync(file, context.client_secret, { mode: 0o600 })
    given.push('--client-secret-file', file)
  }
  return given
}

const other = env['COUNTERSIGN_TEST_PROXY']?.split(' ')
const [command, ...args] =
  other === undefined
    ? [process.execPath, join(import.meta.dirname, '../../packages/cli/dist/main.cjs'), 'proxy', url, ...flags()]
    : [...other, url]
const transport = new StdioClientTransport({
  command: String(command),
  args,
  env: {
    PATH: env['PATH'] ?? '',
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    MCP_REMOTE_CONFIG_DIR: join(folder, 'mcp-auth'),
  },
  stderr: 'pipe',
})
let printed = ''
/** @type {Set<string>} */
const opened = new Set()
transport.stderr?.on('data', (/** @type {Buffer} */ chunk) => {
  printed += chunk.toString()
  process.stderr.write(chunk)
  for (const [link] of printed.matchAll(/https?:\/\/\S+response_type=code\S*(?=\s)/g)) {
    if (opened.has(link)) continue
    opened.add(link)
    // The person's browser: follows the redirect to the proxy and shows what it is given.
    void fetch(link).then(
      async (page) => tell('browser:', String(page.status), (await page.text()).slice(0, 200)),
      (error) => tell('browser:', String(error)),
    )
  }
})

const capabilities = { elicitation: { form: { applyDefaults: true }, url: {} }, sampling: {}, roots: {} }
const client = new Client(
  { name: 'conformance-host', version: '1.0.0' },
  { capabilities, ...(modern ? { versionNegotiation: { mode: 'auto' } } : {}) },
)
client.setRequestHandler('elicitation/create', async (/** @type {any} */ request) => {
  const { requestedSchema } = request.params
  const properties = Object.entries(requestedSchema?.properties ?? {})
  const content = Object.fromEntries(
    properties.filter(([, schema]) => schema?.default === undefined).map(([name, schema]) => [name, valueFor(schema)]),
  )
  return { action: 'accept', content }
})
client.setRequestHandler('sampling/createMessage', async () => ({
  role: 'assistant',
  content: { type: 'text', text: 'yes' },
  model: 'none',
}))
client.setRequestHandler('roots/list', async () => ({ roots: [{ uri: 'file:///tmp', name: 'tmp' }] }))

/** @param {any} schema */
function valueFor(schema) {
  if (schema?.enum !== undefined) return schema.enum[0]
  return schema?.type === 'boolean' ? true : schema?.type === 'number' || schema?.type === 'integer' ? 1 : 'text'
}

/** Fitting arguments. @param {any} tool */
function argumentsFor({ inputSchema }) {
  const given = Object.entries(inputSchema?.properties ?? {})
  return Object.fromEntries(given.map(([name, schema]) => [name, schema?.default ?? valueFor(schema)]))
}

try {
  await client.connect(transport)
  let { tools } = await client.listTools()
  if (tools.some(({ name }) => name === SIGN_IN)) {
    const told = await client.callTool({ name: SIGN_IN, arguments: {} }, { timeout: 20_000 })
    tell('sign-in:', JSON.stringify(told).slice(0, 300))
    ;({ tools } = await client.listTools())
  }
  const focal = tools.find(({ name }) => name === 'json_schema_2020_12_tool')
  if (focal !== undefined) context.toolCalls = [{ name: 'json_schema_echo', arguments: { schema: focal.inputSchema } }]
  const calls = Array.isArray(context.toolCalls)
    ? context.toolCalls
    : tools.filter(({ name }) => name !== SIGN_IN).map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }))
  for (const call of calls) {
    const told = await client.callTool(call, { timeout: 20_000 }).catch((error) => error)
    tell(call.name, told instanceof Error ? String(told) : JSON.stringify(told).slice(0, 300))
  }
  const offered = client.getServerCapabilities() ?? {}
  if (offered.prompts !== undefined)
    for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name }).catch(tell)
  if (offered.resources !== undefined)
    for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri }).catch(tell)
  await client.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
