/**
 * Texts as files, beside the vault and sealed with its key: one file for each name.
 * Invariants: nothing of a text is ever on the disk in the clear; a file is whole or absent, whenever a writer is killed.
 */
import { promises } from 'node:fs'
import { join } from 'node:path'
import { openText, sealText } from '@countersign/client'
import { decodeBase64url, encodeBase64url, randomText } from '@countersign/proof'
import type { FileVaultOptions } from './vault/file-vault.ts'
import { isSystemError, makePrivateDirectory, reaching } from './vault/private-directory.ts'
import { replaceFile, UNFINISHED } from './vault/whole-file.ts'

export interface SealedFilesOptions extends Pick<FileVaultOptions, 'directory' | 'key' | 'suite' | 'clock'> {
  /** Names what the texts are: what was sealed as one thing never opens as another. */
  readonly format: string
  /** Whether a machine that stops may not take the newest with it. What it left of one does not open, and counts as absent. */
  readonly lasting: boolean
  /** Files that were not written for this long are swept away, in milliseconds. */
  readonly oldest: number
}

export interface SealedFiles {
  /** The text; `undefined` when there is none, or none that opens. */
  readonly read: (name: string) => Promise<string | undefined>
  readonly write: (name: string, text: string) => Promise<void>
  readonly remove: (name: string) => Promise<void>
  readonly list: () => Promise<readonly { readonly name: string; readonly text: string }[]>
  /** The path of a name, without its extension. */
  readonly stemOf: (name: string) => Promise<string>
}

const SEALED_FILE = /^[0-9a-f]{64}\.json$/
const LONGEST_FILE = 1_048_576
/** What an interrupted writer or waiter left behind. */
const LEFTOVER_AGE = 3_600_000

/** The directory is made, or made private, when something is first written. */
export function sealedFiles({ directory, key, suite, clock, format, lasting, oldest }: SealedFilesOptions): SealedFiles {
  const stemOf = async (name: string) => join(directory, Buffer.from(await suite.sha256(name), 'base64url').toString('hex'))
  const fileOf = async (name: string) => `${await stemOf(name)}.json`

  async function unseal(path: string): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const envelope = readEnvelope(await reaching(path, () => contentOf(path)), format)
    if (envelope === undefined) return undefined
    const { name, keyId, sealed } = envelope
    const known = await key()
    const text = keyId === known.keyId ? await openText(suite, { ...known, name }, format, sealed) : undefined
    return text === undefined ? undefined : { name, text }
  }

  async function sweep(): Promise<void> {
    for (const name of await promises.readdir(directory)) {
      const age = SEALED_FILE.test(name) ? oldest : name.endsWith(UNFINISHED) || name.includes('.lock.') ? LEFTOVER_AGE : undefined
      const found = age === undefined ? undefined : await promises.stat(join(directory, name)).catch(() => undefined)
      if (age !== undefined && found !== undefined && clock.now() - found.mtimeMs > age)
        await promises.rm(join(directory, name), { force: true })
    }
  }

  return {
    stemOf,
    read: async (name) => {
      const found = await unseal(await fileOf(name))
      return found?.name === name ? found.text : undefined
    },
    write: async (name, text) => {
      const path = await fileOf(name)
      const { key: secret, keyId } = await key()
      const sealed = encodeBase64url(await sealText(suite, { key: secret, keyId, name }, format, text))
      await makePrivateDirectory(directory)
      await reaching(path, async () => {
        await replaceFile(path, `${JSON.stringify({ format, name, keyId, sealed })}\n`, randomText(suite, 8), lasting)
        await sweep()
      })
    },
    remove: async (name) => {
      const path = await fileOf(name)
      await reaching(path, () => promises.rm(path, { force: true }))
    },
    list: async () => {
      const found = await reaching(directory, () => namesIn(directory))
      const all = await Promise.all(found.map((name) => unseal(join(directory, name))))
      return all.filter((each) => each !== undefined)
    },
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await promises.readdir(directory)).filter((name) => SEALED_FILE.test(name))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    const file = await promises.open(path, 'r')
    try {
      return (await file.stat()).size > LONGEST_FILE ? '' : await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return ''
    throw error
  }
}

function readEnvelope(
  text: string,
  expected: string,
): { readonly name: string; readonly keyId: string; readonly sealed: Uint8Array } | undefined {
  let envelope: unknown
  try {
    envelope = JSON.parse(text)
  } catch {
    return undefined
  }
  const { format, name, keyId, sealed } = (envelope ?? {}) as Record<string, unknown>
  const bytes = typeof sealed === 'string' ? decodeBase64url(sealed) : undefined
  if (format !== expected || typeof name !== 'string' || typeof keyId !== 'string' || bytes === undefined) return undefined
  return { name, keyId, sealed: bytes }
}
