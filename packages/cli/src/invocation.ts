/** What a command is given besides its own arguments and flags. Commands touch nothing of the machine but through this. */
import type { PendingLogins, Registrations, Runtime, Vault } from '@countersign/client'
import type { ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'

/** What the commands that sign in and use tokens work with. */
export interface ClientParts {
  readonly runtime: Runtime
  readonly vault: Vault
  /** Sign-ins that wait for a person. */
  readonly pending: PendingLogins
  /** Who this program is at each authorization server. */
  readonly registrations: Registrations
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Invocation {
  readonly output: Output
  readonly stdin: NodeJS.ReadStream
  /** For a command that speaks a protocol there; results of all others go through `output`. */
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Environment
  /** Aborted by the first SIGINT or SIGTERM: whatever the command then throws is told as an interruption. A second one ends the program at once. */
  readonly signal: AbortSignal
  /** Calls back on every SIGHUP; without anybody who listens it ends the program, as everywhere. */
  readonly onHangUp: (act: () => void) => void
  /**
   * Hands every signal that can be handed on to `act`, in place of what it does otherwise, until the function returned is called.
   * For a command that stands in for another program.
   */
  readonly takeSignals: (act: (signal: NodeJS.Signals) => void) => () => void
  /** Given instead of this machine's own. */
  readonly client: Partial<ClientParts>
}

/** Flags that every command with a result has. */
export interface CommonOptions {
  readonly json?: boolean
}

/** Runs the body of a command, which may give an exit code of its own. Every action of the program goes through this: `(options) => perform(options, async (invocation) => ...)`. */
export type Perform = (options: CommonOptions, body: (invocation: Invocation) => Promise<ExitCode | void>) => Promise<void>
