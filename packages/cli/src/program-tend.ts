/** The commands about the program itself, as flags and help. */
import { Argument, type Command } from 'commander'
import type { Shell } from './completion/scripts.ts'
import type { CommonOptions, Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'

const DOCTOR_HELP = `
Without a URL the servers of the sign-ins on this machine are examined.
Each line has what was examined, whether it is ok, and what to do if not.

Exit codes: 0 nothing failed, 1 something did, 2 called wrongly.`

const COMPLETION_HELP = `
Examples:
  source <(countersign completion bash)                  in ~/.bashrc
  source <(countersign completion zsh)                   in ~/.zshrc, after compinit
  countersign completion fish > ~/.config/fish/completions/countersign.fish`

/** Adds doctor and completion. */
export function addTend(program: Command, perform: Perform): void {
  program
    .command('doctor [url]')
    .summary('find out what stands in the way')
    .description('Say where tokens live and why, and what stands in the way of signing in, each with the next step.')
    .option(...JSON_FLAG)
    .addHelpText('after', DOCTOR_HELP)
    .action((url: string | undefined, options: CommonOptions) =>
      perform(options, async (invocation) => (await import('./commands/doctor.ts')).doctor(invocation, url, options)),
    )
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .summary('print what makes a shell complete this command')
    .description('Print what makes a shell complete this command, sign-ins included.')
    .option(...JSON_FLAG)
    .addHelpText('after', COMPLETION_HELP)
    .action((shell: Shell, options: CommonOptions) =>
      perform(options, async (invocation) => (await import('./commands/completion.ts')).completion(invocation, shell)),
    )
  program
    .command('complete [words...]', { hidden: true })
    .description('Print what the last word may become.')
    .action((words: string[]) =>
      perform({}, async (invocation) => (await import('./commands/completion.ts')).complete(invocation, program, words)),
    )
}
