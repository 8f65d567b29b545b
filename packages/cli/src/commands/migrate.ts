/** `countersign migrate`: finds access tokens that were pasted into the files of hosts, and on request has the servers sign in instead. */
import { type Host, HOSTS, migrated, type PastedToken, pastedTokens } from '@countersign/mcp/hosts'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type HostFile, pathOf, readHostFile, replaceHostFile } from '../hosts/host-file.ts'
import { ownCommand } from '../hosts/own-command.ts'
import type { Invocation } from '../invocation.ts'
import type { MigrateFlags } from './host-options.ts'
import { signInFlags, within } from './install.ts'

interface Found extends PastedToken {
  readonly host: Host
  readonly file: HostFile
}

/** Exit code 1 when tokens are left where they are, so that a script notices. @throws CountersignError `usage`, `configuration_invalid` */
export async function migrate(invocation: Invocation, hostName: string | undefined, flags: MigrateFlags): Promise<ExitCode | void> {
  const { environment } = invocation
  const hosts = HOSTS.filter(({ name }) => hostName === undefined || name === hostName)
  if (hosts.length === 0) {
    throw new CountersignError('usage', `no host is called "${hostName}"`, { hint: `We know ${HOSTS.map(({ name }) => name).join(', ')}.` })
  }
  if (hosts.length > 1 && flags.file !== undefined)
    throw new CountersignError('usage', 'whose file is it?', { hint: 'Name the host before --file.' })
  const found: Found[] = []
  const unread: { readonly host: string; readonly why: string }[] = []
  for (const host of hosts) {
    for (const path of pathsOf(host, flags, environment)) {
      try {
        const file = await readHostFile(path)
        found.push(...within(file, () => pastedTokens(host, file.text)).map((token) => ({ ...token, host, file })))
      } catch (error) {
        // One file that cannot be read must not hide what is in the others; asked for by name, it is the answer.
        if (hostName !== undefined || !(error instanceof CountersignError)) throw error
        unread.push({ host: host.name, why: error.message })
      }
    }
  }
  if (flags.write === true) return rewrite(invocation, found, flags)
  tell(invocation, found, unread)
  return found.length > 0 || unread.length > 0 ? EXIT.failure : undefined
}

/** Without a choice, the person's own file and that of the project that this folder is. */
function pathsOf(host: Host, flags: MigrateFlags, environment: Invocation['environment']): readonly string[] {
  if (flags.file !== undefined || flags.project === true) {
    return flags.project === true && host.projectFile === undefined ? [] : [pathOf(host, flags, environment)]
  }
  const own = pathOf(host, {}, environment)
  return host.projectFile === undefined ? [own] : [...new Set([own, pathOf(host, { project: true }, environment)])]
}

function tell({ output }: Invocation, found: readonly Found[], unread: readonly { readonly host: string; readonly why: string }[]): void {
  const listed = found.map(({ host, file, ...token }) => ({ host: host.name, file: file.path, ...token }))
  const lines = listed.flatMap(({ host, file, server, what, where, shown, provider, variable, revokeAt }) => [
    `${file} (${host})`,
    `  "${server}", ${where}: ${what}, ${shown}`,
    `  ${variable === undefined ? 'take it out by hand' : `countersign migrate ${host} --server ${asArgument(server)} --write ${provider === undefined ? '--issuer URL' : `--provider ${provider}`} --client-id ID`}`,
    ...(revokeAt === undefined ? [] : [`  then take it back: ${revokeAt}`]),
  ])
  for (const { why } of unread) output.say(plainLine(why))
  // The file of a project is written by whoever wrote the project.
  output.result({ found: listed, unread }, lines.length === 0 ? 'no pasted tokens were found' : lines.map((line) => plainLine(line)))
}

/** Ready to be pasted into a shell, whatever a server is called. */
const asArgument = (text: string) => (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

async function rewrite({ output, environment }: Invocation, found: readonly Found[], flags: MigrateFlags): Promise<void> {
  const chosen = found.filter(({ server, variable }) => variable !== undefined && (flags.server === undefined || server === flags.server))
  const [one, ...others] = chosen
  if (one === undefined)
    throw new CountersignError('usage', 'no such token was found', { hint: 'Run "countersign migrate" to see what there is.' })
  if (others.length > 0) {
    throw new CountersignError('usage', `${chosen.length} tokens were found; one server is rewritten at a time`, {
      hint: 'Name the host, and the server with --server.',
    })
  }
  const { host, file, server, variable = '', revokeAt } = one
  const provider = flags.provider ?? (flags.issuer === undefined ? one.provider : undefined)
  const sign = signInFlags({ ...flags, ...(provider === undefined ? {} : { provider }) })
  const migration = { server, variable, program: ownCommand(flags.command, environment), flags: sign }
  const backup = await replaceHostFile(
    file,
    within(file, () => migrated(host, file.text, migration)),
    `${Date.now()}`,
  )
  output.result({ host: host.name, file: file.path, server, variable, backup, ...(revokeAt === undefined ? {} : { revokeAt }) }, [
    plainLine(`"${server}" in ${file.path} signs in by itself now.`),
    ...(backup === undefined ? [] : [`The token is still in ${backup}: delete that file when the server works.`]),
    ...(revokeAt === undefined ? [] : [`Take the old token back: ${revokeAt}`]),
  ])
}
