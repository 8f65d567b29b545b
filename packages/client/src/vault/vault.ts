/**
 * The vault: where credentials live between commands and between processes.
 * This file is the port and the shape of what is kept. Invariant: a credential holds everything that must stay together
 * (issuer, endpoints, tokens, key), so nothing of one authorization server is ever sent to another (RFC 9700 section 4.4).
 */
import type { PrivateJwk } from '@countersign/proof'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { EpochMilliseconds, Scope } from '@countersign/protocol'

/** What one sign-in gave, and what is needed to use, renew and end it. JSON: absent members are left out. */
export interface Credential {
  /** Of this shape. */
  readonly version: 1
  readonly issuer: string
  readonly clientId: string
  /** The resource the tokens were asked for (RFC 8707); absent when none was named. */
  readonly resource?: string
  /** What was granted, which may be less than what was asked. */
  readonly scope: Scope
  readonly accessToken: string
  /** `Bearer`: the server bound nothing to the key. */
  readonly tokenType: 'DPoP' | 'Bearer'
  /** By this machine's clock; absent when the server did not say. */
  readonly expiresAt?: EpochMilliseconds
  readonly refreshToken?: string
  /** The key that signed the sign-in; every refresh needs the same one (RFC 9449 section 5). */
  readonly key: PrivateJwk
  /** From the issuer's own metadata, as validated at sign-in. */
  readonly endpoints: CredentialEndpoints
  /** How the client proves itself at the issuer, with every refresh; absent for a public client. */
  readonly authentication?: AuthenticationAt
  /** Counts up whenever the stored credential is replaced, by refresh or by a new sign-in. */
  readonly generation: number
  /** When the access token was received. */
  readonly obtainedAt: EpochMilliseconds
}

export interface CredentialEndpoints {
  readonly token: string
  readonly revocation?: string
  readonly userinfo?: string
}

export interface VaultEntry {
  readonly name: string
  readonly credential: Credential
}

/** What to tell a person who asks where the tokens are. */
export interface VaultDescription {
  /**
   * In memory, or in files whose key is in a file, in a keychain, with systemd, given out by a command, or made from a passphrase; or lies
   * beside them, which is as good as plain text.
   */
  readonly kind: 'memory' | 'file' | 'keychain' | 'systemd' | 'command' | 'passphrase' | 'beside'
  /** A path, or words. */
  readonly where: string
  /** What stands between a thief and the tokens, in words. */
  readonly protection: string
}

/**
 * Contract, for every vault:
 * - a name is opaque text of any length and any character (`vaultName` makes it); a vault that keeps files digests it;
 * - `write` replaces the whole credential or nothing, and what was written survives the process if the vault survives it;
 * - what cannot be opened rejects with `vault_corrupt` and stays where it is; a vault that is away rejects with `vault_unavailable`;
 * - secrets never appear in an error.
 */
export interface Vault {
  readonly description: VaultDescription
  read(name: string): Promise<Credential | undefined>
  write(name: string, credential: Credential): Promise<void>
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>
  /** Every credential, in no particular order. */
  list(): Promise<readonly VaultEntry[]>
  /**
   * Runs the work while no other holder of this name's lock runs, in this process or another on the same vault.
   * Not reentrant. Released however the work ends. Read and write do not take the lock by themselves.
   * @throws CountersignError `aborted` when the signal ends the wait, `lock_timeout` when the vault gives up waiting
   */
  locked<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** Who a credential is for: what its name is made of. */
export interface VaultNameParts {
  readonly issuer: string
  readonly clientId: string
  readonly resource: string | undefined
  /** Lets one person keep several sign-ins to the same place. */
  readonly profile: string
}

/** The name of the credential of an issuer, client, resource and profile: the same parts give the same name, other parts another one. */
export function vaultName(issuer: string, clientId: string, resource: string | undefined, profile: string): string {
  // JSON, because no separator is safe in free text.
  return JSON.stringify([issuer, clientId, resource ?? null, profile])
}

/** The parts a name was made of; `undefined` for text that `vaultName` did not make. */
export function readVaultName(name: string): VaultNameParts | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(name)
  } catch {
    return undefined
  }
  if (!Array.isArray(parts) || parts.length !== 4) return undefined
  const [issuer, clientId, resource, profile] = parts as readonly unknown[]
  if (typeof issuer !== 'string' || typeof clientId !== 'string' || typeof profile !== 'string') return undefined
  if (resource !== null && typeof resource !== 'string') return undefined
  return { issuer, clientId, resource: resource ?? undefined, profile }
}
