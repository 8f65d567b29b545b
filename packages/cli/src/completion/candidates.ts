/** What can stand at the end of an unfinished command line, from the same tree of commands that parses the finished one. */
import type { Command, Option } from 'commander'

export interface Known {
  /** What is signed in, as people name it. */
  readonly urls: () => Promise<readonly string[]>
  readonly profiles: () => Promise<readonly string[]>
}

/** `words` are those after the program's name; the last one is being typed. */
export async function candidatesFor(program: Command, words: readonly string[], known: Known): Promise<readonly string[]> {
  const typed = words.at(-1) ?? ''
  let command = program
  let operands = 0
  let open: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      open = undefined
      continue
    }
    // What follows belongs to another program.
    if (word === '--') return []
    if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => long === word || short === word)
      open = option?.required === true ? option : undefined
      continue
    }
    const inner = command.commands.find((each) => each.name() === word)
    if (inner === undefined) operands++
    else command = inner
  }
  return (await possible()).filter((candidate) => candidate.startsWith(typed))

  async function possible(): Promise<readonly string[]> {
    if (open !== undefined) return open.long === '--profile' ? known.profiles() : (open.argChoices ?? [])
    if (typed.startsWith('-'))
      return command
        .createHelp()
        .visibleOptions(command)
        .flatMap(({ long }) => long ?? [])
    if (command.commands.length > 0)
      return command
        .createHelp()
        .visibleCommands(command)
        .map((each) => each.name())
    const argument = command.registeredArguments[operands]
    return argument?.name() === 'url' ? known.urls() : (argument?.argChoices ?? [])
  }
}
