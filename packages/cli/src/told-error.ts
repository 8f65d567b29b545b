/** Ends a command that has told its result already, and not a good one: nothing more is printed, and the exit code says it. */
import type { ExitCode } from './exit-codes.ts'

export class ToldError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.name = 'ToldError'
    this.exitCode = exitCode
  }
}
