/** `countersign probe`: a live server, or somebody's client, judged by what it does on the wire; as flags and help. */
import type { Command } from 'commander'
import type { ProbeFlags } from './commands/probe-options.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'

const PROBE_HELP = `
ADDRESS is an authorization server, or an MCP server that names one. What is not
on this machine is probed with --i-own-this only: 150 requests at most, two a
second, and the clients and the person are real ones there.

FILE of --setup is JSON; what it leaves out is not checked, and counts as not run:
  {"clients":{"a":{"id":"...","name":"...","scope":"read write"},
              "b":{"id":"..."},"n":{"id":"..."},"k":{"id":"...","secret":"..."}},
   "person":{"name":"...","password":"..."},"foreignScope":"admin"}
a and b are public clients with the device grant, n is one without it, k has a
secret. The person signs in and approves, by plain forms without scripts.

Examples:
  countersign probe http://127.0.0.1:8628 --setup probe.json --race --guess
  countersign probe https://mcp.example.com/mcp --i-own-this --client-id my-cli
  countersign probe https://auth.example.com --i-own-this --setup probe.json \\
    --fail-under A --json
  countersign probe --client -- my-cli login {issuer}

With --client a hostile server is started on this machine, and the command is run
against it, several times. {issuer}, {mcp}, {client_id}, {device_endpoint} and
{token_endpoint} in it are replaced.

An interrupted probe tells what it has seen, without a grade.

Exit codes: 0 told, 1 failed, below --fail-under, or a client that breaks a rule,
2 called wrongly, 130 interrupted.`

/** Adds the command. */
export function addProbe(program: Command, perform: Perform): void {
  program
    .command('probe [address...]')
    .summary('judge a live server, or a client, by what it does')
    .description('Judge a live authorization server, or somebody’s client, by what it does on the wire.')
    .usage('[options] <address>\n       countersign probe [options] --client -- <command...>')
    .option('--client', 'the rest is a command that signs in: judge that client')
    .option('--setup <file>', 'the clients and the person to probe with, as JSON')
    .option('--client-id <id>', 'a public client with the device grant')
    .option('--second-client <id>', 'another one')
    .option('--other-client <id>', 'a public client without the device grant')
    .option('--scope <scope>', 'what the first client may ask for')
    .option('--user <name>', 'who approves; their password is asked for, or read from --password-file')
    .option('--password-file <file>', 'the password of who approves')
    .option('--approve-command <command>', 'a program that approves: docs/probe.md; no shell runs it')
    .option('--i-own-this', 'the server is yours, and you want this done to it')
    .option('--own-host <names>', 'so are these machines, which the server uses; with commas between')
    .option('--race', 'also send many requests at the same moment')
    .option('--guess', 'also guess user codes; the account may be locked for a while')
    .option('--max-wait <length>', 'the longest single wait, 10m unless told')
    .option('--max-requests <count>', 'the most requests that are sent')
    .option('--transcript <file>', 'write down every request and answer, without secrets')
    .option('--html <file>', 'write a report card')
    .option('--markdown <file>', 'write a summary')
    .option('--badge <file>', 'write the grade as an SVG picture')
    .option('--fail-under <grade>', 'exit with 1 below this grade: A, B, C, D')
    .option('--bcp247', 'also look for each mitigation of RFC 10027 (BCP 247)')
    .option(...JSON_FLAG)
    .addHelpText('after', PROBE_HELP)
    .action((given: readonly string[], options: ProbeFlags) =>
      perform(options, async (invocation) => (await import('./commands/probe.ts')).probe(invocation, given, options)),
    )
}
