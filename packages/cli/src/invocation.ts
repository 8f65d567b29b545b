/** What a command is given besides its own arguments and flags. Commands touch nothing of the machine but through this. */
import type { Runtime, Vault } from '@countersign/client'
import type { Output } from './output.ts'

/** What the commands that sign in and use tokens work with. */
export interface ClientParts {
  readonly runtime: Runtime
  readonly vault: Vault
}

export interface Invocation {
  readonly output: Output
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM: whatever the command then throws is told as an interruption. A second one ends the program at once. */
  readonly signal: AbortSignal
  /** Calls back on every SIGHUP; without anybody who listens it ends the program, as everywhere. */
  readonly onHangUp: (act: () => void) => void
  /** Given instead of this machine's own. */
  readonly client: Partial<ClientParts>
}

/** Flags that every command with a result has. */
export interface CommonOptions {
  readonly json?: boolean
}

/** Runs the body of a command. Every action of the program goes through this: `(options) => perform(options, async (invocation) => ...)`. */
export type Perform = (options: CommonOptions, body: (invocation: Invocation) => Promise<void>) => Promise<void>
