/** Packages that are needed for some things only: whoever asks for one of those is told what to install. */
import { CountersignError } from '@countersign/protocol'

/**
 * Imports a package by `load`.
 * @throws CountersignError `configuration_invalid` when it is not installed
 */
export async function loadPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(name, error)) throw error
    throw new CountersignError('configuration_invalid', `this needs the package ${name}, which is not installed`, {
      hint: `npm install ${name}   (with --global, if countersign was installed so)`,
      cause: error,
    })
  }
}

/** The package itself is missing, and not something that it needs. */
function isMissing(name: string, error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}
