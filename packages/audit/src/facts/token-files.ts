/** Where a client writes tokens to disk. */
import type { Project } from '../link/project.ts'
import type { Call, Func } from '../neutral/tree.ts'
import { isStatement } from '../neutral/statement.ts'
import { isFileWrite } from './sinks.ts'
import { callsWhere, hasWord, spokenBy, spokenIn } from './spots.ts'
import { originsOf, wordsOf } from './trace.ts'
import { lastWord, wordOf } from '../neutral/walk.ts'
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

/** Databases and settings that are a file on the disk of whoever runs the program. */
const LOCAL =
  /^(?:conf|configstore|electron-store|lowdb|node-persist|node-localstorage|(?:node|bun):sqlite|better-sqlite3|sqlite3?|aiosqlite|sql\.js|tinydb|shelve|diskcache)(?:[/.].*)?$/

/** `require('node:sqlite')`, which is no import where it stands in a function. */
const REQUIRED = /require\(['"](?:(?:node|bun):sqlite|better-sqlite3|sqlite3)['"]\)/

/** Calls that put tokens into a local database or into settings that are kept: `INSERT INTO auth (token)`, `config.set('token', it)`. */
export function tokenRows(project: Project, scope: readonly Func[]): (Spot & { node: Call })[] {
  const isLocal = ({ imports }: Func['file']): boolean => imports.some(({ module }) => LOCAL.test(module))
  const packages = new Set([
    ...project.files.filter(isLocal).map(({ path }) => project.packageOf(path)),
    ...[...project.texts].flatMap(([path, text]) => (REQUIRED.test(text) ? [project.packageOf(path)] : [])),
  ])
  if (packages.size === 0) return []
  const kept = /^(?:(?:auth|access|refresh)_)?tokens?$|^credentials$/
  return callsWhere(scope, (call, func) => {
    if (!packages.has(project.packageOf(func.file.path))) return false
    const [first] = call.args
    if (first?.value.kind === 'text' && /^\s*(?:insert|update|replace)\b/i.test(first.value.value) && isStatement(first.value.value))
      return /\b(?:access_?|refresh_?|auth_?)?tokens?\b/i.test(first.value.value)
    if (/(?:^|_)upsert(?:_|$)/.test(lastWord(call.callee)))
      return call.args.some(({ value }) => value.kind === 'object' && value.entries.some(({ key }) => kept.test(wordOf(key ?? ''))))
    return (
      isLocal(func.file) &&
      call.callee.kind === 'field' &&
      /^(?:set|set_item)$/.test(lastWord(call.callee)) &&
      first?.value.kind === 'text' &&
      kept.test(wordOf(first.value.value))
    )
  })
}
