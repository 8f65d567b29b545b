import { isFileWrite, namesCipher, namesKeeper } from '../facts/sinks.ts'
import { loginFiles } from '../facts/login-files.ts'
import { callsWhere, spokenBy } from '../facts/spots.ts'
import { tokenRows, tokenWrites } from '../facts/token-files.ts'
import { reachable } from '../link/project.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Call, Func, SourceFile } from '../neutral/tree.ts'
import { lastWord, pathOf, wordOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const tokenPlaintext: Rule = {
  id: 'DF-C09',
  title: 'Tokens lie on disk in the clear',
  severity: 'medium',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 6819 section 5.1.6', 'RFC 9700 section 4.14', 'CWE-312'],
  fix: 'Keep tokens in the keychain of the operating system, or encrypt the file with a key that is kept there.',
  check: perClient((client, { project, server }) => {
    const { root, scope } = client
    // What a server keeps in its database is not what a client keeps at home.
    const rows = server === undefined ? tokenRows(project, scope) : []
    const [write] = [...tokenWrites(project, scope), ...netrcWrites(scope), ...rows]
    const about = loginFiles(client)
    if (write !== undefined) about.add(write.func.file)
    const own = scope.filter(({ file }) => about.has(file))
    const named = namesKeeper(spokenBy(own)) || [...about].some((file) => namesKeeper(importedBy(file)))
    // Who reads an old keychain and writes a file keeps them in the file.
    const kept = named && (write === undefined || callsWhere(own, (call, func) => putsIntoKeeper(call, func.file)).length > 0)
    const near = write === undefined ? scope : reachable(project, [write.func, ...project.callersOf(write.func).map(({ from }) => from)], 2)
    if (kept || namesCipher(spokenBy(near))) {
      return satisfies(root, kept ? 'Tokens go to a keychain.' : 'Tokens are encrypted before they are kept.')
    }
    if (write === undefined) return satisfies(root, 'Tokens are not written to disk here.', { confidence: 'low' })
    return violates(root, 'Tokens are written to a file as they are.', {
      spot: write,
      searched: ['a keychain or keyring', 'encryption on the way to the file'],
    })
  }),
}

function putsIntoKeeper(call: Call, file: SourceFile): boolean {
  const path = pathOf(call.callee).map(wordOf)
  const name = path.at(-1) ?? ''
  if (/^(?:set_password|set_generic_password|set_secret|set_item_async)$/.test(name)) return true
  if (/^(?:get|read|load|find|delete|remove|clear|has|is|import|require|migrate|unset)/.test(name)) return false
  // `set(names)` makes a set, and `done.set()` tells that something is over.
  return namesKeeper(path) || (namesKeeper(importedBy(file)) && /^(?:set|store|put)$/.test(name) && path.length > 1 && call.args.length > 1)
}

/** Libraries for `.netrc` write it themselves: all it holds is in the clear. */
function netrcWrites(scope: readonly Func[]): (Spot & { node: Call })[] {
  return callsWhere(scope, (call, func) => {
    if (!func.file.imports.some(({ module }) => /(?:^|[/.-])netrc(?:\W|$)/.test(module))) return false
    return isFileWrite(call) || /^(?:add|new|put|set|update)_machines?$|^update_password$/.test(lastWord(call.callee))
  })
}

function importedBy({ imports }: SourceFile): string[] {
  return imports.flatMap(({ module }) => module.split(/[/.@]/).map(wordOf))
}
