/**
 * The verbs of an operator: accounts and clients, straight in the store of a server, which may be running meanwhile.
 * Every verb is one call; nothing here asks, prints or remembers.
 */
import {
  type Account,
  addAccount,
  addClient,
  addInitialAccessToken,
  type Client,
  DEFAULT_SETTINGS,
  enrollKey,
  findClient,
  forgetKey,
  type InitialAccess,
  type KnownKey,
  listAccounts,
  listClients,
  type ListedPasskey,
  listInitialAccessTokens,
  listKnownKeys,
  listPasskeys,
  listSigningKeys,
  masterKeys,
  type PasswordHasher,
  removeClient,
  removeInitialAccessToken,
  removePasskeys,
  rotateSigningKey,
  setAccountDisabled,
  setMail,
  setPassword,
  type Settings,
  type ShownInitialAccess,
  type ShownSigningKey,
  subjectNamed,
} from '@countersign/authority'
import { randomText } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import { type ClientDescription, registrationOf } from './client-description.ts'
import type { Configuration } from './configuration/configuration.ts'
import { openStore } from './open-store.ts'
import { argon2Hasher } from './password-hasher.ts'

/** An account as it is shown: without its password hash. */
export interface ShownAccount {
  readonly name: string
  readonly subject: string
  readonly disabled: boolean
  /** Where notices are mailed to. */
  readonly mail?: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A client as it is shown: without the digests of its secrets. `selfRegistered`: nobody here has looked at it. */
export type ShownClient = Omit<Client, 'secretDigest' | 'registration'> & { readonly selfRegistered?: true }

export interface Administration {
  /** `mail`: where notices are mailed to. @throws CountersignError `usage` when the name, the password or the address cannot be taken */
  addUser(name: string, password: string, mail?: string): Promise<{ readonly name: string; readonly subject: string }>
  listUsers(): Promise<readonly ShownAccount[]>
  /** @throws CountersignError `usage` when there is no such account */
  setUserDisabled(name: string, disabled: boolean): Promise<void>
  /** @throws CountersignError `usage` when there is no such account or the password cannot be taken */
  setUserPassword(name: string, password: string): Promise<void>
  /** `undefined` takes the address back. @throws CountersignError `usage` when there is no such account or the address is none */
  setUserMail(name: string, mail: string | undefined): Promise<void>
  /** Oldest first. @throws CountersignError `usage` when there is no such account */
  listUserPasskeys(name: string): Promise<readonly ListedPasskey[]>
  /** Removes one, or all; tells how many. @throws CountersignError `usage` when there is no such account or no such passkey */
  removeUserPasskeys(name: string, which: { readonly id: string } | 'all'): Promise<number>
  /** A password nobody chose: 20 characters, 120 bits. */
  generatePassword(): string
  /** The secret is told here and never again. @throws CountersignError `usage` when the id is taken, or something cannot be what it is */
  addClient(description: ClientDescription): Promise<{ readonly client: ShownClient; readonly secret: string | undefined }>
  listClients(): Promise<readonly ShownClient[]>
  /** @throws CountersignError `usage` when there is no such client */
  showClient(id: string): Promise<ShownClient>
  /** @throws CountersignError `usage` when there is no such client */
  removeClient(id: string): Promise<void>
  /** A token with which somebody may register clients (RFC 7591), told here and never again. @throws CountersignError `usage` */
  addInitialAccessToken(access?: InitialAccess): Promise<{ readonly token: string; readonly id: string; readonly expiresAt: number }>
  /** Those that have not expired, oldest first. */
  listInitialAccessTokens(): Promise<readonly ShownInitialAccess[]>
  /** @throws CountersignError `usage` when there is none with this id */
  removeInitialAccessToken(id: string): Promise<void>
  /** Whether the configuration lets anybody register a client, and whom. */
  readonly registration: Settings['registration']
  /** Makes the key of a device known to somebody, by name or subject. @throws CountersignError `usage` when there is no such account, or that is no thumbprint */
  enrollDeviceKey(nameOrSubject: string, keyThumbprint: string): Promise<void>
  /** Oldest first. @throws CountersignError `usage` when there is no such account */
  listDeviceKeys(nameOrSubject: string): Promise<readonly KnownKey[]>
  /** @throws CountersignError `usage` when there is no such account, or it does not know the key */
  forgetDeviceKey(nameOrSubject: string, keyThumbprint: string): Promise<void>
  listKeys(): Promise<readonly ShownSigningKey[]>
  /** Makes a new signing key, which signs ten minutes from now; tells its id. */
  rotateKey(): Promise<string>
  close(): Promise<void>
}

/**
 * Opens the store of a server for its operator.
 * @param hasher the one that the server has
 * @throws CountersignError `configuration_invalid` when there is none in the directory, or its key cannot be read
 */
export async function openAdministration(configuration: Configuration, hasher: PasswordHasher = argon2Hasher()): Promise<Administration> {
  const { store, suite, clock, digest, masterKey } = await openStore(configuration, { mustBeThere: true })
  const ports = { store, suite, clock, digest, hasher }
  return {
    addUser: async (name, password, mail) => ({ name, subject: await addAccount(ports, name, password, mail) }),
    listUsers: async () => (await listAccounts(ports)).map(shownAccount),
    setUserDisabled: (name, disabled) => setAccountDisabled(ports, name, disabled),
    setUserPassword: (name, password) => setPassword(ports, name, password),
    setUserMail: (name, mail) => setMail(ports, name, mail),
    listUserPasskeys: (name) => listPasskeys(ports, name),
    removeUserPasskeys: (name, which) => removePasskeys(ports, name, which),
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
    addInitialAccessToken: (access) => addInitialAccessToken(ports, access),
    listInitialAccessTokens: () => listInitialAccessTokens(ports),
    removeInitialAccessToken: (id) => removeInitialAccessToken(ports, id),
    registration: configuration.settings.registration ?? DEFAULT_SETTINGS.registration,
    enrollDeviceKey: async (nameOrSubject, keyThumbprint) => enrollKey(ports, await subjectNamed(ports, nameOrSubject), keyThumbprint),
    listDeviceKeys: async (nameOrSubject) => listKnownKeys(ports, await subjectNamed(ports, nameOrSubject)),
    forgetDeviceKey: async (nameOrSubject, keyThumbprint) => {
      if (await forgetKey(ports, await subjectNamed(ports, nameOrSubject), keyThumbprint)) return
      throw new CountersignError('usage', `"${nameOrSubject}" knows no such key`)
    },
    listKeys: () => listSigningKeys({ store }),
    rotateKey: async () => rotateSigningKey({ store, suite, clock, sealingKey: (await masterKeys(suite, masterKey)).sealing }),
    close: () => store.close(),
  }
}

function shownAccount({ subject, account: { name, disabled, mail, createdAt } }: { subject: string; account: Account }): ShownAccount {
  return { name, subject, disabled, ...(mail === undefined ? {} : { mail }), createdAt }
}

function shown({ secretDigest: _, registration, ...client }: Client): ShownClient {
  return registration === undefined ? client : { ...client, selfRegistered: true }
}
