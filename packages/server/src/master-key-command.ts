/**
 * The master key from a program of the operator: one that asks a key management system, decrypts a file, or opens a TPM.
 * Invariant: no shell sees the command, and what the program writes is a key or is forgotten: no error and no log repeats any of it.
 */
import { spawn } from 'node:child_process'
import { plainLine } from '@countersign/node'
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
  const key = masterKeyIn(await outputOf(command, patience))
  if (key === undefined) throw refused(command, 'wrote no key', WANTED_KEY)
  return key
}

function outputOf(command: readonly string[], patience: number): Promise<Buffer> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], shell: false, windowsHide: true })
    const chunks: Buffer[] = []
    let size = 0
    const stop = (why: string, hint = BY_HAND) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      // A child of the child may hold it open still.
      child.stdout.destroy()
      reject(refused(command, why, hint))
    }
    const timer = setTimeout(() => stop(`took longer than ${patience / 1000} seconds`), patience)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > LONGEST_SECRET) stop(`wrote more than ${LONGEST_SECRET} bytes`, WANTED_KEY)
    })
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      stop(code === 'ENOENT' ? 'cannot be started: there is no such program' : `cannot be started (${code ?? 'unknown'})`)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(Buffer.concat(chunks))
      else stop(code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with ${code}, which means that it failed`)
    })
  })
}

function refused(command: readonly string[], why: string, hint: string): CountersignError {
  return new CountersignError('configuration_invalid', `the master key: ${shownCommand(command)} ${why}`, { hint })
}
