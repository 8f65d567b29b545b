import { namesCipher, namesKeeper } from '../facts/sinks.ts'
import { spokenBy } from '../facts/spots.ts'
import { tokenWrites } from '../facts/token-files.ts'
import { reachable } from '../link/project.ts'
import type { SourceFile } from '../neutral/tree.ts'
import { wordOf } from '../neutral/walk.ts'
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
  check: perClient(({ root, scope, files }, { project }) => {
    const modules = new Set(files.flatMap((file) => importedBy(file)))
    const [write] = tokenWrites(project, scope)
    const kept = namesKeeper(spokenBy(scope)) || namesKeeper(modules)
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

function importedBy({ imports }: SourceFile): string[] {
  return imports.flatMap(({ module }) => module.split(/[/.@]/).map(wordOf))
}
