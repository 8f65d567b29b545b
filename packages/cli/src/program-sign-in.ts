/** The commands of a person who signs in and of the programs that use the sign-in, as flags and help. */
import { type Command, Option } from 'commander'
import type { LoginOptions, LogoutOptions, StatusOptions, WhichOptions } from './commands/sign-in-options.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'
import { append, which } from './which-flags.ts'

const URL_HELP = `
URL is an MCP server or another API that publishes who may issue its tokens
(RFC 9728), or an authorization server itself.`

const FLOWS = ['device', 'browser', 'paste', 'client-credentials', 'workload'] as const

const LOGIN_HELP = `${URL_HELP}

Examples:
  countersign login https://mcp.example.com/mcp
  countersign login https://mcp.example.com/mcp --scope "notes:read notes:write"
  countersign login https://auth.example.com --profile work

For programs: with --json each line on stdout is one object. The first one has
the code to show to a person; it is missing when there is a sign-in already:
  {"event":"code","verification_uri":"https://auth.example.com/device",
   "verification_uri_complete":"https://auth.example.com/device?user_code=...",
   "user_code":"WDJ-BMJ-HTL","expires_in":300}
The last one tells how it ended:
  {"event":"signed_in","already":false,"issuer":"...","scope":"...",...}
  {"error":{"code":"access_denied","message":"...","hint":"..."}}

For agents, in two steps: --no-wait prints one object and ends with exit code 8;
show the code, and when the person says that it is approved, --resume waits for
the end. The code survives the end of any program: the same command again shows
the same code, and however many programs ask at once, there is one.
  {"event":"pending","verification_uri":"...","user_code":"WDJ-BMJ-HTL",
   "expires_in":300,"expires_at":"...","resume":"9vTqYxk0m2bA",
   "next":"countersign login --resume 9vTqYxk0m2bA"}

--flow says how: "device" shows a code; "browser" opens a browser here (what is
done on a desktop where the server offers it); "paste" has you carry the address
back where there is neither; for machines without a person "client-credentials"
(a key, or a secret in COUNTERSIGN_CLIENT_SECRET or the file that
COUNTERSIGN_CLIENT_SECRET_FILE names) and "workload" (the platform's own token).

--spell, or ACCESSIBLE=1 once for all, spells the code out and keeps the screen
still. NO_COLOR leaves out colours and the QR code, which needs them.

Exit codes: 0 signed in, 1 failed, 2 called wrongly, 3 declined in the browser,
4 the code expired, 5 nothing to resume, 8 waits for approval,
130 interrupted.`

const TOKEN_HELP = `${URL_HELP}
Nothing but the token goes to stdout. It is renewed when it is about to expire.

Examples:
  curl -H "Authorization: Bearer $(countersign token https://api.example.com)" \\
    https://api.example.com/notes
  countersign token https://mcp.example.com/mcp --json | jq -r .expires_at

--json tells the type as well. A token of type DPoP is bound to a key in the
vault: without a proof of that key with every request, servers refuse it.

Exit codes: 0 there it is, 1 failed, 2 called wrongly, 5 not signed in.`

const WHOAMI_HELP = `${URL_HELP}

Exit codes: 0 told, 1 failed, 2 called wrongly, 5 not signed in.`

const STATUS_HELP = `
Into a pipe each sign-in is one line, its parts separated by tabs: where,
issuer, client, profile, scopes, when the token expires, "refreshable".`

const LOGOUT_HELP = `
The tokens are revoked at the server and forgotten here. If the server cannot
be told, they are forgotten all the same, with a warning.

Examples:
  countersign logout https://mcp.example.com/mcp
  countersign logout --all

Exit codes: 0 forgotten, 1 failed, 2 called wrongly, 5 not signed in.`

/** Adds token. */
export function addToken(program: Command, perform: Perform): void {
  which(program.command('token <url>'))
    .summary('print an access token, renewed if need be')
    .description('Print an access token on stdout, renewed if need be.')
    .addHelpText('after', TOKEN_HELP)
    .action((url: string, options: WhichOptions) =>
      perform(options, async (invocation) => (await import('./commands/token.ts')).token(invocation, url, options)),
    )
}

/** Adds whoami, status and logout. */
export function addSignedIn(program: Command, perform: Perform): void {
  which(program.command('whoami <url>'))
    .summary('say who is signed in')
    .description('Ask the authorization server who is signed in.')
    .addHelpText('after', WHOAMI_HELP)
    .action((url: string, options: WhichOptions) =>
      perform(options, async (invocation) => (await import('./commands/whoami.ts')).whoami(invocation, url, options)),
    )
  program
    .command('status')
    .summary('list what is signed in on this machine')
    .description('List what is signed in on this machine, where it is kept and what protects it. Asks nobody.')
    .option('--profile <name>', 'only this profile')
    .option(...JSON_FLAG)
    .addHelpText('after', STATUS_HELP)
    .action((options: StatusOptions) =>
      perform(options, async (invocation) => (await import('./commands/status.ts')).status(invocation, options)),
    )
  which(program.command('logout [url]'))
    .summary('revoke and forget a sign-in')
    .description('Revoke the tokens at the server and forget them here.')
    .option('--all', 'every sign-in of this machine, whatever its profile')
    .addHelpText('after', LOGOUT_HELP)
    .action((url: string | undefined, options: LogoutOptions) =>
      perform(options, async (invocation) => (await import('./commands/logout.ts')).logout(invocation, url, options)),
    )
}

/** Adds login. */
export function addLogin(program: Command, perform: Perform): void {
  program
    .command('login [url]')
    .summary('sign in, in any browser')
    .description('Sign in with a short code that you approve in any browser, or with a browser on this machine.')
    .option('--scope <scope>', 'what to ask for, repeatable; what the server suggests unless told', append)
    .option('--client-id <id>', 'the client to sign in as; found out, or registered, unless told')
    .addOption(new Option('--flow <way>', 'how to sign in; what works here unless told').choices(FLOWS))
    .option('--client-key <file>', 'the private key of a client that proves itself (JWK or PEM)')
    .option('--workload <source>', 'tokens of the platform: github, env:NAME, file:PATH, command:PROGRAM')
    .option('--issuer <url>', 'which authorization server, where a resource trusts several')
    .option('--resource <url>', 'what the tokens are for, where it cannot be found out')
    .option('--profile <name>', 'keeps several sign-ins to one place apart', 'default')
    .option('--device-name <name>', 'what the approval page calls this device; the host name unless told')
    .option('--verification-host <host>', 'accept a sign-in page on this host, though it is not the host of the server')
    .option('--force', 'sign in again, though a sign-in is there')
    .option('--no-wait', 'show the code and end at once (exit code 8); --resume goes on')
    .option('--resume [id]', 'go on with a code that waits for approval; the only one unless told which')
    .option('--no-qr', 'leave out the QR code')
    .option('--spell', 'spell the code out, for voices and screen readers, and keep the screen still; on with ACCESSIBLE=1')
    .option('--insecure-storage', 'make a new vault whose key lies beside it: as good as plain text')
    .option('--show-code', 'show the code even in the log of a CI job')
    .option('--debug', 'tell every step of the waiting')
    .option('--json', 'print the code and the result as one JSON object per line on stdout')
    .addHelpText('after', LOGIN_HELP)
    .action((url: string | undefined, options: LoginOptions) =>
      perform(options, async (invocation) => (await import('./commands/login.ts')).login(invocation, url, options)),
    )
}
