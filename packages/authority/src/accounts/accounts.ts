/** Accounts: people the authority knows itself, with a name and a password, or by where they sign in. */
import { type Clock, CountersignError } from '@countersign/protocol'
import { randomText, type Suite } from '@countersign/proof'
import type { PasswordHasher } from '../ports/password-hasher.ts'
import type { Store } from '../ports/store.ts'
import { type Account, change, findRecord, listWhole, type Versioned } from '../records/records.ts'

export interface AccountPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly hasher: PasswordHasher
}

const KIND = 'account'
const GROUP = 'all'
const SHORTEST_PASSWORD = 8
const LONGEST_PASSWORD = 256

/**
 * Adds an account and tells its subject.
 * @throws CountersignError `usage` when the name is taken or malformed or the password is too short or too long
 */
export async function addAccount({ store, suite, clock, hasher }: AccountPorts, name: string, password: string): Promise<string> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u.test(name)) {
    throw new CountersignError('usage', `"${name}" cannot be an account name`, {
      hint: 'use 1 to 64 letters, digits, dots, dashes, @ or +',
    })
  }
  const passwordHash = await hasher.hash(checkedPassword(password))
  // The subject is not the name: a name may be given away later, what tokens say must not.
  const subject = randomText(suite, 16)
  const value: Account = { name, passwordHash, createdAt: clock.now(), disabled: false }
  const inserted = await store.insert({ kind: KIND, id: subject, value, lookups: [canonicalName(name)], group: GROUP })
  if (!inserted) throw new CountersignError('usage', `an account named "${name}" exists already`)
  return subject
}

/** Somebody who signs in elsewhere. */
export interface Newcomer {
  /** Where, as the operator named it; without a colon. */
  readonly provider: string
  /** What is said there of the name, by whoever has it. */
  readonly name: string
  readonly shownName?: string
}

/**
 * Adds the account of somebody who signs in elsewhere, under a given subject, unless it is there; nobody can sign in to it with a password.
 * The operator calls it `provider:name`: the colon keeps it apart from every name that is given here, so nobody takes another's by choosing it.
 */
export async function addNewcomer(
  { store, suite, clock }: Pick<AccountPorts, 'store' | 'suite' | 'clock'>,
  subject: string,
  { provider, name, shownName }: Newcomer,
): Promise<void> {
  const written = canonicalName(name)
    .replace(/[^\p{L}\p{N}._@+-]+/gu, '-')
    .slice(0, 48)
  const value = { createdAt: clock.now(), disabled: false, ...(shownName === undefined ? {} : { shownName }) }
  for (let also = ''; (await store.read(KIND, subject)) === undefined; also = `-${randomText(suite, 4)}`) {
    const account: Account = { name: `${provider}:${written}${also}`, ...value }
    if (await store.insert({ kind: KIND, id: subject, value: account, lookups: [canonicalName(account.name)], group: GROUP })) return
  }
}

/** Every account, oldest first. */
export async function listAccounts({ store }: Pick<AccountPorts, 'store'>): Promise<readonly { subject: string; account: Account }[]> {
  return (await listWhole(store, KIND, GROUP)).map(({ id, value }) => ({ subject: id, account: value as Account }))
}

/**
 * Disables an account or enables it again. Its grants stop working at once, because redemption and refresh ask.
 * @throws CountersignError `usage` when there is no such account
 */
export async function setAccountDisabled({ store }: Pick<AccountPorts, 'store'>, name: string, disabled: boolean): Promise<void> {
  const found = await existing(store, name)
  await change(
    store,
    KIND,
    found.id,
    (account) => (account ? { swapIn: { ...account, disabled }, answer: undefined } : { answer: undefined }),
    found,
  )
}

/** @throws CountersignError `usage` when there is no such account or the password is too short or too long */
export async function setPassword(
  { store, hasher }: Pick<AccountPorts, 'store' | 'hasher'>,
  name: string,
  password: string,
): Promise<void> {
  const found = await existing(store, name)
  const passwordHash = await hasher.hash(checkedPassword(password))
  await change(
    store,
    KIND,
    found.id,
    (account) => (account ? { swapIn: { ...account, passwordHash }, answer: undefined } : { answer: undefined }),
    found,
  )
}

/** The account of a name, whatever its case or Unicode form. */
export function findAccount(store: Store, name: string): Promise<Versioned<'account'> | undefined> {
  return findRecord(store, KIND, canonicalName(name))
}

async function existing(store: Store, name: string): Promise<Versioned<'account'>> {
  const found = await findAccount(store, name)
  if (found === undefined) throw new CountersignError('usage', `there is no account named "${name}"`)
  return found
}

function canonicalName(name: string): string {
  return name.slice(0, 256).normalize('NFKC').toLowerCase()
}

function checkedPassword(password: string): string {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
    throw new CountersignError('usage', `a password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`)
  }
  return password
}
