/** Keeping a sign-in that came without a code: all of it or nothing. */
import { type Credential, keepCredential, memoryVault, revoke } from '@countersign/client'
import type { ClientParts } from '../invocation.ts'

/**
 * Keeps it, or lets go of its tokens.
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
