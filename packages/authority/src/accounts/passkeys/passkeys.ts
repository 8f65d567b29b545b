/**
 * Passkeys of accounts, as they are kept: one row each, found by its credential id, listed by its subject. Nothing in it is secret.
 * Invariant: a credential belongs to one account, and its counter only ever goes on.
 */
import { CountersignError } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../../context.ts'
import type { Store } from '../../ports/store.ts'
import { change, findRecord, listWhole, type Passkey, type Versioned } from '../../records/records.ts'
import { existingAccount } from '../accounts.ts'

type Ports = Pick<Context, 'clock' | 'digest' | 'store' | 'suite'>

const KIND = 'passkey'
/** Nobody has more devices; the list travels to the browser each time. */
export const MOST_PASSKEYS = 20

/** Every passkey of a subject, oldest first. */
export async function passkeysOf(store: Store, subject: string): Promise<readonly Versioned<'passkey'>[]> {
  return (await listWhole(store, KIND, subject)) as readonly Versioned<'passkey'>[]
}

/** The passkey of a credential id. */
export async function findPasskey({ digest, store }: Pick<Ports, 'digest' | 'store'>, credential: string) {
  return findRecord(store, KIND, await digest('credential', credential))
}

/** Keeps a new passkey and tells its id; `undefined` when the credential is somebody's already. */
export async function addPasskey({ clock, digest, store, suite }: Ports, passkey: Omit<Passkey, 'addedAt'>): Promise<string | undefined> {
  const id = randomText(suite, 12)
  const value: Passkey = { ...passkey, addedAt: clock.now() }
  const lookups = [await digest('credential', passkey.credential)]
  return (await store.insert({ kind: KIND, id, value, lookups, group: passkey.subject })) ? id : undefined
}

/**
 * Notes that a passkey was used, with the counter it told; or why that cannot be (Web Authentication Level 3, section 7.2, step 22: a
 * counter that does not go on means that there are two of it).
 */
export async function usePasskey(
  { clock, store }: Ports,
  found: Versioned<'passkey'>,
  counter: number,
): Promise<'used' | 'counter' | 'gone'> {
  const apply = (passkey: Passkey | undefined) => {
    if (passkey === undefined) return { answer: 'gone' as const }
    if (!goesOn(passkey.counter, counter)) return { answer: 'counter' as const }
    return { swapIn: { ...passkey, counter, usedAt: clock.now() }, answer: 'used' as const }
  }
  return change(store, KIND, found.id, apply, found)
}

/** Authenticators that do not count say zero, always. */
function goesOn(before: number, now: number): boolean {
  return now > before || (now === 0 && before === 0)
}

/** Removes a passkey if it is the subject's. Being used at the same moment does not save it. */
export async function removeOwnPasskey(store: Store, subject: string, id: string): Promise<Passkey | undefined> {
  for (;;) {
    const own = (await passkeysOf(store, subject)).find((each) => each.id === id)
    if (own === undefined) return undefined
    if (await store.remove(KIND, id, own.version)) return own.value
  }
}

/** A passkey as an operator sees it. */
export interface ListedPasskey extends Pick<Passkey, 'name' | 'addedAt' | 'usedAt'> {
  readonly id: string
}

/**
 * The passkeys of an account, oldest first.
 * @throws CountersignError `usage` when there is no such account
 */
export async function listPasskeys({ store }: Pick<Context, 'store'>, accountName: string): Promise<readonly ListedPasskey[]> {
  const passkeys = await passkeysOf(store, (await existingAccount(store, accountName)).id)
  return passkeys.map(({ id, value: { name, addedAt, usedAt } }) => ({ id, name, addedAt, ...(usedAt === undefined ? {} : { usedAt }) }))
}

/**
 * Removes one passkey of an account, or all; tells how many that were.
 * @throws CountersignError `usage` when there is no such account, or it has no such passkey
 */
export async function removePasskeys(
  { store }: Pick<Context, 'store'>,
  accountName: string,
  which: { readonly id: string } | 'all',
): Promise<number> {
  const { id: subject } = await existingAccount(store, accountName)
  const chosen = which === 'all' ? await passkeysOf(store, subject) : [which]
  let removed = 0
  for (const { id } of chosen) if ((await removeOwnPasskey(store, subject, id)) !== undefined) removed++
  if (removed > 0 || which === 'all') return removed
  throw new CountersignError('usage', `"${accountName}" has no passkey with the id "${which.id}"`)
}
