/** Which client to be at the authorization server that a resource names now, where that may be another one tomorrow. */
import {
  type ClientAuthentication,
  clientFor,
  type Discovery,
  type LoginStores,
  type Registrations,
  type Runtime,
  type Vault,
} from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import type { ChooseClient } from '../../sign-in/links.ts'

export interface ClientChoice {
  /** Registered by hand. */
  readonly clientId?: string | undefined
  /** Secret. */
  readonly clientSecret?: string | undefined
  /** The address of a client's metadata document, which is its id where servers read those. */
  readonly clientMetadataUrl?: string | undefined
  /** What servers call this program when it registers itself. */
  readonly clientName: string
}

/** What a proxy keeps, and shares with every other program of this person. */
export interface ProxyStores extends LoginStores {
  readonly registrations: Registrations
}

/** The client id at servers of this project. */
const OWN = 'countersign-cli'

/** @param redirectUris what the client registers for sign-ins with a link */
export function clientChooser(
  runtime: Runtime,
  stores: () => Promise<ProxyStores>,
  { clientId, clientSecret, clientMetadataUrl, clientName }: ClientChoice,
  redirectUris: (issuer: string) => readonly string[],
): ChooseClient {
  return async (place, signal) => {
    const { vault, ...rest } = await stores()
    if (clientId !== undefined) await refuseMove(vault, clientId, place)
    return clientFor(runtime, rest, place, {
      clientId,
      authentication: clientSecret === undefined ? undefined : withSecret(place, clientSecret),
      builtIn: OWN,
      document: clientMetadataUrl,
      clientName,
      redirectUris: redirectUris(place.issuer),
      signal,
    })
  }
}

/** RFC 8414 section 2: client_secret_basic when nothing is listed. */
function withSecret({ metadata }: Discovery, secret: string): ClientAuthentication {
  const listed = metadata.token_endpoint_auth_methods_supported
  const post = Array.isArray(listed) && !listed.includes('client_secret_basic') && listed.includes('client_secret_post')
  return { method: post ? 'client_secret_post' : 'client_secret_basic', secret }
}

/**
 * MCP authorization, "Authorization Server Binding": a client that was registered by hand is known where it was registered.
 * @throws CountersignError `issuer_mismatch`
 */
async function refuseMove(vault: Vault, clientId: string, { issuer, resource }: Discovery): Promise<void> {
  // A client id that is an address is read by every server that reads such documents.
  if (clientId.startsWith('https://') || clientId === OWN) return
  const known = (await vault.list())
    .map(({ credential }) => credential)
    .filter((credential) => credential.clientId === clientId && credential.resource === resource)
  const [former] = known
  if (former === undefined || known.some((credential) => credential.issuer === issuer)) return
  throw new CountersignError(
    'issuer_mismatch',
    `the server trusts ${issuer} now, and the client ${clientId} was registered at ${former.issuer}`,
    {
      hint: `Have a client registered at ${issuer} and name that one, or sign out of the other first.`,
    },
  )
}
