/** `countersign serve`, as flags and help. */
import type { Command } from 'commander'
import type { ServeOptions } from './commands/serve.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'

const SERVE_EXAMPLES = `
Examples:
  countersign serve                                       on http://127.0.0.1:8628, for trying out
  countersign serve --data ./auth --listen 127.0.0.1:0    a directory of its own, any free port
  countersign serve --issuer https://auth.example.com --trust-proxy loopback --risk-profile standard
                                                          behind a proxy with TLS on the same machine

Flags win over environment variables (COUNTERSIGN_ISSUER, COUNTERSIGN_LISTEN, COUNTERSIGN_DATA, COUNTERSIGN_CONFIG,
COUNTERSIGN_STORE, COUNTERSIGN_MASTER_KEY_FILE, COUNTERSIGN_MASTER_KEY_COMMAND, COUNTERSIGN_TRUST_PROXY,
COUNTERSIGN_PLACE_DATABASE, COUNTERSIGN_RISK_PROFILE, COUNTERSIGN_METRICS, COUNTERSIGN_DRAIN, COUNTERSIGN_LOG), which win over the
configuration file. An address with a password in it belongs in the environment or the file, since others on this machine can see flags.
When it is ready, "listening on URL" is printed on stdout; the log goes to stderr. SIGTERM and SIGINT stop it gracefully;
SIGHUP reads the configuration again. /healthz and /readyz tell whether it lives and whether it can do its work.`

/** Adds serve. */
export function addServe(program: Command, perform: Perform): void {
  program
    .command('serve')
    .summary('run the authorization server')
    .description('Run the authorization server, with its store in a directory of this machine.')
    .option('--issuer <url>', 'the https address that clients know the server by')
    .option('--listen <host:port>', 'where to listen, 127.0.0.1:8628 unless told; port 0 takes a free one')
    .option('--data <directory>', 'where accounts, clients and grants are kept')
    .option('--store <url>', 'a store that several servers share, postgres://... or redis://...; in the directory unless told')
    .option('--store-password-file <file>', 'the file that holds the password of that store')
    .option('--config <file>', 'the configuration file, countersign.json in the directory unless told')
    .option('--master-key-file <file>', 'the file that holds the master key, made in the directory unless told')
    .option('--master-key-command <command>', 'a program that writes the master key to stdout; no shell runs it')
    .option('--trust-proxy <list>', 'proxies whose X-Forwarded-For is believed: addresses, networks, "loopback"')
    .option('--risk-profile <profile>', 'standard or reduced: docs/threat-model.md was read; needed by servers that others reach')
    .option('--place-database <file>', 'a MaxMind DB file that tells which address is in which country')
    .option('--metrics <host:port>', 'where Prometheus can read numbers, at /metrics; nowhere unless told')
    .option('--drain <seconds>', 'how long to say "not ready" on /readyz before stopping, 0 unless told')
    .option('--log <format>', 'text, json or off')
    .option(...JSON_FLAG)
    .addHelpText('after', SERVE_EXAMPLES)
    .action((options: ServeOptions) =>
      perform(options, async (invocation) => (await import('./commands/serve.ts')).serve(invocation, options)),
    )
}
