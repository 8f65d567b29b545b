/** The directory of a server: the store, unless it is elsewhere, the master key and, when the operator likes, the configuration. */
import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { masterKeys, type Store } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { type Digest, keyedDigest, type Suite } from '@countersign/proof'
import { type Clock, CountersignError } from '@countersign/protocol'
import { sqliteStore } from '@countersign/store-sqlite'
import type { Configuration, Environment } from './configuration/configuration.ts'
import { shownStore } from './configuration/store-address.ts'
import { makeMasterKey } from './master-key.ts'
import { masterKeySource } from './master-key-source.ts'
import { openRemoteStore } from './remote-store.ts'

export interface OpenStore {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly masterKey: Uint8Array
  /** Under the key that is derived from the master key for this. */
  readonly digest: Digest
  /** `undefined`: it came from elsewhere. */
  readonly masterKeyFile: string | undefined
  /** Where the key came from, in words. */
  readonly masterKeyShown: string
  /** Whether the key was made just now. */
  readonly masterKeyMade: boolean
  /** Whether others on this machine can look into the directory. */
  readonly exposed: boolean
}

const STORE = 'countersign.sqlite'

export interface OpenStoreOptions {
  /** Refuses to make anything: a mistyped directory or address must not become a second store in which nobody ever looks. */
  readonly mustBeThere?: boolean
  /** Where a key in a variable is; the environment of this program unless given. */
  readonly environment?: Environment
}

/**
 * Opens the store of a server, and makes directory, key and store when this is the first time.
 * @throws CountersignError `configuration_invalid` when the directory or the key cannot be used, `store_unavailable` when the store cannot
 */
export async function openStore(configuration: Configuration, options: OpenStoreOptions = {}): Promise<OpenStore> {
  const { mustBeThere = false, environment = process.env } = options
  const { dataDirectory: directory, store: address, storePasswordFile } = configuration
  const suite = nodeSuite()
  const clock = systemClock()
  const file = join(directory, STORE)
  const source = masterKeySource(configuration, environment)
  const { file: masterKeyFile, shown: masterKeyShown } = source
  let store = address === undefined ? undefined : await openRemoteStore(address, storePasswordFile, clock)
  let masterKeyMade = false
  try {
    const isThere = store === undefined ? existsSync(file) : (await store.read(MARK.kind, MARK.id)) !== undefined
    if (mustBeThere && !isThere) throw nothingIn(configuration)
    makeDirectory(directory)
    if (masterKeyFile !== undefined) {
      // A key is only made for a store that is to be made too: an old store can be opened with its own key and no other.
      masterKeyMade = configuration.masterKeyFile === undefined && !isThere && makeMasterKey(masterKeyFile, suite)
      if (isThere && !existsSync(masterKeyFile)) throw keyGone(masterKeyFile, address === undefined ? `"${file}"` : shownStore(address))
    }
    const masterKey = await source.read()
    const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
    store ??= sqliteStore({ file, clock })
    await checkMasterKey(store, digest, masterKeyShown)
    const exposed = process.platform !== 'win32' && (statSync(directory).mode & 0o077) !== 0
    return { store, suite, clock, masterKey, digest, masterKeyFile, masterKeyShown, masterKeyMade, exposed }
  } catch (error) {
    await store?.close()
    // Another server was first at the same store: its key counts, and this one would only be in the way of a copy.
    if (masterKeyFile !== undefined && masterKeyMade && address !== undefined) rmSync(masterKeyFile, { force: true })
    throw error
  }
}

function keyGone(file: string, store: string): CountersignError {
  return new CountersignError('configuration_invalid', `the master key file "${file}" is gone, and ${store} cannot be used without it`, {
    hint: 'put the key that the store was made with there, from its backup or another server, with mode 0600',
  })
}

function nothingIn({ dataDirectory, store }: Configuration): CountersignError {
  const place = store === undefined ? `"${dataDirectory}"` : shownStore(store)
  return new CountersignError('configuration_invalid', `there is no server in ${place}`, {
    hint: 'start it once with "countersign serve", or name its directory with --data or COUNTERSIGN_DATA, its store with --store or COUNTERSIGN_STORE',
  })
}

const MARK = { kind: 'server', id: 'master_key' } as const

/** The store remembers which key it was made with, by a digest under that key: digests under another one would never be found again. */
async function checkMasterKey(store: Store, digest: Digest, whence: string): Promise<void> {
  const check = await digest('master_key', 'check')
  if (await store.insert({ ...MARK, value: { check } })) return
  const kept = (await store.read(MARK.kind, MARK.id))?.value as { check: string } | undefined
  if (kept?.check === check) return
  throw new CountersignError('configuration_invalid', `the master key ${whence} is not the one that this store was made with`, {
    hint: 'give the server the master key it was first started with',
  })
}

function makeDirectory(directory: string): void {
  try {
    // Of the directories made here only the last is ours; its mode must not depend on the umask.
    if (mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(directory, 0o700)
  } catch (cause) {
    throw new CountersignError('configuration_invalid', `the directory "${directory}" cannot be made`, { cause })
  }
}
