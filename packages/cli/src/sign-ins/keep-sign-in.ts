/** Keeping a new sign-in: all of it or nothing, and known beforehand to be possible. */
import { type Credential, keepCredential, memoryVault, revoke } from '@countersign/client'
import { randomText } from '@countersign/proof'
import type { ClientParts } from '../invocation.ts'

/**
 * Writes and forgets a credential that is none: a keychain that stays locked, a full disk or a directory of somebody else is found out
 * before the person does anything.
 * @throws CountersignError `vault_unavailable`
 */
export async function tryVault({ runtime: { suite, clock }, vault }: ClientParts, issuer: string): Promise<void> {
  const name = `trial ${randomText(suite, 9)}`
  const trial = { version: 1, issuer, clientId: name, scope: [], accessToken: name, tokenType: 'Bearer', generation: 1 } as const
  await vault.write(name, { ...trial, key: await suite.generateKey('ES256'), endpoints: { token: issuer }, obtainedAt: clock.now() })
  await vault.remove(name)
}

/**
 * Keeps a sign-in that a person has just approved, or lets go of its tokens.
 * @throws CountersignError what `keepCredential` throws
 */
export async function keepSignIn(
  { runtime, vault }: ClientParts,
  name: string,
  credential: Credential,
  signal: AbortSignal,
): Promise<void> {
  try {
    await keepCredential(vault, name, credential, signal)
  } catch (error) {
    // Tokens that nobody holds must not stay alive.
    const holder = memoryVault()
    await holder.write(name, credential)
    await revoke(runtime, holder, name)
    throw error
  }
}
