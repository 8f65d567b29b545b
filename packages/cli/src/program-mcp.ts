/** The commands that a host of MCP starts, as flags and help. */
import { type Command, Option } from 'commander'
import type { ProxyCommandOptions } from './commands/proxy-options.ts'
import type { WrapCommandOptions } from './commands/wrap-options.ts'
import type { Perform } from './invocation.ts'
import { append } from './which-flags.ts'

const PROXY_HELP = `
For hosts that start servers as commands and cannot sign in by themselves. In
their configuration:
  {"command": "npx", "args": ["countersign", "proxy", "https://mcp.example.com/mcp"]}

It answers at once, network or not. The first call that needs a sign-in shows
a link and a code, in the host where it can (elicitation), else as the result
of the call, and on stderr in any case. However many hosts start it, there is
one code and one sign-in, shared with "countersign login".

In --header and --header-file, \${NAME} stands for a variable of the
environment. A client secret comes from a file or from the variable
COUNTERSIGN_CLIENT_SECRET, never from an argument, which others could see.

Coming from mcp-remote: docs/from-mcp-remote.md has each of its flags.`

const WRAP_HELP = `
Ends access tokens pasted into the configuration of hosts. In place of the
server's own command:
  {"command": "npx", "args": ["countersign", "wrap",
    "--env", "GITHUB_PERSONAL_ACCESS_TOKEN", "--provider", "github",
    "--client-id", "...", "--", "github-mcp-server", "stdio"]}

The server is started with a token in that variable and is otherwise as it is.
Without a sign-in the host is answered all the same, and the first call shows
a link and a code. A token that is in the variable already is used as it is.
When the token is renewed, the server is started again between calls; calls
under way end where they began.

Signals are handed on; the exit code is the server's own, 127 when there is no
such program, 126 when it cannot be run.`

/** Adds proxy and wrap. */
export function addMcp(program: Command, perform: Perform): void {
  addProxy(program, perform)
  const wrap = program
    .command('wrap <command...>')
    .summary('run a stdio server of MCP with a token that signs in by itself')
    .description('Run a stdio server of MCP, unchanged, with an access token in its environment.')
    .requiredOption('--env <name>', 'the variable that the server reads its token from')
    .addOption(
      new Option('--provider <name>', 'who to sign in with').choices([
        'github',
        'gitlab',
        'google',
        'microsoft',
        'auth0',
        'okta',
        'keycloak',
      ]),
    )
    .option('--issuer <url>', 'any other authorization server')
    .option('--host <host>', 'of a GitHub or GitLab server of your own, an Auth0 or Okta domain, or where Keycloak is')
    .option('--tenant <name>', 'the directory at Microsoft, the realm of Keycloak, the authorization server of Okta')
    .option('--resource <url>', 'what the token is for')
    .option('--auth-tools', 'add tools to sign in, to see who is signed in, and to sign out')
  addFrontFlags(wrap)
    .addHelpText('after', WRAP_HELP)
    .action((command: [string, ...string[]], options: WrapCommandOptions) =>
      perform({}, async (invocation) => (await import('./commands/wrap.ts')).wrap(invocation, command, options)),
    )
}

function addProxy(program: Command, perform: Perform): void {
  const proxy = program
    .command('proxy <url>')
    .summary('be a stdio server of MCP for one behind a URL')
    .description('Speak MCP on stdin and stdout for a server behind a URL, and sign in to it when that is needed.')
    .option('--header <header>', 'sent with every request, "Name: value", repeatable', append)
    .option('--header-file <file>', 'a file of such lines, repeatable', append)
    .option('--issuer <url>', 'which authorization server, where a server trusts several')
    .option('--resource <url>', 'what the tokens are for, where it is not what the server publishes')
    .option('--no-resource', 'name no resource, for authorization servers that refuse it')
    .option('--client-metadata-url <url>', 'the metadata document of the client, for servers that read those')
    .option('--static-oauth-client-info <json>', 'client_id, and what else is known of the client; @file reads it from a file')
    .addOption(
      new Option('--flow <flow>', 'how to sign in; with a code wherever the server has it, unless told').choices([
        'device',
        'code',
        'client-credentials',
      ]),
    )
    .option('--authorize-param <name=value>', 'sent with the authorization request when signing in with a link, repeatable', append)
    .option('--client-of-mcp-remote', 'be the client that mcp-remote registered for this URL')
    .option('--callback-host <host>', 'the host of the redirect when signing in with a link')
    .option('--callback-port <port>', 'its port; any free one unless told')
    .option('--callback-path <path>', 'its path')
    .option('--ignore-tool <pattern>', 'hide a tool from the host; * stands for anything; repeatable', append)
    .option('--headers-timeout <seconds>', 'how long the server may take to begin an answer')
  addFrontFlags(proxy)
    .addHelpText('after', PROXY_HELP)
    .action((url: string, options: ProxyCommandOptions) =>
      perform({}, async (invocation) => (await import('./commands/proxy.ts')).proxy(invocation, url, options)),
    )
}

/** Flags of whatever stands before a server (`FrontOptions`). */
function addFrontFlags(command: Command): Command {
  return command
    .option('--scope <scope>', 'what to ask for, repeatable; what the server says unless told', append)
    .option('--client-id <id>', 'the client to sign in as; countersign-cli at servers of this project unless told')
    .option('--client-secret-file <file>', 'the file that holds its secret, where it has one')
    .option('--profile <name>', 'which of several sign-ins to one place', 'default')
    .option('--verification-host <host>', 'accept a sign-in page on this host, repeatable', append)
    .option('--device-name <name>', 'what the approval page calls this device; the host name unless told')
    .option('--patience <seconds>', 'how long a call waits for a person when nobody watches its progress; 50 unless told')
    .option('--no-remember', 'keep nothing of what the server lists for the next start')
    .option('--debug', 'tell every step on stderr')
    .option('--silent', 'tell nothing on stderr but a code that somebody has to see')
}
