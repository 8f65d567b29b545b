/** What a server says to the person who started it: much at the first start, next to nothing later, and always what to do next. */
import { dirname } from 'node:path'
import type { Configuration } from './configuration/configuration.ts'
import { shownStore } from './configuration/store-address.ts'
import type { RunningServer } from './serve.ts'

/** The lines for the terminal. */
export function greeting(configuration: Configuration, server: RunningServer): readonly string[] {
  const { dataDirectory: directory, file, identityProviders, resources } = configuration
  const lines = server.isFirstStart ? firstStart(configuration, server) : laterStart(configuration, server)
  // Who signs in elsewhere gets an account by it.
  if (server.accounts === 0 && identityProviders.length === 0)
    lines.push(`nobody can sign in yet: countersign admin user add NAME --data ${quoted(directory)}`)
  if (resources.length === 0) lines.push(...addResource(file))
  return [...lines, ...warnings(configuration, server)]
}

function firstStart(configuration: Configuration, server: RunningServer): string[] {
  const { dataDirectory: directory } = configuration
  const { issuer, masterKeyFile, masterKeyMade, masterKeyShown, metadataUrl } = server
  const lines = [
    'first start',
    `  issuer      ${issuer}`,
    `  metadata    ${metadataUrl}`,
    `  kept in     ${placeOf(configuration)}`,
    `  master key  ${masterKeyFile ?? masterKeyShown}`,
  ]
  if (!masterKeyMade || masterKeyFile === undefined) return lines
  const inside = dirname(masterKeyFile) === directory ? ', elsewhere than the rest of the directory' : ''
  return [
    ...lines,
    `the master key was made just now: back it up${inside}; whoever has both can issue tokens, and without it nothing here can be opened`,
  ]
}

function laterStart(configuration: Configuration, { accounts, issuer }: RunningServer): string[] {
  const { resources } = configuration
  return [`issuer ${issuer}, kept in ${placeOf(configuration)}: ${counted(accounts, 'account')}, ${counted(resources.length, 'resource')}`]
}

/** Where what must not be lost is. */
function placeOf({ dataDirectory, store }: Configuration): string {
  return store === undefined ? dataDirectory : shownStore(store)
}

function addResource(file: string): string[] {
  const example = {
    resources: [
      { resource: 'https://mcp.example.com/mcp', name: 'Example tools', scopes: { 'tools:read': 'Use the tools that only read' } },
    ],
  }
  return [`no resource to sign in to yet: describe it in ${file}, like this, and start again`, `  ${JSON.stringify(example)}`]
}

function warnings({ dataDirectory: directory, trustProxy }: Configuration, { exposed, issuer }: RunningServer): string[] {
  const found: string[] = []
  if (exposed) found.push(`warning: others on this machine can look into ${directory}: chmod 700 ${quoted(directory)}`)
  if (issuer.startsWith('https:') && trustProxy.length === 0) {
    found.push(
      'warning: no trusted proxy is named (--trust-proxy): everybody seems to come from the address of the proxy,',
      '  so limits are shared, and asking that device and browser are in the same network asks for nothing',
    )
  }
  return found
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** As a POSIX shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
