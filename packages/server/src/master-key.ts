/**
 * The master key: the one secret that is kept outside the store, in a file that nobody else can read, or where only a program gets at it.
 * Invariant: a key that others could have read, that was typed by a person, or that is not the one the store was made with, is never used.
 */
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { encodeBase64url, type Suite } from '@countersign/proof'
import { readPrivately } from './configuration/private-file.ts'

const BYTES = 32

/** What a key looks like, in words. */
export const WANTED_KEY = `expected ${BYTES} random bytes or more, as base64url, base64, hexadecimal or raw`

/**
 * Reads a master key: 32 bytes or more as base64url, base64, hexadecimal or raw.
 * @throws CountersignError `configuration_invalid` when the file is missing, readable by others, or holds no such key
 */
export function readMasterKey(file: string): Uint8Array {
  const bytes = readPrivately(file, 'the master key file', 'make one with: umask 077; head -c 32 /dev/urandom | base64 > FILE')
  const key = masterKeyIn(bytes)
  if (key === undefined)
    throw new CountersignError('configuration_invalid', `the master key file "${file}" holds no key`, { hint: WANTED_KEY })
  return key
}

/** The key in what a file holds or a program wrote; `undefined` for what is no key. */
export function masterKeyIn(bytes: Buffer): Uint8Array | undefined {
  const key = decode(bytes)
  return key === undefined || key.length < BYTES || new Set(key).size < BYTES / 4 ? undefined : key
}

/** Makes a master key where there is none; `false` when there is one, whoever was faster. The file appears whole or not at all. */
export function makeMasterKey(file: string, suite: Suite): boolean {
  if (existsSync(file)) return false
  const draft = join(dirname(file), `.master-key-${encodeBase64url(suite.random(8))}`)
  try {
    writeFileSync(draft, `${encodeBase64url(suite.random(BYTES))}\n`, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(draft, file)
    return true
  } catch (cause) {
    if (existsSync(file)) return false
    throw new CountersignError('configuration_invalid', `the master key file "${file}" cannot be written`, { cause })
  } finally {
    rmSync(draft, { force: true })
  }
}

/** `undefined` for a text that is no encoding: somebody's passphrase is not 32 random bytes, however long it is. */
function decode(bytes: Buffer): Uint8Array | undefined {
  const text = bytes.toString('latin1').trim()
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Uint8Array.from(Buffer.from(text, 'base64'))
  return /^[\t\r\n\x20-\x7e]*$/.test(text) ? undefined : Uint8Array.from(bytes)
}
