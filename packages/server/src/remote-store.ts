/** Stores that several servers share. Each is a package of its own, imported when its address is given. */
import type { Store } from '@countersign/authority'
import { loadPackage } from '@countersign/node'
import type { Clock } from '@countersign/protocol'
import { readPrivateLine } from './configuration/private-file.ts'
import { schemeOf, STORE_PACKAGES, withPassword } from './configuration/store-address.ts'

/**
 * Opens the store at an address.
 * @throws CountersignError `configuration_invalid` when its package is not installed or the address cannot be used
 */
export async function openRemoteStore(address: string, passwordFile: string | undefined, clock: Clock): Promise<Store> {
  const password = passwordFile && readPrivateLine(passwordFile, 'the store password file', 'write the password of the store into it')
  const url = password === undefined ? address : withPassword(address, password)
  const name = STORE_PACKAGES[schemeOf(address)]
  switch (name) {
    case '@countersign/store-postgres': {
      const { postgresStore } = await loadPackage(name, () => import('@countersign/store-postgres'))
      return postgresStore({ url, clock })
    }
    case '@countersign/store-redis': {
      const { redisStore } = await loadPackage(name, () => import('@countersign/store-redis'))
      return redisStore({ url, clock })
    }
  }
}
