/**
 * The vault as files: one sealed file per credential, so that damage to one is damage to one.
 * Invariants: no token or key is ever on the disk in the clear, not for a moment; a file is whole or absent, whenever a writer is killed;
 * what does not open is reported and never overwritten, only put aside.
 */
import { promises, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Credential, openCredential, sealCredential, type Vault, type VaultDescription } from '@countersign/client'
import { decodeBase64url, encodeBase64url, randomText, type Suite } from '@countersign/proof'
import { type Clock, CountersignError, type Sleep } from '@countersign/protocol'
import { onceDone } from '../once-done.ts'
import { fileLocks } from './lock.ts'
import { isSystemError, makePrivateDirectory, reaching } from './private-directory.ts'
import { makePrivate, readSmallFile } from './small-file.ts'
import { replaceFile, UNFINISHED } from './whole-file.ts'

/** The key that seals a vault. */
export interface VaultKey {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly keyId: string
}

export interface FileVaultOptions {
  readonly directory: string
  /** Asked when something is first sealed or opened, and again only if it failed. */
  readonly key: () => Promise<VaultKey>
  readonly suite: Suite
  readonly clock: Clock
  readonly sleep: Sleep
  readonly description: Pick<VaultDescription, 'kind' | 'protection'>
  /**
   * Told of a file that does not open, with its path. Given this, `list` leaves such files out; without it, `list` rejects.
   * `write` puts such a file aside, under a name that ends in `.corrupt`, before it takes its place.
   */
  readonly onCorrupt?: (error: CountersignError, path: string) => void
}

const FORMAT = 'countersign-vault-1'
const CREDENTIAL_FILE = /^[0-9a-f]{64}\.json$/
const LONGEST_FILE = 1_048_576
/** What an interrupted writer or waiter left behind is swept after this long. */
const LEFTOVER_AGE = 3_600_000

/** Whether a directory holds sealed credentials. */
export async function holdsCredentials(directory: string): Promise<boolean> {
  return credentialFiles(directory).length > 0
}

/**
 * A vault in a directory of its own, which is made, or made private, first.
 * @throws CountersignError `vault_unavailable` when the directory is not this user's alone; from the vault also what its contract says
 */
export async function fileVault(options: FileVaultOptions): Promise<Vault> {
  const { directory, suite, clock, onCorrupt } = options
  const locks = join(directory, 'locks')
  await makePrivateDirectory(directory)
  const lockable = onceDone(() => makePrivateDirectory(locks))
  const takeLock = fileLocks({ clock, sleep: options.sleep, entropy: suite })
  const keyOf = onceDone(options.key)
  const sweep = onceDone(async () => {
    await sweepLeftovers(directory, (name) => name.endsWith(UNFINISHED), clock)
    await lockable()
    await sweepLeftovers(locks, (name) => name.includes('.lock.'), clock)
  })
  const stem = async (name: string) => Buffer.from(await suite.sha256(name), 'base64url').toString('hex')
  const fileOf = async (name: string) => join(directory, `${await stem(name)}.json`)

  async function unseal(path: string, expected: string | undefined): Promise<{ name: string; credential: Credential } | undefined> {
    const text = await reaching(path, async () => readPrivately(path))
    if (text === undefined) return undefined
    const { name, keyId, sealed } = readEnvelope(text, path)
    if (expected !== undefined && name !== expected) throw corrupt(`'${path}' holds the credential of another sign-in`)
    const known = await keyOf()
    if (keyId !== known.keyId) throw corrupt(`'${path}' was sealed with another key ('${keyId}') than this vault has ('${known.keyId}')`)
    return { name, credential: await openCredential(suite, { ...known, name }, sealed) }
  }

  /** Whatever stands in the way of a write and does not open gets a second name first, so that it is never lost. */
  async function putAside(path: string, name: string): Promise<void> {
    try {
      await unseal(path, name)
    } catch (error) {
      if (!isCorrupt(error)) throw error
      const aside = path.replace(/\.json$/, `.${randomText(suite, 6)}.corrupt`)
      await promises.link(path, aside)
      onCorrupt?.(error, aside)
    }
  }

  return {
    description: { ...options.description, where: directory },
    read: async (name) => (await unseal(await fileOf(name), name))?.credential,
    write: async (name, credential) => {
      const path = await fileOf(name)
      const { key, keyId } = await keyOf()
      const sealed = encodeBase64url(await sealCredential(suite, { key, keyId, name }, credential))
      await reaching(path, async () => {
        await sweep()
        await putAside(path, name)
        await replaceFile(path, `${JSON.stringify({ format: FORMAT, name, keyId, sealed })}\n`, randomText(suite, 8))
      })
    },
    remove: async (name) => {
      const path = await fileOf(name)
      await reaching(path, () => promises.rm(path, { force: true }))
    },
    list: async () => {
      const entries = []
      for (const path of await reaching(directory, async () => credentialFiles(directory))) {
        try {
          // Absent: removed since the directory was read.
          const entry = await unseal(path, undefined)
          if (entry !== undefined) entries.push(entry)
        } catch (error) {
          if (onCorrupt === undefined || !isCorrupt(error)) throw error
          onCorrupt(error, path)
        }
      }
      return entries
    },
    locked: async (name, work, signal) => {
      const path = join(locks, `${await stem(name)}.lock`)
      await lockable()
      const giveBack = await reaching(path, () => takeLock(path, signal))
      try {
        return await work()
      } finally {
        // What the work did counts for more than a lock that could not be given back: it ends by itself.
        await giveBack().catch((error: unknown) => {
          if (!isSystemError(error)) throw error
        })
      }
    },
  }
}

function credentialFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => CREDENTIAL_FILE.test(name))
    .map((name) => join(directory, name))
}

/** The text of a file, which is made private if it is not; `undefined` when there is none. */
function readPrivately(path: string): string | undefined {
  const found = readSmallFile(path, LONGEST_FILE, makePrivate)
  if (found === undefined) return undefined
  if (found.content === undefined) throw corrupt(`'${path}' is too long for a credential`)
  return found.content.toString('utf8')
}

function readEnvelope(text: string, path: string): { readonly name: string; readonly keyId: string; readonly sealed: Uint8Array } {
  let envelope: unknown
  try {
    envelope = JSON.parse(text)
  } catch {
    throw corrupt(`'${path}' is damaged`)
  }
  const { format, name, keyId, sealed } = (envelope ?? {}) as Record<string, unknown>
  if (format !== FORMAT) throw corrupt(`'${path}' has an unknown format`)
  const bytes = typeof sealed === 'string' ? decodeBase64url(sealed) : undefined
  if (typeof name !== 'string' || typeof keyId !== 'string' || bytes === undefined) throw corrupt(`'${path}' is damaged`)
  return { name, keyId, sealed: bytes }
}

function corrupt(message: string): CountersignError {
  return new CountersignError('vault_corrupt', message, { hint: 'Restore it from a backup, or sign in again: the file is then put aside.' })
}

function isCorrupt(error: unknown): error is CountersignError {
  return error instanceof CountersignError && error.code === 'vault_corrupt'
}

async function sweepLeftovers(directory: string, isLeftover: (name: string) => boolean, clock: Clock): Promise<void> {
  for (const name of (await promises.readdir(directory)).filter(isLeftover)) {
    const path = join(directory, name)
    const found = await promises.stat(path).catch(() => undefined)
    if (found !== undefined && clock.now() - found.mtimeMs > LEFTOVER_AGE) await promises.rm(path, { force: true })
  }
}
