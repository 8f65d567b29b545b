/** `countersign admin`: what the operator of a server does by hand, as flags and help. */
import { type Command, Option } from 'commander'
import type {
  AdminOptions,
  ClientOptions,
  MailOptions,
  NewUserOptions,
  PasskeysOptions,
  PasswordOptions,
  RegistrationTokenOptions,
} from './commands/admin-options.ts'
import type { Invocation, Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'

const ADMIN_EXAMPLES = `
Examples:
  countersign admin user add alice                         asks for the password, twice
  countersign admin user add bob --generate                makes a password and prints it once
  pass show carol | countersign admin user add carol --password-stdin
  countersign admin client add --name "Build robot" --confidential
  countersign admin user list --json

The server may be running meanwhile. Its directory is found as "countersign serve" finds it: --data, COUNTERSIGN_DATA, or the usual place.`

const USER_EXAMPLES = `
Examples:
  countersign admin user add alice                asks for the password, twice
  countersign admin user add bob --generate       makes a password and prints it once
  countersign admin user mail bob bob@example.com notices of what is approved in his name go there
  countersign admin user disable alice            alice cannot sign in, and her grants stop working at once
  countersign admin user list --json | jq -r '.users[].name'`

const CLIENT_EXAMPLES = `
Examples:
  countersign admin client add --id acme-tv --name "Acme TV"
  countersign admin client add --name "Build robot" --confidential --scope "repo:read repo:write"
  countersign admin client add --name "MCP host" --redirect-uri http://127.0.0.1/callback
  countersign admin client add --name "Notes server" --confidential --resource https://notes.example.com/mcp
  countersign admin client remove acme-tv         it can neither start, redeem nor refresh from then on`

const DEVICE_KEY_EXAMPLES = `
Examples:
  countersign admin device-key enroll alice 0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I
  countersign admin device-key list alice
  countersign admin device-key forget alice 0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I

The account is named by its name or its subject, the key by its thumbprint (RFC 7638). Where a device is refused because its key is not
enrolled, the log tells it: device.refused ... keyThumbprint=...; once it is enrolled, Approve on the page that is still open works.`

const REGISTRATION_TOKEN_EXAMPLES = `
Examples:
  countersign admin registration-token add --uses 20 --expires 30d
  countersign admin registration-token list
  countersign admin registration-token revoke ID`

/** Adds the command and everything below it. */
export function addAdmin(program: Command, perform: Perform): void {
  const admin = program
    .command('admin')
    .summary('manage the accounts, clients and keys of a server')
    .description('Manage the accounts, clients and keys of a server.')
    .addHelpText('after', ADMIN_EXAMPLES)
  addUser(admin, perform)
  addClient(admin, perform)
  addRegistrationToken(admin, perform)
  addDeviceKey(admin, perform)
  addKey(admin, perform)
}

function addUser(admin: Command, perform: Perform): void {
  const user = admin.command('user').description('People who sign in with a password or a passkey.').addHelpText('after', USER_EXAMPLES)
  const load = () => import('./commands/admin-user.ts')
  withPassword(verb(user, 'add <name>', 'add an account'))
    .option('--mail <address>', 'where notices of what is approved in the name of this account are mailed to')
    .action((name: string, options: NewUserOptions) =>
      perform(options, async (invocation) => (await load()).addUser(invocation, name, options)),
    )
  withPassword(verb(user, 'passwd <name>', 'give an account another password')).action((name: string, options: PasswordOptions) =>
    perform(options, async (invocation) => (await load()).changePassword(invocation, name, options)),
  )
  verb(user, 'mail <name> [address]', 'say where notices for an account are mailed to')
    .option('--remove', 'nowhere any more')
    .action((name: string, address: string | undefined, options: MailOptions) =>
      perform(options, async (invocation) => (await load()).changeMail(invocation, name, address, options)),
    )
  verb(user, 'passkeys <name>', 'list the passkeys of a person, or remove them')
    .addOption(new Option('--remove <id>', 'remove this one').conflicts('removeAll'))
    .option('--remove-all', 'remove all of them')
    .action((name: string, options: PasskeysOptions) =>
      perform(options, async (invocation) => (await load()).passkeys(invocation, name, options)),
    )
  verb(user, 'list', 'list the accounts').action((options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).listUsers(invocation, options)),
  )
  verb(user, 'disable <name>', 'keep a person out; what was granted stops working at once').action((name: string, options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).setDisabled(invocation, name, true, options)),
  )
  verb(user, 'enable <name>', 'let a person in again').action((name: string, options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).setDisabled(invocation, name, false, options)),
  )
}

function addDeviceKey(admin: Command, perform: Perform): void {
  const key = admin
    .command('device-key')
    .description('Keys of devices that a person may approve without a countersign; under the policy "enrolled", the only ones.')
    .addHelpText('after', DEVICE_KEY_EXAMPLES)
  const load = () => import('./commands/admin-device-key.ts')
  verb(key, 'enroll <account> <thumbprint>', 'make the key of a device known to a person').action(
    (account: string, thumbprint: string, options: AdminOptions) =>
      perform(options, async (invocation) => (await load()).enrollKey(invocation, account, thumbprint, options)),
  )
  verb(key, 'list <account>', 'list the keys a person knows, oldest first').action((account: string, options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).listKeys(invocation, account, options)),
  )
  verb(key, 'forget <account> <thumbprint>', 'take a key back').action((account: string, thumbprint: string, options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).forgetKey(invocation, account, thumbprint, options)),
  )
}

function addRegistrationToken(admin: Command, perform: Perform): void {
  const token = admin
    .command('registration-token')
    .description('Tokens with which somebody may register clients over the network (initial access tokens, RFC 7591).')
    .addHelpText('after', REGISTRATION_TOKEN_EXAMPLES)
  const load = () => import('./commands/admin-registration-token.ts')
  verb(token, 'add', 'make a token; it is printed once')
    .option('--uses <count>', 'how many clients may be registered with it; one unless told')
    .option('--expires <length>', 'how long it is good for: 30m, 12h, 7d; a week unless told')
    .action((options: RegistrationTokenOptions) => perform(options, async (invocation) => (await load()).addToken(invocation, options)))
  verb(token, 'list', 'list the living tokens, oldest first').action((options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).listTokens(invocation, options)),
  )
  verb(token, 'revoke <id>', 'take a token back; what was registered with it stays').action((id: string, options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).revokeToken(invocation, id, options)),
  )
}

function addKey(admin: Command, perform: Perform): void {
  const key = admin.command('key').description('Keys that sign access tokens. They are rotated every 90 days without being asked.')
  const load = () => import('./commands/admin-key.ts')
  verb(key, 'list', 'list the living keys, oldest first').action((options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).listKeys(invocation, options)),
  )
  verb(key, 'rotate', 'make a new key now; the old one stays published until its tokens have expired').action((options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).rotateKey(invocation, options)),
  )
}

function addClient(admin: Command, perform: Perform): void {
  const client = admin.command('client').description('Programs that may ask for tokens.').addHelpText('after', CLIENT_EXAMPLES)
  const load = () => import('./commands/admin-client.ts')
  verb(client, 'add', 'register a client; its secret, if it has one, is printed once')
    .requiredOption('--name <name>', 'what the approval page calls it')
    .option('--id <id>', 'the client_id; drawn unless told')
    .option('--confidential', 'it can keep a secret, and gets one')
    .option('--jwks <file>', 'its public keys (JWK Set): it signs assertions instead of knowing a secret')
    .option('--dpop-bound', 'it gets tokens bound to its key, and no others')
    .option(
      '--grant-type <type>',
      'device_code, authorization_code, refresh_token or client_credentials, repeatable; device_code and refresh_token unless told',
      append,
    )
    .option('--redirect-uri <uri>', 'where browsers bring the answers of authorization_code, repeatable; any port on 127.0.0.1', append)
    .option('--scope <scope>', 'what it may ask for at most, repeatable; everything unless told', append)
    .option('--resource <uri>', 'a resource it serves, repeatable: it may introspect the tokens for it', append)
    .option('--approval-policy <policy>', 'open, same-network or enrolled, for devices that cannot ask for the countersign')
    .action((options: ClientOptions) => perform(options, async (invocation) => (await load()).addClient(invocation, options)))
  verb(client, 'list', 'list the clients').action((options: AdminOptions) =>
    perform(options, async (invocation) => (await load()).listClients(invocation, options)),
  )
  const ofOne =
    (run: (commands: Awaited<ReturnType<typeof load>>) => (invocation: Invocation, id: string, options: AdminOptions) => Promise<void>) =>
    (id: string, options: AdminOptions) =>
      perform(options, async (invocation) => run(await load())(invocation, id, options))
  verb(client, 'show <id>', 'show one client').action(ofOne((commands) => commands.showClient))
  verb(client, 'remove <id>', 'remove a client').action(ofOne((commands) => commands.removeClient))
}

function verb(noun: Command, usage: string, description: string): Command {
  return noun
    .command(usage)
    .description(`${description.charAt(0).toUpperCase()}${description.slice(1)}.`)
    .summary(description)
    .option('--data <directory>', 'the directory of the server')
    .option('--config <file>', 'the configuration file of the server')
    .option('--store <url>', 'the store of the server, if it is not in the directory')
    .option('--store-password-file <file>', 'the file that holds the password of that store')
    .option(...JSON_FLAG)
}

function withPassword(command: Command): Command {
  return command
    .addOption(new Option('--password-stdin', 'read the password from stdin').conflicts('generate'))
    .option('--generate', 'make a password and print it once')
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
