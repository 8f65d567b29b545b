/**
 * Where the key of a vault comes from: chosen once, written down beside the vault, and kept to.
 * Invariant: a vault never changes to a weaker source by itself. When the chosen source is away, the vault stays shut.
 */
import { join } from 'node:path'
import { equalInConstantTime, randomText, type Suite } from '@countersign/proof'
import { holdsCredentials, type VaultKey } from './file-vault.ts'
import { type KeyChoice, readChoice, recordChoice } from './key-choice.ts'
import { keyFromCommand } from './key-command.ts'
import { createKeyFile, KEY_BYTES, readKeyFile, SYSTEMD_OTHERS } from './key-file.ts'
import type { KeyWish } from './key-wish.ts'
import { forgetKey, type Keychain, keychainFault, keyInKeychain, keepKey } from './keychain.ts'
import { type AskPassphrase, keyFromPassphrase, newParameters, passphraseFrom } from './key-passphrase.ts'
import { reaching, unavailable } from './private-directory.ts'

export interface KeySourceOptions {
  /** The vault's; it exists. */
  readonly directory: string
  readonly suite: Suite
  readonly keychain: Keychain
  /** The file to use where there is nothing better. */
  readonly keyFile: string
  /** Where systemd would have put a key for this program (`LoadCredentialEncrypted=`). */
  readonly systemdFile: string | undefined
  readonly wish: KeyWish
  /** Asks a person, if there is one. */
  readonly askPassphrase: AskPassphrase | undefined
  /** How long a keychain may take to give a key out, in milliseconds: it may have to ask a person who can be asked. */
  readonly patience: number
}

export interface KeySource {
  readonly choice: Omit<KeyChoice, 'check'>
  /** @throws CountersignError `vault_unavailable` when the source is away or holds another key */
  readonly key: () => Promise<VaultKey>
}

const PIN = 'key-source.json'
/** With insecure storage, in the directory of the vault. */
const KEY_BESIDE = 'vault.key'

/**
 * The source of a vault's key; on first use the one that was asked for, else the keychain if it passes a trial, else a key from systemd,
 * else a key file.
 * @throws CountersignError `vault_unavailable` when none works, or when the choice made earlier cannot be read or kept to
 */
export async function openKeySource(options: KeySourceOptions): Promise<KeySource> {
  const pin = join(options.directory, PIN)
  const choice = await readChoice(pin)
  if (choice === undefined) return choose(options, pin)
  const { source } = options.wish
  if (source !== undefined && source !== choice.source) {
    throw unavailable(
      `the key of this vault is ${IN_WORDS[choice.source]}, and ${source === 'beside' ? 'insecure storage was asked for' : `the environment asks for one ${IN_WORDS[source]}`}`,
      source === 'beside'
        ? 'Leave out --insecure-storage, or name another vault with COUNTERSIGN_VAULT_DIR.'
        : 'Unset that variable (COUNTERSIGN_KEY_...), or name another vault with COUNTERSIGN_VAULT_DIR.',
    )
  }
  return opened(options, choice)
}

const IN_WORDS = {
  keychain: 'in a keychain',
  systemd: 'handed over by systemd',
  'key-file': 'in a file',
  command: 'from a command',
  passphrase: 'from a passphrase',
  beside: 'beside it (insecure storage)',
  memory: 'in memory only',
} as const

async function opened(options: KeySourceOptions, choice: KeyChoice): Promise<KeySource> {
  const path = choice.source === 'key-file' ? { path: options.wish.keyFile ?? choice.path ?? options.keyFile } : {}
  return { choice: { ...choice, ...path }, key: async () => checked(options.suite, choice, await keyOf(options, choice)) }
}

/** The key as the record says. */
function keyOf(options: KeySourceOptions, choice: KeyChoice): Promise<Uint8Array> {
  switch (choice.source) {
    case 'keychain':
      return keyInKeychain(options.keychain, choice.keyId, options.patience)
    case 'systemd':
      return fromSystemd(options)
    case 'key-file':
      return fromFile(options.wish.keyFile ?? choice.path ?? options.keyFile)
    case 'command':
      return keyFromCommand(options.wish.command ?? choice.command ?? [])
    case 'passphrase':
      return fromPassphrase(options, choice, 'known')
    case 'beside':
      return fromFile(besidePath(options))
  }
}

async function choose(options: KeySourceOptions, pin: string): Promise<KeySource> {
  const { directory, suite, keychain } = options
  // Without the record nobody knows how strong the key was meant to be.
  if (await reaching(directory, () => holdsCredentials(directory))) {
    throw unavailable(
      `'${pin}' is missing, and there are credentials that need it`,
      'Restore it, or move the directory away and sign in again.',
    )
  }
  const keyId = randomText(suite, 9)
  const made = await make(options, keyId)
  const choice: KeyChoice = { ...made.record, keyId, check: await checkOf(suite, made.key, keyId) }
  if (await recordChoice(pin, choice, randomText(suite, 8))) {
    // The key is at hand: nobody is asked for it twice.
    return { ...(await opened(options, choice)), key: async () => ({ key: made.key, keyId }) }
  }
  // Another program was faster: its choice stands, and a key that nobody will ask for goes.
  if (choice.source === 'keychain') await forgetKey(keychain, keyId)
  const theirs = await readChoice(pin)
  if (theirs === undefined) throw unavailable(`'${pin}' was removed while it was being made`, 'Try again.')
  return openKeySource(options)
}

interface Made {
  readonly key: Uint8Array
  readonly record: Omit<KeyChoice, 'keyId' | 'check'>
}

/** A key from the source that was asked for, and from no other; unasked, from the first one that works. */
async function make(options: KeySourceOptions, keyId: string): Promise<Made> {
  const { suite, keychain, wish, systemdFile } = options
  switch (wish.source) {
    case undefined: {
      const because = await keychainFault(keychain, suite)
      if (because === undefined) return inKeychain(options, keyId)
      const systemd = systemdFile === undefined ? undefined : await readKeyFile(systemdFile, { others: SYSTEMD_OTHERS })
      return systemd === undefined ? inFile(options, because) : { key: systemd, record: { source: 'systemd', because } }
    }
    case 'keychain': {
      const because = await keychainFault(keychain, suite)
      if (because !== undefined) throw unavailable(`the key cannot be kept in the keychain: ${because}`, 'countersign doctor tells more.')
      return inKeychain(options, keyId)
    }
    case 'systemd':
      return { key: await fromSystemd(options), record: { source: 'systemd' } }
    case 'key-file':
      return inFile(options, 'not asked')
    case 'command': {
      const { command } = wish
      if (command === undefined) throw unavailable('there is no command for the key', 'Name it with COUNTERSIGN_KEY_COMMAND.')
      return { key: await keyFromCommand(command), record: { source: 'command', command } }
    }
    case 'passphrase': {
      const record = { source: 'passphrase', scrypt: newParameters(suite) } as const
      return { key: await fromPassphrase(options, record, 'new'), record }
    }
    case 'beside': {
      const path = besidePath(options)
      if ((await readKeyFile(path)) === undefined) await createKeyFile(path, suite.random(KEY_BYTES), randomText(suite, 8))
      return { key: await fromFile(path), record: { source: 'beside' } }
    }
    case 'memory':
      throw unavailable('a vault in memory has no key', 'Unset COUNTERSIGN_KEY_SOURCE.')
  }
}

async function inKeychain({ suite, keychain }: KeySourceOptions, keyId: string): Promise<Made> {
  const key = suite.random(KEY_BYTES)
  await keepKey(keychain, keyId, key)
  return { key, record: { source: 'keychain' } }
}

async function inFile({ suite, wish, keyFile }: KeySourceOptions, because: string): Promise<Made> {
  const path = wish.keyFile ?? keyFile
  // Whatever is in the file then is the key: another vault may use it already, or another program have made it just now.
  if ((await readKeyFile(path)) === undefined) await createKeyFile(path, suite.random(KEY_BYTES), randomText(suite, 8))
  return { key: await fromFile(path), record: { source: 'key-file', path, because } }
}

function besidePath({ directory }: Pick<KeySourceOptions, 'directory'>): string {
  return join(directory, KEY_BESIDE)
}

async function fromFile(path: string): Promise<Uint8Array> {
  const key = await readKeyFile(path)
  if (key !== undefined) return key
  throw unavailable(`key file '${path}' is missing`, 'Restore it; else move the vault away and sign in again.')
}

async function fromSystemd({ systemdFile }: KeySourceOptions): Promise<Uint8Array> {
  const hint = 'Run this in its unit, with LoadCredentialEncrypted= (docs/vault.md).'
  if (systemdFile === undefined) throw unavailable('systemd has handed no credentials to this program', hint)
  const key = await readKeyFile(systemdFile, { others: SYSTEMD_OTHERS })
  if (key !== undefined) return key
  throw unavailable(`there is no key among the credentials from systemd ('${systemdFile}')`, hint)
}

async function fromPassphrase(
  { wish, askPassphrase }: KeySourceOptions,
  { scrypt }: Pick<KeyChoice, 'scrypt'>,
  occasion: 'new' | 'known',
): Promise<Uint8Array> {
  if (scrypt === undefined) throw unavailable('the record of the passphrase is not whole', 'Restore it.')
  return keyFromPassphrase(await passphraseFrom(wish.passphraseFile, askPassphrase, occasion), scrypt)
}

/** Another key would make every credential look damaged. */
async function checked(suite: Suite, { source, keyId, check }: KeyChoice, key: Uint8Array): Promise<VaultKey> {
  if (equalInConstantTime(check, await checkOf(suite, key, keyId))) return { key, keyId }
  if (source === 'passphrase') throw unavailable('that is not the passphrase of this vault', 'Try again.')
  throw unavailable(
    'the key at hand is not the one this vault was made with',
    'Restore the right one; else move the vault away and sign in again.',
  )
}

async function checkOf(suite: Suite, key: Uint8Array, keyId: string): Promise<string> {
  return suite.hmac(key)(`countersign vault key ${keyId}`)
}
