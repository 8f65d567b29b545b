/** From the URL a person types to the one stored sign-in that is meant. */
import { findEntries, readVaultName, type Vault, type VaultEntry } from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import type { WhichOptions } from '../commands/sign-in-options.ts'

type WhichFlags = Pick<WhichOptions, 'profile' | 'issuer' | 'clientId'>

/** Every stored sign-in. What else may lie in the vault is none. */
export async function allSignIns(vault: Vault): Promise<readonly VaultEntry[]> {
  return (await vault.list()).filter(({ name }) => readVaultName(name) !== undefined)
}

/** Every stored sign-in that the URL and the flags fit. @throws CountersignError `usage` for what is no URL */
export async function matchingSignIns(vault: Vault, url: string, options: WhichFlags): Promise<readonly VaultEntry[]> {
  if (!URL.canParse(url)) throw new CountersignError('usage', `not a URL: ${url}`, { hint: 'Give the whole address, with https://.' })
  const entries = await findEntries(vault, url, options.profile)
  return entries.filter(
    ({ credential: { issuer, clientId } }) => issuer === (options.issuer ?? issuer) && clientId === (options.clientId ?? clientId),
  )
}

/**
 * The sign-in that is meant.
 * @throws CountersignError `usage` for what is no URL or fits more than one, `not_signed_in` when it fits none
 */
export async function findSignIn(vault: Vault, url: string, options: WhichFlags): Promise<VaultEntry> {
  const [entry, ...others] = await matchingSignIns(vault, url, options)
  if (entry === undefined) throw notSignedIn(url, options)
  if (others.length === 0) return entry
  const candidates = [entry, ...others].map(({ credential: { issuer, clientId } }) => `--issuer ${issuer} --client-id ${clientId}`)
  throw new CountersignError('usage', `more than one sign-in fits ${url}`, { hint: `say which: ${candidates.join(', or ')}` })
}

/** The error with the command that helps. */
export function notSignedIn(url: string, { profile }: Pick<WhichOptions, 'profile'>, why = `not signed in to ${url}`): CountersignError {
  return new CountersignError('not_signed_in', why, { hint: commandFor('login', url, profile) })
}

/** The command, ready to be copied. */
export function commandFor(command: 'login' | 'token', url: string, profile: string): string {
  return `countersign ${command} ${shellWord(url)}${profile === DEFAULT_PROFILE ? '' : ` --profile ${shellWord(profile)}`}`
}

/** The command line takes this profile unless told. */
export const DEFAULT_PROFILE = 'default'

export function profileOf({ name }: Pick<VaultEntry, 'name'>): string {
  return readVaultName(name)?.profile ?? DEFAULT_PROFILE
}

/** What a person calls the place a credential is for. */
export function placeOf({ credential: { resource, issuer } }: Pick<VaultEntry, 'credential'>): string {
  return resource ?? issuer
}

export interface Identified {
  readonly resource?: string
  readonly issuer: string
  readonly client_id: string
  readonly profile: string
}

/** Who a stored credential is for, as programs read it. */
export function identified(entry: VaultEntry): Identified {
  const { issuer, clientId, resource } = entry.credential
  return { ...(resource === undefined ? {} : { resource }), issuer, client_id: clientId, profile: profileOf(entry) }
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
