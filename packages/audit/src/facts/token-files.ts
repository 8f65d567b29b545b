/** Where a client writes tokens to disk. */
import type { Project } from '../link/project.ts'
import type { Call, Func } from '../neutral/tree.ts'
import { isFileWrite } from './sinks.ts'
import { callsWhere, hasWord, spokenBy, spokenIn } from './spots.ts'
import { originsOf, wordsOf } from './trace.ts'
import { wordOf } from '../neutral/walk.ts'
import type { Spot } from '../neutral/spot.ts'

const TOKENS = /(?:^|_)(?:tokens?|credentials?|access_token|refresh_token|session_file|auth_file|secrets?)(?:_|$)/

export function isWritingTokens(call: Call): boolean {
  return isFileWrite(call)
}

/** Calls that write a file in a function that speaks of tokens, or whose path or content comes from something that does. */
export function tokenWrites(project: Project, scope: readonly Func[]): (Spot & { node: Call })[] {
  return callsWhere(scope, (call, func) => {
    if (!isFileWrite(call)) return false
    const args = call.args.map(({ value }) => value)
    if (hasWord(spokenIn(args), TOKENS)) return true
    if (TOKENS.test(func.name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase())) return true
    if (
      /save|store|write|persist|dump/i.test(func.name) &&
      func.params.some(({ name, type }) => TOKENS.test(wordOf(name)) || TOKENS.test(wordOf(type)))
    )
      return true
    if (hasWord(spokenBy([func]), /^(?:access_token|refresh_token|save_token|token_path|token_file|tokens)$/)) return true
    const words = /^(?:access_token|refresh_token|token_path|token_file|token_response|tokens)$/
    if (args.some((value) => hasWord(wordsOf(originsOf(project, value, func)), words))) return true
    // What writes settings writes tokens when it is handed them by who stands beside it.
    return project
      .callersOf(func)
      .filter(({ from }) => from.file === func.file)
      .some(({ call: site, from }) => site.args.some(({ value }) => hasWord(wordsOf(originsOf(project, value, from, false)), words)))
  })
}
