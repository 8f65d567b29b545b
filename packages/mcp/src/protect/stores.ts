/** Where tokens and codes under way are kept: opened at the first need, because a keychain may have to ask somebody. */
import { type LoginStores, memoryPendingLogins, memoryVault, type PendingLogins } from '@countersign/client'
import { openVault } from '@countersign/node/vault'
import { CountersignError } from '@countersign/protocol'
import type { ProtectOptions } from './options.ts'

type Kept = Pick<ProtectOptions, 'keep' | 'resume'> & { readonly env: Readonly<Record<string, string | undefined>> }

export function openStores({ keep = 'memory', resume = true, env }: Kept): () => Promise<LoginStores> {
  let opened: Promise<LoginStores> | undefined
  return () => {
    opened ??= open().catch((error: unknown) => {
      // A keychain that was locked may be open next time.
      opened = undefined
      throw error
    })
    return opened
  }

  async function open(): Promise<LoginStores> {
    if (keep === 'memory') return { vault: memoryVault(), pending: resume ? await pendingOnDisk() : memoryPendingLogins() }
    const vault = await openVault({ env })
    return { vault, pending: resume ? vault.pending : memoryPendingLogins() }
  }

  async function pendingOnDisk(): Promise<PendingLogins> {
    try {
      return (await openVault({ env })).pending
    } catch (error) {
      // In a container that may not write, the code ends with the process, and that is all.
      if (error instanceof CountersignError && error.code === 'vault_unavailable') return memoryPendingLogins()
      throw error
    }
  }
}
