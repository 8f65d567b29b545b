/** The vault of this person on this machine, with what Node.js and the operating system offer to keep it shut. */
import { homedir } from 'node:os'
import { memoryVault, type Vault, type VaultDescription } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { nodeSuite } from '../node-suite.ts'
import { systemSleep } from '../sleep.ts'
import { systemClock } from '../system-clock.ts'
import { fileVault } from './file-vault.ts'
import { type KeySource, openKeySource } from './key-source.ts'
import { type Keychain, osKeychain } from './keychain.ts'
import { type Environment, keyFilePath, namedKeyFile, vaultDirectory } from './places.ts'
import { makePrivateDirectory } from './private-directory.ts'

export interface OpenVaultOptions {
  /** Read: COUNTERSIGN_VAULT_DIR, COUNTERSIGN_KEY_FILE, the XDG base directories (LOCALAPPDATA and APPDATA on Windows), the D-Bus address. */
  readonly env: Environment
  /** Instead of the one that `env` leads to. */
  readonly directory?: string
  /** Keep everything in this program only. */
  readonly memory?: boolean
  /** There is no vault without encryption. */
  readonly insecure?: never
  /** Told of a credential that does not open; see `FileVaultOptions`. */
  readonly onCorrupt?: (error: CountersignError, path: string) => void
  /** Instead of the one of the operating system. */
  readonly keychain?: Keychain
}

/** Where somebody sits who can unlock a keychain when it asks. */
const PATIENT = 60_000
const IMPATIENT = 3000

/**
 * Opens the vault, and makes it when there is none: whether it can be kept is then known before anybody is asked to sign in.
 * @throws CountersignError `vault_unavailable`
 */
export async function openVault(options: OpenVaultOptions): Promise<Vault> {
  if (options.memory === true) return memoryVault()
  const { env } = options
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
    namedKeyFile: namedKeyFile(env),
    patience: canAskSomebody(env, machine.platform) ? PATIENT : IMPATIENT,
  })
  return fileVault({
    directory,
    suite,
    clock: systemClock(),
    sleep: systemSleep(),
    key: source.key,
    description: describe(source, keychain),
    ...(options.onCorrupt === undefined ? {} : { onCorrupt: options.onCorrupt }),
  })
}

function describe({ place }: KeySource, keychain: Keychain): Pick<VaultDescription, 'kind' | 'protection'> {
  if (place.kind === 'keychain') {
    return { kind: 'keychain', protection: `encrypted files; their key is in the ${keychain.name}` }
  }
  const tried = place.because === undefined ? '' : ` (keychain: ${place.because})`
  return {
    kind: 'file',
    protection:
      `encrypted files; their key is in '${place.path}', which guards copies and backups of one without the other, ` +
      `and nothing against a person or program that can read both${tried}`,
  }
}

function canAskSomebody({ DISPLAY, WAYLAND_DISPLAY }: Environment, platform: NodeJS.Platform): boolean {
  return platform !== 'linux' || (DISPLAY ?? '') !== '' || (WAYLAND_DISPLAY ?? '') !== ''
}
