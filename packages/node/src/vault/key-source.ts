/**
 * Where the key of a vault comes from: chosen once, written down beside the vault, and kept to.
 * Invariant: a vault never changes to a weaker source by itself. When the chosen source is away, the vault stays shut.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeBase64url, encodeBase64url, equalInConstantTime, randomText, type Suite } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import { holdsCredentials, type VaultKey } from './file-vault.ts'
import { createKeyFile, KEY_BYTES, readKeyFile } from './key-file.ts'
import type { Keychain } from './keychain.ts'
import { isSystemError, reaching, unavailable } from './private-directory.ts'
import { createFile } from './whole-file.ts'

export interface KeySourceOptions {
  /** The vault's; it exists. */
  readonly directory: string
  readonly suite: Suite
  readonly keychain: Keychain
  /** The file to use where there is no keychain. */
  readonly keyFile: string
  /** The file the person asks for: it is used, and no keychain is. */
  readonly namedKeyFile: string | undefined
  /** How long a keychain may take to give a key out, in milliseconds: it may have to ask a person who can be asked. */
  readonly patience: number
}

export interface KeySource {
  /** With a key file also why there is no keychain, if one was tried. */
  readonly place: { readonly kind: 'keychain' } | { readonly kind: 'file'; readonly path: string; readonly because: string | undefined }
  /** @throws CountersignError `vault_unavailable` when the source is away or holds another key */
  readonly key: () => Promise<VaultKey>
}

interface Choice {
  readonly source: 'keychain' | 'key-file'
  readonly keyId: string
  /** Recognises the key without telling anything about it. */
  readonly check: string
  /** Of the key file. */
  readonly path?: string
  /** What was wrong with the keychain. */
  readonly because?: string
}

const PIN = 'key-source.json'
const FORMAT = 'countersign-key-source-1'
const PROBE_LIMIT = 3000

/**
 * The source of a vault's key; on first use the keychain if it passes a trial, else a key file.
 * @throws CountersignError `vault_unavailable` when neither works, or when the choice made earlier cannot be read or kept to
 */
export async function openKeySource(options: KeySourceOptions): Promise<KeySource> {
  const pin = join(options.directory, PIN)
  const choice = (await readChoice(pin)) ?? (await choose(options, pin))
  if (choice.source === 'keychain') {
    if (options.namedKeyFile !== undefined) {
      throw unavailable(
        `the key of this vault is in the ${options.keychain.name}, and COUNTERSIGN_KEY_FILE names a file`,
        'Unset COUNTERSIGN_KEY_FILE, or name another vault with COUNTERSIGN_VAULT_DIR.',
      )
    }
    return { place: { kind: 'keychain' }, key: async () => checked(options, choice, await fromKeychain(options, choice.keyId)) }
  }
  const path = options.namedKeyFile ?? choice.path ?? options.keyFile
  return { place: { kind: 'file', path, because: choice.because }, key: async () => checked(options, choice, await fromFile(path)) }
}

async function choose(options: KeySourceOptions, pin: string): Promise<Choice> {
  const { directory, suite, keychain, namedKeyFile } = options
  // Without the record nobody knows how strong the key was meant to be.
  if (await reaching(directory, () => holdsCredentials(directory))) {
    throw unavailable(
      `'${pin}' is missing, and there are credentials that need it`,
      'Restore it, or move the directory away and sign in again.',
    )
  }
  const keyId = randomText(suite, 9)
  const because = namedKeyFile === undefined ? await faultOf(keychain, randomText(suite, 12), randomText(suite, 12)) : 'not asked'
  const choice = because === undefined ? await makeInKeychain(options, keyId) : await makeFile(options, keyId, because)
  const text = `${JSON.stringify({ format: FORMAT, ...choice })}\n`
  if (await reaching(pin, () => createFile(pin, text, randomText(suite, 8)))) return choice
  // Another program was faster: its choice stands, and a key that nobody will ask for goes.
  if (because === undefined) await keychain.ask([{ do: 'remove', account: accountOf(keyId) }], PROBE_LIMIT)
  const theirs = await readChoice(pin)
  if (theirs === undefined) throw unavailable(`'${pin}' was removed while it was being made`, 'Try again.')
  return theirs
}

/** Why a keychain cannot be relied on, if so: one that is locked may take what it is given without a word, and return nothing. */
async function faultOf(keychain: Keychain, account: string, secret: string): Promise<string | undefined> {
  try {
    const trial = await keychain.ask(
      [
        { do: 'set', account, secret },
        { do: 'get', account },
        { do: 'remove', account },
      ],
      PROBE_LIMIT,
    )
    return trial[1] === secret ? undefined : `the ${keychain.name} did not keep what it was given`
  } catch (error) {
    if (error instanceof CountersignError) return error.message
    throw error
  }
}

async function makeInKeychain({ suite, keychain }: KeySourceOptions, keyId: string): Promise<Choice> {
  const key = suite.random(KEY_BYTES)
  await keychain.ask([{ do: 'set', account: accountOf(keyId), secret: encodeBase64url(key) }], PROBE_LIMIT)
  return { source: 'keychain', keyId, check: await checkOf(suite, key, keyId) }
}

async function makeFile({ suite, namedKeyFile, keyFile }: KeySourceOptions, keyId: string, because: string): Promise<Choice> {
  const path = namedKeyFile ?? keyFile
  // Whatever is in the file then is the key: another vault may use it already, or another program have made it just now.
  if ((await readKeyFile(path)) === undefined) await createKeyFile(path, suite.random(KEY_BYTES), randomText(suite, 8))
  return { source: 'key-file', keyId, check: await checkOf(suite, await fromFile(path), keyId), path, because }
}

async function fromKeychain({ keychain, patience }: KeySourceOptions, keyId: string): Promise<Uint8Array> {
  const [secret] = await keychain.ask([{ do: 'get', account: accountOf(keyId) }], patience)
  const key = decodeBase64url(secret ?? '')
  if (key?.length === KEY_BYTES) return key
  throw unavailable(
    `the key of this vault is not in the ${keychain.name}`,
    'Unlock it, or restore it; else move the vault away and sign in again.',
  )
}

async function fromFile(path: string): Promise<Uint8Array> {
  const key = await readKeyFile(path)
  if (key !== undefined) return key
  throw unavailable(`key file '${path}' is missing`, 'Restore it; else move the vault away and sign in again.')
}

/** Another key would make every credential look damaged. */
async function checked({ suite }: KeySourceOptions, { keyId, check }: Choice, key: Uint8Array): Promise<VaultKey> {
  if (equalInConstantTime(check, await checkOf(suite, key, keyId))) return { key, keyId }
  throw unavailable(
    'the key at hand is not the one this vault was made with',
    'Restore the right one; else move the vault away and sign in again.',
  )
}

async function checkOf(suite: Suite, key: Uint8Array, keyId: string): Promise<string> {
  return suite.hmac(key)(`countersign vault key ${keyId}`)
}

function accountOf(keyId: string): string {
  return `vault key ${keyId}`
}

async function readChoice(pin: string): Promise<Choice | undefined> {
  const text = await reaching(pin, async () => {
    try {
      return await readFile(pin, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined
      throw error
    }
  })
  if (text === undefined) return undefined
  const choice = choiceIn(text)
  if (choice === undefined) throw unavailable(`'${pin}' is not readable`, 'Restore it, or move the directory away and sign in again.')
  return choice
}

function choiceIn(text: string): Choice | undefined {
  try {
    const { format, source, keyId, check, path, because } = JSON.parse(text) as Record<string, unknown>
    if (format !== FORMAT || (source !== 'keychain' && source !== 'key-file')) return undefined
    if (typeof keyId !== 'string' || typeof check !== 'string') return undefined
    return {
      source,
      keyId,
      check,
      ...(typeof path === 'string' ? { path } : {}),
      ...(typeof because === 'string' ? { because } : {}),
    }
  } catch {
    return undefined
  }
}
