/** The flags that say which sign-in is meant, in the same words everywhere. */
import type { Command } from 'commander'
import { JSON_FLAG } from './json-flag.ts'

/** For a command with a result. */
export function which(command: Command): Command {
  return whichWithoutResult(command).option(...JSON_FLAG)
}

/** For a command that speaks the protocol of another program. */
export function whichWithoutResult(command: Command): Command {
  return command
    .option('--profile <name>', 'which of several sign-ins to one place; COUNTERSIGN_PROFILE, or "default", unless told', 'default')
    .option('--issuer <url>', 'the one of this authorization server')
    .option('--client-id <id>', 'the one of this client')
}

export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
