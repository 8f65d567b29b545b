/** Registrations as sealed files beside the vault, one for each issuer. */
import type { KnownClient, Registrations } from '@countersign/client'
import { sealedFiles } from '../sealed-files.ts'
import type { FilePendingLoginsOptions } from './file-pending-logins.ts'

const FORMAT = 'countersign-registration-1'
/** A registration lasts; the server says when it does not know the client any more. */
const NEVER = Number.POSITIVE_INFINITY

/** A place in a directory of its own, which is made, or made private, when it is first needed. */
export function fileRegistrations(options: Omit<FilePendingLoginsOptions, 'sleep'>): Registrations {
  const files = sealedFiles({ ...options, format: FORMAT, lasting: true, oldest: NEVER })
  return {
    read: async (issuer) => {
      const text = await files.read(issuer)
      return text === undefined ? undefined : (JSON.parse(text) as KnownClient)
    },
    write: (client) => files.write(client.issuer, JSON.stringify(client)),
    remove: (issuer) => files.remove(issuer),
  }
}
