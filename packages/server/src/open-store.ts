/** The directory of a server: the store, the master key and, when the operator likes, the configuration. */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { masterKeys, type Store } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { type Digest, keyedDigest, type Suite } from '@countersign/proof'
import { type Clock, CountersignError } from '@countersign/protocol'
import { sqliteStore } from '@countersign/store-sqlite'
import type { Configuration } from './configuration/configuration.ts'
import { makeMasterKey, readMasterKey } from './master-key.ts'

export interface OpenStore {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly masterKey: Uint8Array
  /** Under the key that is derived from the master key for this. */
  readonly digest: Digest
  readonly masterKeyFile: string
  /** Whether the key was made just now. */
  readonly masterKeyMade: boolean
  /** Whether others on this machine can look into the directory. */
  readonly exposed: boolean
}

const STORE = 'countersign.sqlite'
const MASTER_KEY = 'master.key'

/**
 * Opens the store of a server, and makes directory, key and store when this is the first time.
 * @throws CountersignError `configuration_invalid` when the directory or the key cannot be used, `store_unavailable` when the store cannot
 */
export async function openStore({ dataDirectory: directory, masterKeyFile: named }: Configuration): Promise<OpenStore> {
  const suite = nodeSuite()
  const clock = systemClock()
  makeDirectory(directory)
  const file = join(directory, STORE)
  const masterKeyFile = named ?? join(directory, MASTER_KEY)
  // A key is only made for a store that is to be made too: an old store can be opened with its own key and no other.
  const masterKeyMade = named === undefined && !existsSync(file) && makeMasterKey(masterKeyFile, suite)
  if (existsSync(file) && !existsSync(masterKeyFile)) {
    throw new CountersignError(
      'configuration_invalid',
      `the master key file "${masterKeyFile}" is gone, and "${file}" cannot be used without it`,
      {
        hint: 'put the backup of the key back in its place, with mode 0600',
      },
    )
  }
  const masterKey = readMasterKey(masterKeyFile)
  const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
  const store = sqliteStore({ file, clock })
  try {
    await checkMasterKey(store, digest, masterKeyFile)
  } catch (error) {
    await store.close()
    throw error
  }
  const exposed = process.platform !== 'win32' && (statSync(directory).mode & 0o077) !== 0
  return { store, suite, clock, masterKey, digest, masterKeyFile, masterKeyMade, exposed }
}

const MARK = { kind: 'server', id: 'master_key' } as const

/** The store remembers which key it was made with, by a digest under that key: digests under another one would never be found again. */
async function checkMasterKey(store: Store, digest: Digest, file: string): Promise<void> {
  const check = await digest('master_key', 'check')
  if (await store.insert({ ...MARK, value: { check } })) return
  const kept = (await store.read(MARK.kind, MARK.id))?.value as { check: string } | undefined
  if (kept?.check === check) return
  throw new CountersignError('configuration_invalid', `the master key in "${file}" is not the one that this store was made with`, {
    hint: 'give the server the master key it was first started with',
  })
}

/** Whether there is a server's store in this directory. */
export function hasStore({ dataDirectory: directory }: Configuration): boolean {
  return existsSync(join(directory, STORE))
}

function makeDirectory(directory: string): void {
  try {
    // Of the directories made here only the last is ours; its mode must not depend on the umask.
    if (mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(directory, 0o700)
  } catch (cause) {
    throw new CountersignError('configuration_invalid', `the directory "${directory}" cannot be made`, { cause })
  }
}
