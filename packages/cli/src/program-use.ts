/** The commands that hand a sign-in to other programs, as flags and help. */
import { type Command, Option } from 'commander'
import type { AgentOptions, CurlOptions, ExecOptions, HeaderOptions } from './commands/use-options.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'
import { append, which, whichWithoutResult } from './which-flags.ts'

const HEADER_HELP = `
The headers are for one request: with a token that is bound to a key (DPoP),
the second one proves the key for this method and this URL, and servers take
it once only.

Examples:
  countersign header https://api.example.com/notes
  countersign header https://api.example.com/notes --method POST
  countersign header https://api.example.com/notes --format curl | \\
    curl --config - https://api.example.com/notes
  countersign header https://mcp.example.com/mcp --format object

"curl" is a configuration file for curl, which keeps the token out of its
arguments; "object" is one JSON object of names and values, as MCP clients
take from a command that makes headers.

Exit codes: 0 there they are, 1 failed, 2 called wrongly, 5 not signed in.`

const CURL_HELP = `
URL has to lie at or below what you signed in to. Redirects are shown, not
followed: the token is for nobody else.

Examples:
  countersign curl https://api.example.com/notes
  countersign curl https://api.example.com/notes -d '{"text":"hello"}'
  countersign curl https://api.example.com/notes/1 -X DELETE --fail
  generate | countersign curl https://api.example.com/notes -d @-

With --json the answer is one object: status, headers and body.

Exit codes: 0 answered, 1 failed (with --fail also status 400 and above),
2 called wrongly, 5 not signed in.`

const EXEC_HELP = `
Examples:
  countersign exec https://api.example.com -- ./sync --all
  countersign exec https://gitlab.example.com --env GITLAB_TOKEN -- glab issue list
  countersign exec https://api.example.com --file -- ./server

A variable cannot change while the program runs. For one that runs long,
--file keeps the token in a file of this user alone, replaced as a whole
whenever it is renewed (its path is in ACCESS_TOKEN_FILE), and --fd writes
every token as a line to a descriptor (its number is in ACCESS_TOKEN_FD).

Signals are handed on, and the exit code is the program's own; 127 when there
is no such program, 126 when it cannot be run. 5 not signed in.`

const AGENT_HELP = `
Examples:
  countersign agent -- bash
  countersign agent --socket ~/.countersign/socket

Programs that find COUNTERSIGN_AGENT in their environment ask the agent: token,
header, curl, exec and the credential helpers. They get single tokens and
proofs; refresh tokens and keys stay in the agent, and a vault with a
passphrase is unlocked once.

Without a program to run, the variable is printed and the agent stays until it
is interrupted.`

/** Adds header, curl, exec and agent. */
export function addUse(program: Command, perform: Perform): void {
  which(program.command('header <url>'))
    .summary('print the headers for one request')
    .description('Print the Authorization header for one request, and the proof of the key that the token is bound to.')
    .option('--method <method>', 'the method of the request', 'GET')
    .option('--nonce <nonce>', 'the nonce that the server asked for (DPoP-Nonce)')
    .addOption(new Option('--format <format>', 'how to print them').choices(['lines', 'object', 'curl']).default('lines'))
    .addHelpText('after', HEADER_HELP)
    .action((url: string, options: HeaderOptions) =>
      perform(options, async (invocation) => (await import('./commands/header.ts')).header(invocation, url, options)),
    )
  which(program.command('curl <url>'))
    .summary('send one authorized request')
    .description('Send one authorized request and print the answer. Proofs, nonces and one renewal are taken care of.')
    .option('-X, --request <method>', 'GET, or POST with a body, unless told')
    .option('-H, --header <header>', 'one more header, repeatable', append)
    .option('-d, --data <data>', 'the body; @file reads it from a file, @- from stdin')
    .option('-o, --output <file>', 'write the body to a file')
    .option('-i, --include', 'print status and headers before the body')
    .option('-f, --fail', 'end with 1 when the status is 400 or above')
    .addHelpText('after', CURL_HELP)
    .action((url: string, options: CurlOptions) =>
      perform(options, async (invocation) => (await import('./commands/curl.ts')).curl(invocation, url, options)),
    )
  whichWithoutResult(program.command('exec <url> <command...>'))
    .summary('run a program with a token')
    .description('Run a program with an access token in its environment. Put -- before it.')
    .option('--env <name>', 'the variable', 'ACCESS_TOKEN')
    .addOption(new Option('--file', 'keep the token in a file instead, fresh while the program runs').conflicts('fd'))
    .option('--fd', 'write every token to a descriptor instead')
    .addHelpText('after', EXEC_HELP)
    .action((url: string, command: [string, ...string[]], options: ExecOptions) =>
      perform({}, async (invocation) => (await import('./commands/exec.ts')).exec(invocation, url, command, options)),
    )
  program
    .command('agent [command...]')
    .summary('keep the vault open for other programs')
    .description('Keep the vault open in one program, for others to ask on a socket that only you can reach.')
    .option('--socket <path>', 'where, in a private directory; a new place unless told')
    .option(...JSON_FLAG)
    .addHelpText('after', AGENT_HELP)
    .action((command: string[], options: AgentOptions) =>
      perform(options, async (invocation) => (await import('./commands/agent.ts')).agent(invocation, command, options)),
    )
}
