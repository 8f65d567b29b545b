/**
 * A vault key from a program: pass, age, tpm2-tools, a key management system.
 * Invariant: no shell sees the command, and what the program writes is a key or is forgotten: no error repeats any of it.
 */
import { type CommandFault, commandOutput } from '../command-output.ts'
import { unavailable } from './private-directory.ts'
import { keyIn } from './key-file.ts'

/** Somebody may have to type a passphrase or touch a key first. */
const PATIENCE = 60_000
const LONGEST = 256

/** How people see the command: by its program alone, since arguments may be secret. */
export function shownCommand([program = '']: readonly string[]): string {
  return `the command "${program}"`
}

/**
 * Runs the program and takes what it writes to stdout, in the forms a key file may have. It gets no input; its stderr is the person's.
 * @throws CountersignError `vault_unavailable` when it cannot be run, fails, takes too long, or writes no key
 */
export async function keyFromCommand(command: readonly string[], patience = PATIENCE): Promise<Uint8Array> {
  const refused = (fault: CommandFault) =>
    unavailable(`${shownCommand(command)} ${wordsFor(fault, patience)}`, 'Run it by hand, to see why.')
  const key = keyIn(await commandOutput(command, { patience, longest: LONGEST, stderr: 'inherit', refused }))
  if (key !== undefined) return key
  throw unavailable(
    `${shownCommand(command)} wrote no key of 32 bytes`,
    'It has to write one, as base64, hexadecimal or as it is, and nothing else.',
  )
}

function wordsFor(fault: CommandFault, patience: number): string {
  if (fault.type === 'late') return `took longer than ${patience / 1000} seconds`
  if (fault.type === 'too_long') return 'wrote more than a key'
  if (fault.type === 'not_started')
    return fault.code === 'ENOENT' ? 'cannot be run: there is no such program' : `cannot be run (${fault.code})`
  return fault.code === undefined ? `was ended by ${fault.signal ?? 'a signal'}` : `ended with ${fault.code}`
}
