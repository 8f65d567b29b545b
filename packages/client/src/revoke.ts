/**
 * Signing out: the server is told, and the credential is forgotten.
 * Invariant: whatever the server answers, nothing on this machine uses the tokens again (RFC 7009 section 2).
 */
import { CountersignError } from '@countersign/protocol'
import type { Runtime } from './runtime.ts'
import { revokeTokens } from './token/revocation.ts'
import type { Vault } from './vault/vault.ts'
import { bindKey } from './wire/proven.ts'

/** What became of the tokens at the server; on this machine they are gone in every case. */
export type Revocation =
  | { readonly type: 'revoked' }
  /** They end by themselves: the server offers no revocation. */
  | { readonly type: 'not_offered' }
  /** They may still be alive at the server; `error` says why. */
  | { readonly type: 'not_confirmed'; readonly error: CountersignError }
  | { readonly type: 'not_signed_in' }

/**
 * Revokes the refresh token (or the access token when there is none) and forgets the credential.
 * @throws CountersignError `vault_unavailable`, `vault_corrupt`, `lock_timeout` when the vault fails
 */
export async function revoke(runtime: Runtime, vault: Vault, name: string, signal?: AbortSignal): Promise<Revocation> {
  return vault.locked(
    name,
    async () => {
      const credential = await vault.read(name)
      if (credential === undefined) return { type: 'not_signed_in' }
      try {
        const { clientId, authentication, endpoints, key } = credential
        if (endpoints.revocation === undefined) return { type: 'not_offered' }
        const binding = await bindKey(runtime, key)
        await revokeTokens(
          runtime,
          binding,
          { endpoint: endpoints.revocation, clientId, authentication, patient: true },
          credential,
          signal,
        )
        return { type: 'revoked' }
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error
        return { type: 'not_confirmed', error }
      } finally {
        await vault.remove(name)
      }
    },
    signal,
  )
}
