/**
 * Keys that a subject has approved before with a countersign, or that an operator has enrolled for it: whoever holds one needs no second
 * word again. Invariant: what was countersigned is forgotten when it is not used, what was enrolled when somebody says so.
 */
import { CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Row } from '../ports/store.ts'
import { listWhole } from '../records/records.ts'

const KIND = 'known_key'
/** Forgotten when not used for a quarter of a year. */
const LIFE_MS = 90 * 86_400_000

type Ports = Pick<Context, 'clock' | 'digest' | 'store'>

/** A key that a subject knows. */
export interface KnownKey {
  /** RFC 7638, SHA-256. */
  readonly keyThumbprint: string
  readonly knownSince: EpochMilliseconds
  /** By an operator; else the subject has countersigned it. */
  readonly enrolled?: true
}

interface KnownKeyRecord extends KnownKey {
  readonly subject: string
}

export async function isKnownKey({ digest, store }: Ports, subject: string, keyThumbprint: string | undefined): Promise<boolean> {
  if (keyThumbprint === undefined) return false
  return (await store.read(KIND, await idOf(digest, subject, keyThumbprint))) !== undefined
}

/** Remembers a key for a subject, or that it was used again. */
export async function rememberKey({ clock, digest, store }: Ports, subject: string, keyThumbprint: string): Promise<void> {
  const id = await idOf(digest, subject, keyThumbprint)
  const value: KnownKeyRecord = { subject, keyThumbprint, knownSince: clock.now() }
  const expiresAt = clock.now() + LIFE_MS
  if (await store.insert({ kind: KIND, id, value, group: subject, expiresAt })) return
  const row = (await store.read(KIND, id)) as Row<KnownKeyRecord> | undefined
  if (row === undefined || row.value.enrolled === true) return
  // Losing this race to another use of the same key is as good as winning it.
  await store.swap({ kind: KIND, id, version: row.version, value: row.value, expiresAt })
}

/**
 * Makes a key known to a subject until it is forgotten.
 * @throws CountersignError `usage` when that is no thumbprint
 */
export async function enrollKey({ clock, digest, store }: Ports, subject: string, keyThumbprint: string): Promise<void> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(keyThumbprint)) {
    throw new CountersignError('usage', 'a key is named by its thumbprint: 43 characters of base64url (RFC 7638, SHA-256)', {
      hint: 'the log tells it where a device was refused: keyThumbprint of device.refused',
    })
  }
  const id = await idOf(digest, subject, keyThumbprint)
  const value: KnownKeyRecord = { subject, keyThumbprint, knownSince: clock.now(), enrolled: true }
  // A row that is to end cannot be made to last, so the old one gives way.
  while (!(await store.insert({ kind: KIND, id, value, group: subject }))) {
    const row = (await store.read(KIND, id)) as Row<KnownKeyRecord> | undefined
    if (row?.value.enrolled === true) return
    if (row !== undefined) await store.remove(KIND, id, row.version)
  }
}

/** The keys a subject knows, oldest first. */
export async function listKnownKeys({ store }: Pick<Ports, 'store'>, subject: string): Promise<readonly KnownKey[]> {
  const rows = (await listWhole(store, KIND, subject)) as readonly Row<KnownKeyRecord>[]
  return rows.map(({ value: { subject: _, ...key } }) => key)
}

/** Takes a key back, if it is known: whoever holds it is asked for the second word again. */
export async function forgetKey(
  { digest, store }: Pick<Ports, 'digest' | 'store'>,
  subject: string,
  keyThumbprint: string,
): Promise<boolean> {
  const row = await store.read(KIND, await idOf(digest, subject, keyThumbprint))
  // A use of the key at this very moment wins: it was known when it was used. The grant it leads to can be revoked as this one was.
  return row !== undefined && store.remove(KIND, row.id, row.version)
}

async function idOf(digest: Context['digest'], subject: string, keyThumbprint: string): Promise<string> {
  return digest('known_key', `${subject} ${keyThumbprint}`)
}
