/** The vault of this person, with what lies beside it: sign-ins under way, and who this program is at each server. */
import { memoryRegistrations } from '@countersign/client'
import type { ProxyStores } from '@countersign/mcp/stdio'
import type { OpenedVault } from '@countersign/node/vault'
import { type Opening, openClientParts } from '../sign-ins/client-parts.ts'

/** @throws CountersignError `vault_unavailable` when credentials cannot be kept here */
export async function openProxyStores(opening: Opening): Promise<ProxyStores> {
  const { vault, pending } = await openClientParts(opening)
  // A vault that was handed in comes without them.
  const registrations = 'registrations' in vault ? (vault as OpenedVault).registrations : memoryRegistrations()
  return { vault, pending, registrations }
}
