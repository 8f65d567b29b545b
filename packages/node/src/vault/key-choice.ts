/** The record of where a vault's key comes from, beside the vault. It tells nothing about the key itself. */
import { reaching, unavailable } from './private-directory.ts'
import { readSmallFile } from './small-file.ts'
import { createFile } from './whole-file.ts'

/** Where a key can come from, the strongest first as far as they can be compared. */
export const KEY_SOURCES = ['keychain', 'systemd', 'key-file', 'command', 'passphrase'] as const
/** `beside`: in the directory of the vault itself, as good as plain text. Asked for by a person (`keyBesideVault`), and never by a variable. */
export type KeySourceName = (typeof KEY_SOURCES)[number] | 'beside'

/** How a passphrase becomes a key (RFC 7914); written down so that it can be made costlier without shutting anybody out. */
export interface ScryptParameters {
  readonly N: number
  readonly r: number
  readonly p: number
  /** base64url. */
  readonly salt: string
}

export interface KeyChoice {
  readonly source: KeySourceName
  readonly keyId: string
  /** Recognises the key without telling anything about it. */
  readonly check: string
  /** Of the key file. */
  readonly path?: string
  /** The program and its arguments. */
  readonly command?: readonly string[]
  readonly scrypt?: ScryptParameters
  /** What was wrong with the keychain. */
  readonly because?: string
}

const FORMAT = 'countersign-key-source-1'
const LONGEST = 65_536

/** Writes the record unless there is one; tells whether it did. */
export function recordChoice(pin: string, choice: KeyChoice, nonce: string): Promise<boolean> {
  return reaching(pin, () => createFile(pin, `${JSON.stringify({ format: FORMAT, ...choice })}\n`, nonce))
}

/** The record; `undefined` when none was made yet. @throws CountersignError `vault_unavailable` when it is damaged or of another version */
export async function readChoice(pin: string): Promise<KeyChoice | undefined> {
  const found = await reaching(pin, async () => readSmallFile(pin, LONGEST))
  if (found === undefined) return undefined
  const choice = choiceIn(found.content?.toString('utf8') ?? '')
  if (choice === undefined) throw unavailable(`'${pin}' is not readable`, 'Restore it, or move the directory away and sign in again.')
  return choice
}

function choiceIn(text: string): KeyChoice | undefined {
  try {
    const { format, source, keyId, check, path, command, scrypt, because } = JSON.parse(text) as Record<string, unknown>
    if (format !== FORMAT || (source !== 'beside' && !KEY_SOURCES.some((each) => each === source))) return undefined
    if (typeof keyId !== 'string' || typeof check !== 'string') return undefined
    const words = Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string') ? command : undefined
    const parameters = scryptIn(scrypt)
    if ((source === 'command') !== (words !== undefined) || (source === 'passphrase') !== (parameters !== undefined)) return undefined
    return {
      source: source as KeySourceName,
      keyId,
      check,
      ...(typeof path === 'string' ? { path } : {}),
      ...(words === undefined ? {} : { command: words as readonly string[] }),
      ...(parameters === undefined ? {} : { scrypt: parameters }),
      ...(typeof because === 'string' ? { because } : {}),
    }
  } catch {
    return undefined
  }
}

/** Within bounds: a record that somebody changed must neither make the key easy to find nor the machine stand still. */
function scryptIn(value: unknown): ScryptParameters | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { N, r, p, salt } = value as Record<string, unknown>
  const within = (number: unknown, least: number, most: number): number is number =>
    Number.isInteger(number) && (number as number) >= least && (number as number) <= most
  if (!within(N, 2 ** 15, 2 ** 20) || (N & (N - 1)) !== 0 || !within(r, 8, 16) || !within(p, 1, 4)) return undefined
  return typeof salt === 'string' && /^[\w-]{22,86}$/.test(salt) ? { N, r, p, salt } : undefined
}
