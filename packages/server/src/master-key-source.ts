/** Where the master key comes from: a file, a program, or a variable of the environment. */
import { join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import type { Configuration, Environment } from './configuration/configuration.ts'
import { masterKeyIn, readMasterKey, WANTED_KEY } from './master-key.ts'
import { askForMasterKey, shownCommand } from './master-key-command.ts'

export interface MasterKeySource {
  /** Only where it is a file. */
  readonly file: string | undefined
  /** In words, without anything secret: `in "FILE"`. */
  readonly shown: string
  /** @throws CountersignError `configuration_invalid` when there is no key */
  read(): Promise<Uint8Array>
}

const OWN_FILE = 'master.key'

export function masterKeySource(configuration: Configuration, environment: Environment): MasterKeySource {
  const { dataDirectory, masterKeyCommand: command, masterKeyVariable: variable } = configuration
  if (command !== undefined) return { file: undefined, shown: `from ${shownCommand(command)}`, read: () => askForMasterKey(command) }
  if (variable !== undefined) {
    const shown = `from the environment variable "${variable}"`
    return { file: undefined, shown, read: async () => keyInVariable(environment[variable], variable) }
  }
  const file = configuration.masterKeyFile ?? join(dataDirectory, OWN_FILE)
  return { file, shown: `in "${file}"`, read: async () => readMasterKey(file) }
}

function keyInVariable(text: string | undefined, variable: string): Uint8Array {
  const key = text === undefined ? undefined : masterKeyIn(Buffer.from(text))
  if (key !== undefined) return key
  const fault = text ? 'holds no key' : 'is not set'
  throw new CountersignError('configuration_invalid', `the environment variable "${variable}", for the master key, ${fault}`, {
    hint: WANTED_KEY,
  })
}
