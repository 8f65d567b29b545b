/** The server is an optional part: the command works without it, and says what to install when it is asked for. */
import { loadPackage } from '@countersign/node'
import type * as server from '@countersign/server'
import type { Invocation } from '../invocation.ts'
import type { AdminOptions } from './admin-options.ts'

type ServerPackage = typeof server

/** @throws CountersignError `configuration_invalid` when the package is not installed */
export function loadServer(): Promise<ServerPackage> {
  return loadPackage('@countersign/server', () => import('@countersign/server'))
}

/** Opens the store of the server that the flags and the environment name, and closes it whatever happens. */
export async function administer(
  { environment }: Pick<Invocation, 'environment'>,
  { data, config, store, storePasswordFile }: AdminOptions,
  body: (administration: server.Administration) => Promise<void>,
): Promise<void> {
  const { openAdministration, readConfiguration } = await loadServer()
  const flags = Object.fromEntries(Object.entries({ data, config, store, storePasswordFile }).filter(([, value]) => value !== undefined))
  const administration = await openAdministration(readConfiguration(flags, environment))
  try {
    await body(administration)
  } finally {
    await administration.close()
  }
}
