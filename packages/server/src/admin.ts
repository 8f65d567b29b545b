/**
 * The verbs of an operator: accounts and clients, straight in the store of a server, which may be running meanwhile.
 * Every verb is one call; nothing here asks, prints or remembers.
 */
import {
  addAccount,
  addClient,
  type Client,
  findClient,
  listAccounts,
  listClients,
  type PasswordHasher,
  type Registration,
  removeClient,
  setAccountDisabled,
  setPassword,
} from '@countersign/authority'
import { plainLine } from '@countersign/node'
import { randomText } from '@countersign/proof'
import {
  CLIENT_CREDENTIALS,
  CountersignError,
  DEVICE_CODE,
  OAuthError,
  parseResource,
  parseScope,
  REFRESH_TOKEN,
} from '@countersign/protocol'
import type { Configuration } from './configuration/configuration.ts'
import { nearestName } from './configuration/nearest-name.ts'
import { hasStore, openStore } from './open-store.ts'
import { argon2Hasher } from './password-hasher.ts'

/** An account as it is shown: without its password hash. */
export interface ShownAccount {
  readonly name: string
  readonly subject: string
  readonly disabled: boolean
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A client as it is shown: without the digest of its secret. */
export type ShownClient = Omit<Client, 'secretDigest'>

/** A client as an operator describes it. */
export interface ClientDescription {
  /** Drawn when not given. */
  readonly id?: string | undefined
  readonly name: string
  /** It can keep a secret, and gets one. */
  readonly confidential?: boolean | undefined
  /** `device_code`, `refresh_token`, `client_credentials`, or the names of the wire; the first two when not given. */
  readonly grantTypes?: readonly string[] | undefined
  /** What it may ask for at most, separated by spaces; everything when not given. */
  readonly scope?: string | undefined
  /** `open`, `same-network` or `enrolled`; the policy of the server when not given. */
  readonly approvalPolicy?: string | undefined
  /** The resources it serves: it may introspect the tokens meant for them. */
  readonly resources?: readonly string[] | undefined
  /** It gets tokens bound to its key, and no others. */
  readonly dpopBound?: boolean | undefined
}

export interface Administration {
  /** @throws CountersignError `usage` when the name or the password cannot be taken */
  addUser(name: string, password: string): Promise<{ readonly name: string; readonly subject: string }>
  listUsers(): Promise<readonly ShownAccount[]>
  /** @throws CountersignError `usage` when there is no such account */
  setUserDisabled(name: string, disabled: boolean): Promise<void>
  /** @throws CountersignError `usage` when there is no such account or the password cannot be taken */
  setUserPassword(name: string, password: string): Promise<void>
  /** A password nobody chose: 20 characters, 120 bits. */
  generatePassword(): string
  /** The secret is told here and never again. @throws CountersignError `usage` when the id is taken, or something cannot be what it is */
  addClient(description: ClientDescription): Promise<{ readonly client: ShownClient; readonly secret: string | undefined }>
  listClients(): Promise<readonly ShownClient[]>
  /** @throws CountersignError `usage` when there is no such client */
  showClient(id: string): Promise<ShownClient>
  /** @throws CountersignError `usage` when there is no such client */
  removeClient(id: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the store of a server for its operator.
 * @param hasher the one that the server has
 * @throws CountersignError `configuration_invalid` when there is none in the directory, or its key cannot be read
 */
export async function openAdministration(configuration: Configuration, hasher: PasswordHasher = argon2Hasher()): Promise<Administration> {
  // A mistyped directory must not become a second store in which nobody ever looks.
  if (!hasStore(configuration)) {
    throw new CountersignError('configuration_invalid', `there is no server in "${configuration.dataDirectory}"`, {
      hint: 'start it once with "countersign serve", or name its directory with --data or COUNTERSIGN_DATA',
    })
  }
  const { store, suite, clock, digest } = await openStore(configuration)
  const ports = { store, suite, clock, digest, hasher }
  return {
    addUser: async (name, password) => ({ name, subject: await addAccount(ports, name, password) }),
    listUsers: async () =>
      (await listAccounts(ports)).map(({ subject, account: { name, disabled, createdAt } }) => ({ name, subject, disabled, createdAt })),
    setUserDisabled: (name, disabled) => setAccountDisabled(ports, name, disabled),
    setUserPassword: (name, password) => setPassword(ports, name, password),
    generatePassword: () => randomText(suite, 15),
    addClient: async (description) => {
      const { client, secret } = await addClient(ports, registrationOf(description))
      return { client: shown(client), secret }
    },
    listClients: async () => (await listClients(ports)).map(shown),
    showClient: async (id) => {
      const client = await findClient(ports, id)
      if (client === undefined) throw new CountersignError('usage', `there is no client with the id "${id}"`)
      return shown(client)
    },
    removeClient: (id) => removeClient(ports, id),
    close: () => store.close(),
  }
}

function shown({ secretDigest: _, ...client }: Client): ShownClient {
  return client
}

const GRANT_TYPES: Readonly<Record<string, string>> = {
  device_code: DEVICE_CODE,
  [DEVICE_CODE]: DEVICE_CODE,
  refresh_token: REFRESH_TOKEN,
  client_credentials: CLIENT_CREDENTIALS,
}

/** What was typed, in the words of the wire. @throws CountersignError `usage` */
function registrationOf({
  id,
  name,
  confidential = false,
  dpopBound = false,
  grantTypes,
  scope,
  approvalPolicy,
  resources,
}: ClientDescription): Registration {
  if (name.trim() === '' || plainLine(name) !== name) throw new CountersignError('usage', 'the name of a client is one line of text')
  const named = grantTypes?.map(grantTypeNamed)
  // RFC 6749 section 4.4 and RFC 7662 section 2.1: both are for clients that can prove who they are.
  if (!confidential && (named?.includes(CLIENT_CREDENTIALS) === true || resources !== undefined)) {
    throw new CountersignError('usage', 'only a confidential client can use client_credentials or serve a resource')
  }
  return {
    name,
    confidential,
    dpopBound,
    ...(id === undefined ? {} : { id }),
    ...(named === undefined ? {} : { grantTypes: named }),
    ...(scope === undefined ? {} : { scopes: parsed(parseScope, scope) }),
    ...(approvalPolicy === undefined ? {} : { approvalPolicy: policyNamed(approvalPolicy) }),
    ...(resources === undefined ? {} : { resources: resources.map((each) => parsed(parseResource, each)) }),
  }
}

function grantTypeNamed(name: string): string {
  const grantType = Object.hasOwn(GRANT_TYPES, name) ? GRANT_TYPES[name] : undefined
  if (grantType !== undefined) return grantType
  const nearest = nearestName(name, ['device_code', 'refresh_token', 'client_credentials'])
  const hint = nearest === undefined ? 'there are device_code, refresh_token and client_credentials' : `did you mean "${nearest}"?`
  throw new CountersignError('usage', `"${plainLine(name)}" is no grant type of this server`, { hint })
}

const POLICIES = ['open', 'same-network', 'enrolled'] as const

function policyNamed(name: string): (typeof POLICIES)[number] {
  const policy = POLICIES.find((known) => known === name)
  if (policy !== undefined) return policy
  throw new CountersignError('usage', `"${plainLine(name)}" is no approval policy`, { hint: `there are ${POLICIES.join(', ')}` })
}

/** What the protocol would refuse on the wire is a usage error here. */
function parsed<Value>(parse: (text: string) => Value, text: string): Value {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof OAuthError) throw new CountersignError('usage', `"${plainLine(text)}": ${error.message}`, { cause: error })
    throw error
  }
}
