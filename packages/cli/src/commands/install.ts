/** `countersign install`: puts a server into the configuration of a host, as `countersign proxy` or `countersign wrap`. */
import { type Host, HOSTS, type ServerEntry, serversIn, snippetFor, withServer } from '@countersign/mcp/hosts'
import { CountersignError } from '@countersign/protocol'
import { ownCommand } from '../hosts/own-command.ts'
import { type HostFile, pathOf, readHostFile, replaceHostFile } from '../hosts/host-file.ts'
import type { Invocation } from '../invocation.ts'
import type { InstallFlags } from './host-options.ts'

/** @throws CountersignError `usage`, `configuration_invalid`; nothing was changed then */
export async function install(
  invocation: Invocation,
  hostName: string | undefined,
  given: readonly string[],
  flags: InstallFlags,
): Promise<void> {
  const { output, environment } = invocation
  if (hostName === undefined) return listHosts(invocation, HOSTS)
  const host = HOSTS.find(({ name }) => name === hostName)
  if (host === undefined) {
    throw usage(`no host is called "${hostName}"`, `We know ${HOSTS.map(({ name }) => name).join(', ')}.`)
  }
  const entry = entryOf(given, flags, environment)
  const name = flags.name ?? nameFor(given)
  if (flags.print === true) {
    const snippet = snippetFor(host, name, entry)
    return output.result({ host: host.name, name, entry, snippet }, snippet.trimEnd())
  }
  const file = await readHostFile(pathOf(host, flags, environment))
  const isThere = within(file, () => serversIn(host, file.text).has(name))
  if (isThere && flags.force !== true) {
    throw usage(`${file.path} has a server called "${name}" already`, 'Choose another with --name, or replace it with --force.')
  }
  const changed = within(file, () => withServer(host, file.text, name, entry))
  const about = { host: host.name, name, file: file.path, entry }
  if (flags.dryRun === true) {
    return output.result({ ...about, written: false, content: changed }, [`would write ${file.path}:`, changed.trimEnd()])
  }
  const backup = await replaceHostFile(file, changed, `${Date.now()}`)
  output.result({ ...about, written: true, ...(backup === undefined ? {} : { backup }) }, [
    `${isThere ? 'replaced' : 'added'} "${name}" in ${file.path}`,
    ...(backup === undefined ? [] : [`what was there before: ${backup}`]),
    `Start ${host.title} again; the first call that needs it shows a link and a code.`,
  ])
}

/** A fault in the file is told with its name. */
export function within<T>({ path }: Pick<HostFile, 'path'>, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    const { hint } = error
    throw new CountersignError(error.code, `${path}: ${error.message}`, { cause: error, ...(hint === undefined ? {} : { hint }) })
  }
}

function listHosts({ output, environment }: Invocation, hosts: readonly Host[]): void {
  const listed = hosts.map((host) => ({ host: host.name, title: host.title, file: pathOf(host, {}, environment) }))
  output.result(
    { hosts: listed },
    listed.map(({ host, file }) => `${host.padEnd(16)} ${file}`),
  )
}

/** A URL becomes `proxy`; a command becomes `wrap`, which needs to know where its token comes from. */
function entryOf(given: readonly string[], flags: InstallFlags, environment: Invocation['environment']): ServerEntry {
  const [first] = given
  if (first === undefined) throw usage('which server?', 'Give its URL, or behind "--" the command that starts it.')
  const [command, ...ours] = ownCommand(flags.command, environment)
  if (given.length === 1 && /^https?:/i.test(first)) {
    if (!URL.canParse(first)) throw usage(`not a URL: ${first}`, 'Give the whole address, with https://.')
    const client = flags.clientId === undefined ? [] : ['--client-id', flags.clientId]
    const issuer = flags.issuer === undefined ? [] : ['--issuer', flags.issuer]
    return { command, args: [...ours, 'proxy', ...issuer, ...client, ...(flags.flag ?? []), first], env: {} }
  }
  if (flags.env === undefined) throw usage('--env is missing', 'Name the variable that the server reads its token from.')
  return { command, args: [...ours, 'wrap', '--env', flags.env, ...signInFlags(flags), ...(flags.flag ?? []), '--', ...given], env: {} }
}

/** Who to sign in with, as flags of `wrap`. @throws CountersignError `usage` */
export function signInFlags({ provider, issuer, clientId }: Pick<InstallFlags, 'provider' | 'issuer' | 'clientId'>): readonly string[] {
  if ((provider === undefined) === (issuer === undefined))
    throw usage('which authorization server?', 'Give either --provider or --issuer URL.')
  if (provider !== undefined && clientId === undefined) {
    throw usage('--client-id is missing', `Register a client at ${provider} that may use the device grant, and give its id.`)
  }
  const who = provider === undefined ? ['--issuer', issuer as string] : ['--provider', provider]
  return [...who, ...(clientId === undefined ? [] : ['--client-id', clientId])]
}

function nameFor(given: readonly string[]): string {
  const [first = ''] = given
  const host = URL.canParse(first) ? new URL(first).hostname.replace(/^(?:www|mcp|api)\./, '').split('.')[0] : undefined
  const name = host ?? given.findLast((part) => !part.startsWith('-') && /[a-z]/i.test(part) && part !== 'stdio') ?? first
  return name.replace(/^.*[\\/]/, '').replace(/[^\w-]+/g, '-') || 'server'
}

function usage(message: string, hint: string): CountersignError {
  return new CountersignError('usage', message, { hint })
}
