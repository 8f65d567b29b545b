/** A person at a terminal, or a program at a pipe: runs commands in this very process and keeps every byte they wrote. */
import { stripVTControlCharacters } from 'node:util'
import { PassThrough, Writable } from 'node:stream'
import type { ClientParts } from '../../src/invocation.ts'
import { type ExitCode, run } from '../../src/index.ts'
import { type House, NOTES } from '../../../../tests/support/house.ts'

// Loaded beforehand: reading a file takes real time, and the clock of a test must not move meanwhile.
import '../../src/commands/kubectl-credential.ts'
import '../../src/commands/login.ts'
import '../../src/commands/login-resume.ts'
import '../../src/commands/logout.ts'
import '../../src/commands/status.ts'
import '../../src/commands/token.ts'
import '../../src/commands/whoami.ts'
import '../../src/output.ts'
import '../../src/program-credentials.ts'
import '../../src/program-sign-in.ts'
import '../../src/program-tend.ts'
import '../../src/program-use.ts'
import '../../src/usage-error.ts'

export interface Seat {
  /** A terminal of that size; a pipe when absent. */
  readonly terminal?: { readonly columns: number; readonly rows: number }
  readonly environment?: Readonly<Record<string, string>>
  /** Typed as soon as somebody listens. */
  readonly typed?: string
  readonly signal?: AbortSignal
  /** Called with the code, as soon as it can be read from what was written. The number it gives is typed when it is asked for. */
  readonly onCode?: (userCode: string) => Promise<string | undefined | void> | void
  readonly client?: Partial<ClientParts>
}

export interface Heard {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. Throws when it wrote a secret other than the token that `token` is there to print. */
export async function sit(house: House, args: readonly string[], seat: Seat = {}): Promise<Heard> {
  const written = { stdout: '', stderr: '' }
  let seen = false
  let number: string | undefined
  const stream = (name: 'stdout' | 'stderr') => {
    const writable = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        written[name] += text
        const userCode = seen ? undefined : /\b[A-Z]{3}(?:-[A-Z]{3}){2}\b/.exec(written.stdout + written.stderr)?.[0]
        if (userCode !== undefined) {
          seen = true
          void Promise.resolve(seat.onCode?.(userCode)).then((shown) => {
            number = shown ?? undefined
          })
        }
        if (number !== undefined && text.includes('Type the number here: ')) stdin.write(`${number}\n`)
        done()
      },
    })
    return Object.assign(writable, seat.terminal === undefined ? {} : { isTTY: true, ...seat.terminal })
  }
  const stdin = Object.assign(new PassThrough(), seat.terminal === undefined ? {} : { isTTY: true, setRawMode: () => stdin })
  if (seat.typed !== undefined) stdin.write(seat.typed)
  const code = await house.time.run(
    run({
      arguments: args,
      stdin: stdin as unknown as NodeJS.ReadStream,
      stdout: stream('stdout') as unknown as NodeJS.WriteStream,
      stderr: stream('stderr') as unknown as NodeJS.WriteStream,
      environment: seat.environment ?? {},
      signal: seat.signal ?? new AbortController().signal,
      client: { runtime: house.runtime, vault: house.vault, pending: house.pending, registrations: house.registrations, ...seat.client },
    }),
  )
  const told = args[0] === 'token' ? written.stderr : written.stdout + written.stderr
  for (const secret of house.secrets) if (told.includes(secret)) throw new Error(`a secret was written by: ${args.join(' ')}`)
  return { code, ...written }
}

/** What is on the screen at the end: lines that were painted over or erased are gone, and so are colours. */
export function screen(text: string): string {
  return text
    .split('\n')
    .map((line) => stripVTControlCharacters(line.split('\r').at(-1) ?? ''))
    .join('\n')
}

/** The objects on stdout, one for each line. */
export function objects(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Signs in to the notes and lets the person approve. */
export async function signIn(house: House, ...flags: readonly string[]): Promise<void> {
  const args = ['login', NOTES, '--json', ...flags]
  const { code, stdout } = await sit(house, args, { onCode: (userCode) => house.decide(userCode, 'approve') })
  if (code !== 0) throw new Error(`signing in ended with ${code}: ${stdout}`)
}
