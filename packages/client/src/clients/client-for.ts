/**
 * Which client to be at an authorization server, by the priority of MCP authorization: registered by hand, a metadata document of one's own,
 * registered by itself, else somebody has to say. Invariant: what one server said is never used at another.
 */
import { CountersignError } from '@countersign/protocol'
import type { Discovery } from '../discover.ts'
import type { PendingLogins } from '../pending/pending-logins.ts'
import type { Runtime } from '../runtime.ts'
import { readText } from '../wire/json.ts'
import type { ClientAuthentication } from './authentication.ts'
import { type OwnMetadata, registerClient } from './register.ts'
import type { KnownClient, Registrations } from './registrations.ts'

export interface ClientChoice extends OwnMetadata {
  /** Registered by hand, as the person says. */
  readonly clientId?: string | undefined
  readonly authentication?: ClientAuthentication | undefined
  /** The id of this program that Countersign's own servers know from their first start on; elsewhere the last resort. */
  readonly builtIn?: string | undefined
  /** The https address of a document that tells about this client (Client ID Metadata Document). */
  readonly document?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where registrations are, and a lock, so that programs that start together register once. */
export interface RegistrationStores {
  readonly registrations: Registrations
  readonly pending: Pick<PendingLogins, 'locked'>
}

/**
 * The client to sign in as.
 * @throws CountersignError `registration_failed` when the server knows no way, or refuses; `network_failure`, `invalid_response`, `aborted`
 */
export async function clientFor(
  runtime: Runtime,
  { registrations, pending }: RegistrationStores,
  place: Discovery,
  choice: ClientChoice,
): Promise<KnownClient> {
  const { issuer, metadata } = place
  const { clientId, authentication, builtIn, document, signal } = choice
  const authenticated = authentication === undefined ? {} : { authentication }
  if (clientId !== undefined) return { issuer, clientId, ...authenticated }
  const found = await registrations.read(issuer)
  if (found !== undefined) return found
  // docs/countersign.md: this member tells a server of our own kind.
  if (builtIn !== undefined && metadata['countersign_supported'] === true) return { issuer, clientId: builtIn, ...authenticated }
  if (document !== undefined && metadata.client_id_metadata_document_supported === true)
    return { issuer, clientId: document, ...authenticated }
  if (readText(metadata.registration_endpoint) === undefined) {
    // An operator may know this program by the name it has everywhere.
    if (builtIn !== undefined) return { issuer, clientId: builtIn, ...authenticated }
    throw unregistered(issuer)
  }
  return pending.locked(
    `registration ${issuer}`,
    async () => {
      const present = await registrations.read(issuer)
      if (present !== undefined) return present
      const registered = await registerClient(runtime, place, choice, signal)
      await registrations.write(registered)
      return registered
    },
    signal,
  )
}

function unregistered(issuer: string): CountersignError {
  return new CountersignError('registration_failed', `${issuer} has to know this client first, and lets nobody register by itself`, {
    hint: 'Have a client registered there for the device grant, and name it with --client-id.',
  })
}
