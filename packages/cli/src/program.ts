/**
 * Every command with its flags and its help. Nothing but the parser is loaded here: what a command does is imported when it is asked for,
 * so that `countersign --version` and every usage error cost next to nothing.
 */
import { Command } from 'commander'
import type { Perform } from './invocation.ts'
import { version } from './version.ts'

export interface ProgramSurroundings extends Readonly<Record<'stdout' | 'stderr', Pick<NodeJS.WriteStream, 'write' | 'columns'>>> {
  readonly environment: Readonly<Record<string, string | undefined>>
}

type Add = (program: Command, perform: Perform) => void

/** The parts of the tree: which commands each has, and what adds them, loaded when one of them is asked for. */
const PARTS: readonly { readonly names: readonly string[]; readonly load: () => Promise<Add> }[] = [
  { names: ['login'], load: async () => (await import('./program-sign-in.ts')).addLogin },
  { names: ['token'], load: async () => (await import('./program-sign-in.ts')).addToken },
  { names: ['whoami', 'status', 'logout'], load: async () => (await import('./program-sign-in.ts')).addSignedIn },
  { names: ['header', 'curl', 'exec', 'agent'], load: async () => (await import('./program-use.ts')).addUse },
  {
    names: ['git-credential', 'kubectl-credential', 'docker-credential'],
    load: async () => (await import('./program-credentials.ts')).addCredentials,
  },
  { names: ['proxy', 'wrap'], load: async () => (await import('./program-mcp.ts')).addMcp },
  { names: ['doctor', 'completion', 'complete'], load: async () => (await import('./program-tend.ts')).addTend },
  { names: ['install', 'migrate'], load: async () => (await import('./program-hosts.ts')).addHosts },
  { names: ['serve'], load: async () => (await import('./program-serve.ts')).addServe },
  { names: ['admin'], load: async () => (await import('./program-admin.ts')).addAdmin },
  { names: ['audit'], load: async () => (await import('./program-audit.ts')).addAudit },
  { names: ['probe'], load: async () => (await import('./program-probe.ts')).addProbe },
]

/**
 * The command line as a tree of commands; `perform` runs what was asked for. Errors of usage are thrown as commander's CommanderError.
 * @param first of the arguments: where it names a command, the other parts of the tree are left out, because they would not be looked at.
 *   (`complete` looks at all of them.)
 */
export async function createProgram(
  perform: Perform,
  { stdout, stderr, environment }: ProgramSurroundings,
  first?: string,
): Promise<Command> {
  const program = new Command('countersign')
    .description('Sign in to MCP servers and APIs from anything without a browser, with a short code.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
      outputError: () => undefined,
    })
    .exitOverride()
    .hook('preAction', (_program, command) => {
      const profile = environment['COUNTERSIGN_PROFILE'] ?? ''
      if (profile !== '' && command.getOptionValueSource('profile') === 'default') command.setOptionValue('profile', profile)
    })
  const part = first === undefined || first === 'complete' ? undefined : PARTS.find(({ names }) => names.includes(first))
  for (const { load } of part === undefined ? PARTS : [part]) (await load())(program, perform)
  return program
}
