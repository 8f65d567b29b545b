/** The server is an optional part: the command works without it, and says what to install when it is asked for. */
import { CountersignError } from '@countersign/protocol'
import type * as server from '@countersign/server'
import type { Invocation } from '../invocation.ts'
import type { AdminOptions } from './admin-options.ts'

type ServerPackage = typeof server

const NAME = '@countersign/server'

/** @throws CountersignError `configuration_invalid` when the package is not installed */
export async function loadServer(): Promise<ServerPackage> {
  try {
    return await import('@countersign/server')
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new CountersignError('configuration_invalid', `this needs the package ${NAME}, which is not installed`, {
      hint: `npm install ${NAME}   (with --global, if countersign was installed so)`,
      cause: error,
    })
  }
}

/** Opens the store of the server that the flags and the environment name, and closes it whatever happens. */
export async function administer(
  { environment }: Pick<Invocation, 'environment'>,
  { data, config }: AdminOptions,
  body: (administration: server.Administration) => Promise<void>,
): Promise<void> {
  const { openAdministration, readConfiguration } = await loadServer()
  const flags = { ...(data === undefined ? {} : { data }), ...(config === undefined ? {} : { config }) }
  const administration = await openAdministration(readConfiguration(flags, environment))
  try {
    await body(administration)
  } finally {
    await administration.close()
  }
}

/** The package itself is missing, and not something that it needs. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${NAME}'`)
}
