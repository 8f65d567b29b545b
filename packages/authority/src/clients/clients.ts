/** Registering clients by hand: what an operator does before a program can sign in. */
import {
  AUTHORIZATION_CODE,
  type Clock,
  CountersignError,
  DEVICE_CODE,
  OAuthError,
  parseRedirectUri,
  REFRESH_TOKEN,
  type Scope,
} from '@countersign/protocol'
import { type Digest, randomText, type Suite } from '@countersign/proof'
import type { ApprovalPolicy } from '../approval/approval-policy.ts'
import type { Store } from '../ports/store.ts'
import { type Client, listWhole } from '../records/records.ts'

export interface ClientPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly digest: Digest
}

export interface Registration {
  /** Chosen by the operator; drawn when left out. */
  readonly id?: string
  readonly name: string
  /** A confidential client gets a secret; devices are public (RFC 8628 section 5.6). */
  readonly confidential?: boolean
  /** Public keys, for a confidential client that signs assertions instead of knowing a secret. */
  readonly jwks?: readonly Readonly<Record<string, unknown>>[]
  /** The device grant and refreshing when left out; with redirect URIs, the code grant and refreshing. */
  readonly grantTypes?: readonly string[]
  readonly redirectUris?: readonly string[]
  readonly scopes?: Scope
  readonly approvalPolicy?: ApprovalPolicy
  readonly resources?: readonly string[]
  readonly dpopBound?: boolean
}

const KIND = 'client'
const GROUP = 'all'

/**
 * Registers a client. The secret, if there is one, is told here once and never again: only its digest is kept.
 * @throws CountersignError `usage` when the id is taken or malformed, or a redirect URI cannot be one
 */
export async function addClient(ports: ClientPorts, registration: Registration): Promise<{ client: Client; secret: string | undefined }> {
  const id = registration.id ?? randomText(ports.suite, 12)
  if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(id)) throw new CountersignError('usage', 'a client id has 1 to 128 printable characters')
  const { jwks } = registration
  const secret = registration.confidential === true && jwks === undefined ? randomText(ports.suite, 32) : undefined
  const client: Client = {
    id,
    name: registration.name,
    authentication: jwks !== undefined ? 'private_key_jwt' : secret === undefined ? 'none' : 'client_secret',
    ...(jwks === undefined ? {} : { jwks }),
    ...(secret === undefined ? {} : { secretDigest: await ports.digest('client_secret', secret) }),
    ...redirection(registration),
    ...(registration.scopes === undefined ? {} : { scopes: registration.scopes }),
    ...(registration.dpopBound === true ? { dpopBound: true } : {}),
    ...(registration.resources === undefined ? {} : { resources: registration.resources }),
    ...(registration.approvalPolicy === undefined ? {} : { approvalPolicy: registration.approvalPolicy }),
    createdAt: ports.clock.now(),
  }
  if (!(await insertClient(ports.store, client))) throw new CountersignError('usage', `a client with the id "${id}" exists already`)
  return { client, secret }
}

/** RFC 6749 section 3.1.2.2: no code grant without a registered place for its answers, and no place without the grant. */
function redirection({ grantTypes, redirectUris }: Registration): Pick<Client, 'grantTypes' | 'redirectUris'> {
  const granted = grantTypes ?? [redirectUris === undefined ? DEVICE_CODE : AUTHORIZATION_CODE, REFRESH_TOKEN]
  if (granted.includes(AUTHORIZATION_CODE) !== (redirectUris ?? []).length > 0) {
    throw new CountersignError('usage', 'the authorization_code grant and redirect URIs go together')
  }
  if (redirectUris === undefined) return { grantTypes: granted }
  try {
    return { grantTypes: granted, redirectUris: redirectUris.map(parseRedirectUri) }
  } catch (error) {
    if (error instanceof OAuthError) throw new CountersignError('usage', error.message, { cause: error })
    throw error
  }
}

/** Keeps a new client; `false` when its id is taken. */
export function insertClient(store: Store, client: Client): Promise<boolean> {
  return store.insert({ kind: KIND, id: client.id, value: client, group: GROUP, expiresAt: client.registration?.keptUntil })
}

/** Every client, oldest first. */
export async function listClients({ store }: Pick<ClientPorts, 'store'>): Promise<readonly Client[]> {
  return (await listWhole(store, KIND, GROUP)).map(({ value }) => value as Client)
}

export async function findClient({ store }: Pick<ClientPorts, 'store'>, id: string): Promise<Client | undefined> {
  return (await store.read(KIND, id))?.value as Client | undefined
}

/**
 * Removes a client. From then on it can neither start, redeem nor refresh.
 * @throws CountersignError `usage` when there is no such client
 */
export async function removeClient({ store }: Pick<ClientPorts, 'store'>, id: string): Promise<void> {
  const row = await store.read(KIND, id)
  if (row === undefined || !(await store.remove(KIND, id, row.version)))
    throw new CountersignError('usage', `there is no client with the id "${id}"`)
}
