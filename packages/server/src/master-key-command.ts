/**
 * The master key from a program of the operator: one that asks a key management system, decrypts a file, or opens a TPM.
 * Invariant: no shell sees the command, and what the program writes is a key or is forgotten: no error and no log repeats any of it.
 */
import { type CommandFault, commandOutput, plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import { LONGEST_SECRET } from './configuration/private-file.ts'
import { masterKeyIn, WANTED_KEY } from './master-key.ts'

/** Somebody may have to touch a key first. */
const PATIENCE_MS = 60_000
const BY_HAND = 'run it by hand as the user of the server, to see why'

/** How people see the command: by its program alone, since arguments may be secret. */
export function shownCommand([program = '']: readonly string[]): string {
  return `the command "${plainLine(program)}"`
}

/**
 * Runs the program and takes what it writes to stdout, in the forms a master key file may have. It gets no input, and its stderr goes nowhere.
 * @param command the program and its arguments
 * @throws CountersignError `configuration_invalid` when it cannot be run, fails, takes too long, or writes no key
 */
export async function askForMasterKey(command: readonly string[], patience = PATIENCE_MS): Promise<Uint8Array> {
  const output = await commandOutput(command, {
    patience,
    longest: LONGEST_SECRET,
    stderr: 'ignore',
    refused: (fault) => refused(command, wordsFor(fault, patience), fault.type === 'too_long' ? WANTED_KEY : BY_HAND),
  })
  const key = masterKeyIn(output)
  if (key === undefined) throw refused(command, 'wrote no key', WANTED_KEY)
  return key
}

function wordsFor(fault: CommandFault, patience: number): string {
  if (fault.type === 'late') return `took longer than ${patience / 1000} seconds`
  if (fault.type === 'too_long') return `wrote more than ${LONGEST_SECRET} bytes`
  if (fault.type === 'not_started') {
    return fault.code === 'ENOENT' ? 'cannot be started: there is no such program' : `cannot be started (${fault.code})`
  }
  return fault.code === undefined ? `was ended by ${fault.signal ?? 'a signal'}` : `ended with ${fault.code}, which means that it failed`
}

function refused(command: readonly string[], why: string, hint: string): CountersignError {
  return new CountersignError('configuration_invalid', `the master key: ${shownCommand(command)} ${why}`, { hint })
}
