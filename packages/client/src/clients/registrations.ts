/** Who this program is at each authorization server, where the server has said so (RFC 7591). One registration for an issuer, never used at another. */
import type { ClientAuthentication } from './authentication.ts'

/** JSON: absent members are left out. */
export interface KnownClient {
  readonly issuer: string
  readonly clientId: string
  readonly authentication?: ClientAuthentication
  /** What it may use; absent when nobody said. */
  readonly grantTypes?: readonly string[]
}

/** Where registrations are kept: as secret as credentials, because there may be a client secret in them. What cannot be read counts as absent. */
export interface Registrations {
  read(issuer: string): Promise<KnownClient | undefined>
  write(client: KnownClient): Promise<void>
  remove(issuer: string): Promise<void>
}

/** Registrations that end with the process. */
export function memoryRegistrations(): Registrations {
  const kept = new Map<string, KnownClient>()
  return {
    read: async (issuer) => kept.get(issuer),
    write: async (client) => void kept.set(client.issuer, client),
    remove: async (issuer) => void kept.delete(issuer),
  }
}
