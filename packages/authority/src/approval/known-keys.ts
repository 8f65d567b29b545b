/** Keys that a subject has approved before with a countersign, or enrolled: whoever holds one needs no second word again. */
import type { Context } from '../context.ts'

const KIND = 'known_key'
/** Forgotten when not used for a quarter of a year. */
const LIFE_MS = 90 * 86_400_000

type Ports = Pick<Context, 'clock' | 'digest' | 'store'>

export async function isKnownKey({ digest, store }: Ports, subject: string, keyThumbprint: string | undefined): Promise<boolean> {
  if (keyThumbprint === undefined) return false
  return (await store.read(KIND, await idOf(digest, subject, keyThumbprint))) !== undefined
}

/** Remembers a key for a subject, or that it was used again. */
export async function rememberKey({ clock, digest, store }: Ports, subject: string, keyThumbprint: string): Promise<void> {
  const id = await idOf(digest, subject, keyThumbprint)
  const now = clock.now()
  const expiresAt = now + LIFE_MS
  if (await store.insert({ kind: KIND, id, value: { subject, keyThumbprint, knownSince: now }, group: subject, expiresAt })) return
  const row = await store.read(KIND, id)
  // Losing this race to another use of the same key is as good as winning it.
  if (row !== undefined) await store.swap({ kind: KIND, id, version: row.version, value: row.value as object, expiresAt })
}

/** Takes a key back: whoever holds it is asked for the second word again. */
export async function forgetKey({ digest, store }: Pick<Ports, 'digest' | 'store'>, subject: string, keyThumbprint: string): Promise<void> {
  const row = await store.read(KIND, await idOf(digest, subject, keyThumbprint))
  // A use of the key at this very moment wins: it was known when it was used. The grant it leads to can be revoked as this one was.
  if (row !== undefined) await store.remove(KIND, row.id, row.version)
}

async function idOf(digest: Context['digest'], subject: string, keyThumbprint: string): Promise<string> {
  return digest('known_key', `${subject} ${keyThumbprint}`)
}
