/**
 * Every command with its flags and its help. Nothing but the parser is loaded here: what a command does is imported when it is asked for,
 * so that `countersign --version` and every usage error cost next to nothing.
 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Perform } from './invocation.ts'

/** The command line as a tree of commands; `perform` runs what was asked for. Errors of usage are thrown as commander's CommanderError. */
export function createProgram(_perform: Perform): Command {
  const program = new Command('countersign')
    .description('Sign in to MCP servers and APIs from anything without a browser, with a short code.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  return program
}

/** For every command that has a result. */
export const JSON_FLAG = ['--json', 'print the result, or the error, as one JSON object on stdout'] as const

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
