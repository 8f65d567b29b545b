/**
 * From the arguments of the program to its exit code: parse, perform, tell.
 * Invariant: however a command ends, it ends with one exit code of exit-codes.ts (or that of the program it stood in for), and with
 * `--json` with one object on stdout.
 */
import { CommanderError } from 'commander'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import type { ClientParts, CommonOptions, Invocation } from './invocation.ts'
import { openOutput } from './output.ts'
import { createProgram } from './program.ts'
import { ToldError } from './told-error.ts'

export interface Surroundings {
  /** Without the runtime and the script. */
  readonly arguments: readonly string[]
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onHangUp?: (act: () => void) => void
  readonly takeSignals?: Invocation['takeSignals']
  /** In place of this machine's network, clock and vault. */
  readonly client?: Partial<ClientParts>
}

/** Runs the command that the arguments name. Never rejects. */
export async function run(surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, environment } = surroundings
  const open = (json: boolean) => openOutput({ json, stdout, stderr, environment })
  const json = asksForJson(surroundings.arguments)
  let code: ExitCode = EXIT.ok
  const perform = async (options: CommonOptions, body: (invocation: Invocation) => Promise<ExitCode | void>) => {
    const { signal, onHangUp = () => undefined, takeSignals = () => () => undefined, client = {} } = surroundings
    const output = open(json || options.json === true)
    const invocation = {
      output,
      // Read only by who needs it: opening it takes time.
      get stdin() {
        return surroundings.stdin
      },
      stdout,
      stderr,
      environment,
      signal,
      onHangUp,
      takeSignals,
      client,
    }
    code = (await body(invocation)) ?? EXIT.ok
  }
  try {
    const program = await createProgram(perform, surroundings, surroundings.arguments[0])
    await program.parseAsync(surroundings.arguments, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    // commander has printed the help already: the command was called without saying what to do.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage
    if (error instanceof ToldError) return error.exitCode
    const reason = (await import('./usage-error.ts')).reasonOf(error, surroundings.signal)
    const output = open(json)
    output.failure(reason)
    return exitCodeOf(reason)
  }
}

/** Known before the arguments could be parsed, because a program that asked for JSON wants its usage error as JSON too. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).includes('--json')
}
