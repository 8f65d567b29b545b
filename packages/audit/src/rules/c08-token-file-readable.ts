import { isWritingTokens, tokenWrites } from '../facts/token-files.ts'
import { folded } from '../facts/fold.ts'
import { callsWhere } from '../facts/spots.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func } from '../neutral/tree.ts'
import { lastWord, nodesOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const tokenFileReadable: Rule = {
  id: 'DF-C08',
  title: 'The token file can be read by others',
  severity: 'high',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 8252 section 8.11', 'CWE-732', 'CWE-276'],
  fix: 'Create the file with mode 0600 (not chmod afterwards), in a directory with mode 0700, and rename it into place.',
  check: perClient(({ root, scope }, { project }) => {
    const writes = tokenWrites(project, scope)
    const [first] = writes
    if (first === undefined) return undefined
    const guards = callsWhere(
      project.functions.filter(({ file }) => writes.some(({ func }) => func.file === file) || scope.some((each) => each.file === file)),
      (call, func) => isOwnerOnly(project, call, func),
    )
    const [guard] = guards
    if (guard !== undefined) return satisfies(root, 'The token file is for its owner only.', { spot: guard })
    return violates(root, 'The token file is created with whatever mode the system gives.', {
      spot: first,
      searched: ['mode 0600 where the file is made', 'chmod 0600 or a umask', 'an operating system keychain instead'],
    })
  }),
}

/** A call that names a mode without bits for others: 0600, 0o600, "600". */
function isOwnerOnly(project: Project, call: Call, func: Func): boolean {
  const writes = isWritingTokens(call) || /chmod|umask|open|create|mkstemp|write/.test(lastWord(call.callee))
  if (!writes) return false
  return [...nodesOf(call.args.map(({ value }) => value))].some((node) => {
    if (node.kind === 'text') return /^0?o?600$/.test(node.value)
    if (/^(?:s_irusr|s_iwusr|s_iruser)$/.test(lastWord(node))) return true
    const value = node.kind === 'number' || node.kind === 'name' ? folded(project, node, func) : undefined
    return (
      value !== undefined &&
      (value === 0o600 || value === 600 || value === 0o400 || (value === 0o077 && /umask/.test(lastWord(call.callee))))
    )
  })
}
