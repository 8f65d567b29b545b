/**
 * A vault key in a file: what is left where there is no keychain, and what systemd credentials and mounted secrets look like.
 * Invariant: a key that anybody else could read or replace is refused, never used.
 */
import { promises } from 'node:fs'
import { dirname } from 'node:path'
import { decodeBase64url, encodeBase64url } from '@countersign/proof'
import { reaching, unavailable } from './private-directory.ts'
import { readSmallFile } from './small-file.ts'
import { createFile } from './whole-file.ts'

export const KEY_BYTES = 32
const LONGEST = 256
const OTHERS = 0o077
/** Files that systemd hands over belong to root; the one user who may read them shows as the group (systemd.exec(5), access control lists). */
export const SYSTEMD_OTHERS = 0o037

export interface Guarding {
  /** The bits of the mode that must not be set. */
  readonly others?: number
  readonly user?: number | undefined
}

/**
 * The key in a file: 32 bytes as they are, or as base64, base64url or hexadecimal text. `undefined` when there is no such file.
 * @throws CountersignError `vault_unavailable` when others can read or write it, when it is another user's, or when it holds no key
 */
export async function readKeyFile(path: string, guarding: Guarding = {}): Promise<Uint8Array | undefined> {
  const content = await reaching(path, async () => readGuarded(path, guarding))
  if (content === undefined) return undefined
  const key = keyIn(content)
  if (key === undefined) {
    throw unavailable(`'${path}' does not hold a key of 32 bytes`, 'Restore it, or make one: head -c 32 /dev/urandom | base64 > file')
  }
  return key
}

/** The text of a file that is as private as a key file has to be; one line break at its end is not part of it. `undefined` without a file. */
export async function readSecretFile(path: string): Promise<string | undefined> {
  const content = await reaching(path, async () => readGuarded(path, {}))
  return content?.toString('utf8').replace(/\r?\n$/, '')
}

/** Makes the file, its directory too, unless it is there already; then that one stays. Mode 0600. */
export async function createKeyFile(path: string, key: Uint8Array, nonce: string): Promise<void> {
  await reaching(path, async () => {
    await promises.mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await createFile(path, `${encodeBase64url(key)}\n`, nonce)
  })
}

function readGuarded(path: string, { others = OTHERS, user = process.getuid?.() }: Guarding): Buffer | undefined {
  const found = readSmallFile(path, LONGEST, ({ mode, uid }) => {
    if (user !== undefined && uid !== user && uid !== 0)
      throw unavailable(`key file '${path}' belongs to another user`, 'Use one of your own.')
    if (user !== undefined && (mode & others) !== 0) {
      throw unavailable(
        `others can get at key file '${path}'`,
        `If nobody has read it: chmod 600 '${path}'. Else sign in again with a new one.`,
      )
    }
  })
  return found === undefined ? undefined : (found.content ?? Buffer.alloc(0))
}

/** 32 bytes as they are, or as text; `undefined` for anything else. */
export function keyIn(content: Buffer): Uint8Array | undefined {
  if (content.length === KEY_BYTES) return new Uint8Array(content)
  const text = content.toString().trim()
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? new Uint8Array(Buffer.from(text, 'hex'))
    : decodeBase64url(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))
  return bytes?.length === KEY_BYTES ? bytes : undefined
}
