/** Where things are kept: the XDG base directories on Linux, and what macOS and Windows have instead. */
import { isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** The machine a path is for. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
}

const NAME = 'countersign'

/** The directory of the vault: `COUNTERSIGN_VAULT_DIR`, or one of this program's own in the place for data of this user. */
export function vaultDirectory(env: Environment, machine: Machine): string {
  const named = given(env['COUNTERSIGN_VAULT_DIR'])
  if (named !== undefined) return named
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Application Support', NAME)
  if (machine.platform === 'win32') return join(absolute(env['LOCALAPPDATA']) ?? join(machine.home, 'AppData', 'Local'), NAME, 'Vault')
  return join(absolute(env['XDG_DATA_HOME']) ?? join(machine.home, '.local', 'share'), NAME)
}

/** The key file made when there is no keychain: not beside the vault, so that a copy of one directory is not a copy of both. */
export function keyFilePath(env: Environment, machine: Machine): string {
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Preferences', NAME, 'vault.key')
  if (machine.platform === 'win32') return join(absolute(env['APPDATA']) ?? join(machine.home, 'AppData', 'Roaming'), NAME, 'vault.key')
  return join(absolute(env['XDG_CONFIG_HOME']) ?? join(machine.home, '.config'), NAME, 'vault.key')
}

/** Where systemd puts what a unit loads for a program (systemd.exec(5), credentials). */
export function systemdKeyFile(env: Environment): string | undefined {
  const directory = absolute(env['CREDENTIALS_DIRECTORY'])
  return directory === undefined ? undefined : join(directory, 'countersign-vault-key')
}

/** An empty variable is none. */
export function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

/** The XDG base directory specification: a relative path there is to be ignored. */
function absolute(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined
}
