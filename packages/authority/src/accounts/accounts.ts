/** Accounts: people the authority knows itself, with a name and a password, or by where they sign in. */
import { type Awaitable, type Clock, CountersignError } from '@countersign/protocol'
import { randomText, type Suite } from '@countersign/proof'
import type { PasswordHasher } from '../ports/password-hasher.ts'
import type { Store } from '../ports/store.ts'
import { type Account, change, findRecord, listWhole, readRecord, type Versioned } from '../records/records.ts'
import { isMailAddress } from './mail-address.ts'

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
 * @param mail where notices are sent
 * @throws CountersignError `usage` when the name is taken or malformed, the password too short or too long, or the mail address none
 */
export async function addAccount(
  { store, suite, clock, hasher }: AccountPorts,
  name: string,
  password: string,
  mail?: string,
): Promise<string> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u.test(name)) {
    throw new CountersignError('usage', `"${name}" cannot be an account name`, {
      hint: 'use 1 to 64 letters, digits, dots, dashes, @ or +',
    })
  }
  const kept = mail === undefined ? {} : { mail: checkedMail(mail) }
  const passwordHash = await hasher.hash(checkedPassword(password))
  // The subject is not the name: a name may be given away later, what tokens say must not.
  const subject = randomText(suite, 16)
  const value: Account = { name, passwordHash, ...kept, createdAt: clock.now(), disabled: false }
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
  /** Where notices are sent: an address that was verified there. */
  readonly mail?: string
}

/**
 * Adds the account of somebody who signs in elsewhere, under a given subject, unless it is there; nobody can sign in to it with a password.
 * The operator calls it `provider:name`: the colon keeps it apart from every name that is given here, so nobody takes another's by choosing it.
 */
export async function addNewcomer(
  { store, suite, clock }: Pick<AccountPorts, 'store' | 'suite' | 'clock'>,
  subject: string,
  { provider, name, shownName, mail }: Newcomer,
): Promise<void> {
  const written = canonicalName(name)
    .replace(/[^\p{L}\p{N}._@+-]+/gu, '-')
    .slice(0, 48)
  const told = { ...(shownName === undefined ? {} : { shownName }), ...(mail === undefined ? {} : { mail }) }
  const value = { createdAt: clock.now(), disabled: false, ...told }
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
  const found = await existingAccount(store, name)
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
  const found = await existingAccount(store, name)
  const passwordHash = await hasher.hash(checkedPassword(password))
  await change(
    store,
    KIND,
    found.id,
    (account) => (account ? { swapIn: { ...account, passwordHash }, answer: undefined } : { answer: undefined }),
    found,
  )
}

/**
 * Sets where notices for an account are mailed; `undefined` takes the address back.
 * @throws CountersignError `usage` when there is no such account or the address is none
 */
export async function setMail({ store }: Pick<AccountPorts, 'store'>, name: string, mail: string | undefined): Promise<void> {
  const kept = mail === undefined ? {} : { mail: checkedMail(mail) }
  const found = await existingAccount(store, name)
  await change(
    store,
    KIND,
    found.id,
    (account) => {
      if (account === undefined) return { answer: undefined }
      const { mail: _, ...others } = account
      return { swapIn: { ...others, ...kept }, answer: undefined }
    },
    found,
  )
}

/**
 * The subject of an account, by its name or by the subject itself.
 * @throws CountersignError `usage` when there is no such account
 */
export async function subjectNamed({ store }: Pick<AccountPorts, 'store'>, nameOrSubject: string): Promise<string> {
  if ((await readRecord(store, KIND, nameOrSubject)) !== undefined) return nameOrSubject
  return (await existingAccount(store, nameOrSubject)).id
}

/** Where notices for a subject are mailed, if anywhere. */
export async function mailOf({ store }: Pick<AccountPorts, 'store'>, subject: string): Promise<string | undefined> {
  return (await readRecord(store, KIND, subject))?.value.mail
}

/** The account of a name, whatever its case or Unicode form. */
export function findAccount(store: Store, name: string): Awaitable<Versioned<'account'> | undefined> {
  return findRecord(store, KIND, canonicalName(name))
}

/** @throws CountersignError `usage` when there is no such account */
export async function existingAccount(store: Store, name: string): Promise<Versioned<'account'>> {
  const found = await findAccount(store, name)
  if (found === undefined) throw new CountersignError('usage', `there is no account named "${name}"`)
  return found
}

/** Whether people prove here who they are: with a password, or in another way that was not a provider's when the account was made. */
export function isLocalAccount({ name, passwordHash }: Account): boolean {
  return passwordHash !== undefined || !name.includes(':')
}

function canonicalName(name: string): string {
  return name.slice(0, 256).normalize('NFKC').toLowerCase()
}

function checkedMail(mail: string): string {
  if (isMailAddress(mail)) return mail
  throw new CountersignError('usage', `"${mail}" is no mail address`, { hint: 'write it as name@example.com, without quotes and brackets' })
}

function checkedPassword(password: string): string {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
    throw new CountersignError('usage', `a password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`)
  }
  return password
}
