/** The vault of this person on this machine, with what Node.js and the operating system offer to keep it shut. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  memoryPendingLogins,
  memoryRegistrations,
  memoryVault,
  type PendingLogins,
  type Registrations,
  type Vault,
  type VaultDescription,
} from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { nodeSuite } from '../node-suite.ts'
import { onceDone } from '../once-done.ts'
import { filePendingLogins } from '../pending/file-pending-logins.ts'
import { fileRegistrations } from '../pending/file-registrations.ts'
import { systemSleep } from '../sleep.ts'
import { systemClock } from '../system-clock.ts'
import { fileVault } from './file-vault.ts'
import { shownCommand } from './key-command.ts'
import type { AskPassphrase } from './key-passphrase.ts'
import { type KeySource, openKeySource } from './key-source.ts'
import { type keyBesideVault, keyWish } from './key-wish.ts'
import { type Keychain, osKeychain } from './keychain.ts'
import { type Environment, keyFilePath, systemdKeyFile, vaultDirectory } from './places.ts'
import { makePrivateDirectory } from './private-directory.ts'

export interface OpenVaultOptions {
  /**
   * Read: COUNTERSIGN_VAULT_DIR, COUNTERSIGN_KEY_SOURCE, COUNTERSIGN_KEY_FILE, COUNTERSIGN_KEY_COMMAND, COUNTERSIGN_PASSPHRASE_FILE,
   * CREDENTIALS_DIRECTORY, the XDG base directories (LOCALAPPDATA and APPDATA on Windows), the D-Bus address.
   */
  readonly env: Environment
  /** Instead of the one that `env` leads to. */
  readonly directory?: string
  /** Keep everything in this program only. */
  readonly memory?: boolean
  /** Lets a vault that is made now keep its key beside it: as good as plain text. A vault that is there keeps to the source it has. */
  readonly keyBesideVault?: typeof keyBesideVault
  /** Told of a credential that does not open; see `FileVaultOptions`. */
  readonly onCorrupt?: (error: CountersignError, path: string) => void
  /** Asks a person for the passphrase of a vault that has one; without it such a vault opens only with COUNTERSIGN_PASSPHRASE_FILE. */
  readonly askPassphrase?: AskPassphrase
  /** Instead of the one of the operating system. */
  readonly keychain?: Keychain
}

/** A vault, and beside it the sign-ins that are under way and the clients that were registered: as secret, reached by the same programs. */
export type OpenedVault = Vault & { readonly pending: PendingLogins; readonly registrations: Registrations }

/** Where somebody sits who can unlock a keychain when it asks. */
const PATIENT = 60_000
const IMPATIENT = 3000

/**
 * Opens the vault, and makes it when there is none: whether it can be kept is then known before anybody is asked to sign in.
 * @throws CountersignError `vault_unavailable`
 */
export async function openVault(options: OpenVaultOptions): Promise<OpenedVault> {
  const { env } = options
  const wish = keyWish(env, options.keyBesideVault)
  if (options.memory === true || wish.source === 'memory') {
    return { ...memoryVault(), pending: memoryPendingLogins(), registrations: memoryRegistrations() }
  }
  const machine = { platform: process.platform, home: homedir() }
  const directory = options.directory ?? vaultDirectory(env, machine)
  const keychain = options.keychain ?? osKeychain(env, machine.platform)
  const suite = nodeSuite()
  await makePrivateDirectory(directory)
  const source = await openKeySource({
    directory,
    suite,
    keychain,
    keyFile: keyFilePath(env, machine),
    systemdFile: systemdKeyFile(env),
    wish,
    askPassphrase: options.askPassphrase,
    patience: canAskSomebody(env, machine.platform) ? PATIENT : IMPATIENT,
  })
  const common = { suite, clock: systemClock(), sleep: systemSleep(), key: onceDone(source.key) }
  const vault = await fileVault({
    ...common,
    directory,
    description: describe(source, keychain),
    ...(options.onCorrupt === undefined ? {} : { onCorrupt: options.onCorrupt }),
  })
  const pending = filePendingLogins({ ...common, directory: join(directory, 'pending') })
  return { ...vault, pending, registrations: fileRegistrations({ ...common, directory: join(directory, 'clients') }) }
}

function describe({ choice }: KeySource, keychain: Keychain): Pick<VaultDescription, 'kind' | 'protection'> {
  const { source, path = '', command = [], because } = choice
  const tried = because === undefined ? '' : ` (keychain: ${because})`
  switch (source) {
    case 'keychain':
      return { kind: 'keychain', protection: `encrypted files; their key is in the ${keychain.name}` }
    case 'systemd':
      return { kind: 'systemd', protection: `encrypted files; systemd hands their key to this unit${tried}` }
    case 'command':
      return { kind: 'command', protection: `encrypted files; their key comes from ${shownCommand(command)}` }
    case 'passphrase':
      return { kind: 'passphrase', protection: 'encrypted files; their key is made from a passphrase' }
    case 'beside':
      return {
        kind: 'beside',
        protection:
          'as good as plain text (insecure storage): the key lies beside the files, and whoever reads or copies the directory has everything',
      }
    case 'key-file':
      return {
        kind: 'file',
        protection:
          `encrypted files; their key is in '${path}', which guards copies and backups of one without the other, ` +
          `and nothing against a person or program that can read both${tried}`,
      }
  }
}

function canAskSomebody({ DISPLAY, WAYLAND_DISPLAY }: Environment, platform: NodeJS.Platform): boolean {
  return platform !== 'linux' || (DISPLAY ?? '') !== '' || (WAYLAND_DISPLAY ?? '') !== ''
}
