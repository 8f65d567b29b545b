/** The commands that change what hosts of MCP are told, as flags and help. */
import type { Command } from 'commander'
import type { InstallFlags, MigrateFlags } from './commands/host-options.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'
import { append } from './which-flags.ts'

const INSTALL_HELP = `
Hosts: claude-code, claude-desktop, cursor, vscode, codex, gemini, zed, cline;
without one, they are listed with their files.

  countersign install cursor https://mcp.example.com/mcp
  countersign install claude-code --env GITHUB_PERSONAL_ACCESS_TOKEN \\
    --provider github --client-id ID -- github-mcp-server stdio

Comments and order of the file stay; what it was before is kept beside it.`

const MIGRATE_HELP = `
Looks into the files of all hosts, of this person and of this folder, and
changes nothing without --write. Exits with 1 when tokens were found.

  countersign migrate
  countersign migrate cursor --server github --write --client-id ID

Tokens are shown by their first four characters.`

/** Adds install and migrate. */
export function addHosts(program: Command, perform: Perform): void {
  program
    .command('install [host] [server...]')
    .summary('put a server into the configuration of an MCP host')
    .description('Write the configuration of a host so that it reaches a server, with a sign-in in place of a pasted token.')
    .option('--name <name>', 'what the host calls the server')
    .option('--project', 'into the file of the project in this folder')
    .option('--file <file>', 'into this file')
    .option('--print', 'print what would be put in, and touch no file')
    .option('--dry-run', 'print the whole file as it would be')
    .option('--force', 'replace a server of this name')
    .option('--env <name>', 'the variable that the server reads its token from, for a command')
    .option('--provider <name>', 'who to sign in with, for a command')
    .option('--issuer <url>', 'the authorization server, where it is not found by itself')
    .option('--client-id <id>', 'the client to sign in as')
    .option('--flag <flag>', 'one more flag of proxy or wrap, like --flag=--debug, repeatable', append)
    .option('--command <path>', 'how the host starts countersign')
    .option(...JSON_FLAG)
    .addHelpText('after', INSTALL_HELP)
    .action((host: string | undefined, server: readonly string[], options: InstallFlags) =>
      perform(options, async (invocation) => (await import('./commands/install.ts')).install(invocation, host, server, options)),
    )
  program
    .command('migrate [host]')
    .summary('find access tokens pasted into MCP hosts, and replace them by a sign-in')
    .description('Find access tokens that were pasted into the configuration of hosts, and have the servers sign in instead.')
    .option('--project', 'only the file of the project in this folder')
    .option('--file <file>', 'only this file of that host')
    .option('--write', 'rewrite the server')
    .option('--server <name>', 'which server')
    .option('--provider <name>', 'who to sign in with')
    .option('--issuer <url>', 'any other authorization server')
    .option('--client-id <id>', 'the client to sign in as')
    .option('--command <path>', 'how the host starts countersign')
    .option(...JSON_FLAG)
    .addHelpText('after', MIGRATE_HELP)
    .action((host: string | undefined, options: MigrateFlags) =>
      perform(options, async (invocation) => (await import('./commands/migrate.ts')).migrate(invocation, host, options)),
    )
}
